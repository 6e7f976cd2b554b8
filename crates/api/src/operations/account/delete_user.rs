//! DeleteUser.

use domain::Result;
use flows::cx::UserCx;
use flows::users;
use wire::Empty;
use wire::cognito_idp::shapes::DeleteUserRequest;

pub async fn handle(cx: UserCx, _input: DeleteUserRequest) -> Result<Empty> {
    users::delete(&cx, &cx.user).await?;
    Ok(Empty {})
}
