//! AdminRevokeUserSession. `RevokeAssociatedSessions` finds nothing: no session came from single sign-on.

use domain::Result;
use flows::cx::PoolCx;
use flows::{session_tracking, users};
use wire::cognito_idp::shapes::{AdminRevokeUserSessionRequest, AdminRevokeUserSessionResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminRevokeUserSessionRequest,
) -> Result<AdminRevokeUserSessionResponse> {
    let user = users::find(&cx, &input.username).await?;
    session_tracking::revoke(&cx, &user, &input.session_id).await?;
    Ok(AdminRevokeUserSessionResponse::default())
}
