//! AdminDisableUser: no sign-in any more, and every token is dead.

use domain::Result;
use flows::cx::PoolCx;
use flows::users;
use wire::cognito_idp::shapes::{AdminDisableUserRequest, AdminDisableUserResponse};

pub async fn handle(cx: PoolCx, input: AdminDisableUserRequest) -> Result<AdminDisableUserResponse> {
    let user = users::find(&cx, &input.username).await?;
    users::set_enabled(&cx, &user, false).await?;
    Ok(AdminDisableUserResponse::default())
}
