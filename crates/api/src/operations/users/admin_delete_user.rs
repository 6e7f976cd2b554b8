//! AdminDeleteUser.

use domain::Result;
use flows::cx::PoolCx;
use flows::users;
use wire::Empty;
use wire::cognito_idp::shapes::AdminDeleteUserRequest;

pub async fn handle(cx: PoolCx, input: AdminDeleteUserRequest) -> Result<Empty> {
    let user = users::find(&cx, &input.username).await?;
    users::delete(&cx, &user).await?;
    Ok(Empty {})
}
