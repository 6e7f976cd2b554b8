//! AdminUserGlobalSignOut.

use domain::Result;
use flows::cx::PoolCx;
use flows::{sign_out, users};
use wire::cognito_idp::shapes::{AdminUserGlobalSignOutRequest, AdminUserGlobalSignOutResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminUserGlobalSignOutRequest,
) -> Result<AdminUserGlobalSignOutResponse> {
    let user = users::find(&cx, &input.username).await?;
    sign_out::everywhere(&cx, &user).await?;
    Ok(AdminUserGlobalSignOutResponse::default())
}
