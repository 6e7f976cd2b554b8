//! AdminResetUserPassword.

use domain::Result;
use flows::cx::PoolCx;
use flows::{recovery, users};
use wire::cognito_idp::shapes::{AdminResetUserPasswordRequest, AdminResetUserPasswordResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminResetUserPasswordRequest,
) -> Result<AdminResetUserPasswordResponse> {
    let user = users::find(&cx, &input.username).await?;
    recovery::reset(&cx, &user).await?;
    Ok(AdminResetUserPasswordResponse::default())
}
