//! AdminEnableUser. Tokens from before the user was disabled stay dead.

use domain::Result;
use flows::cx::PoolCx;
use flows::users;
use wire::cognito_idp::shapes::{AdminEnableUserRequest, AdminEnableUserResponse};

pub async fn handle(cx: PoolCx, input: AdminEnableUserRequest) -> Result<AdminEnableUserResponse> {
    let user = users::find(&cx, &input.username).await?;
    users::set_enabled(&cx, &user, true).await?;
    Ok(AdminEnableUserResponse::default())
}
