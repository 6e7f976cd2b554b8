//! RevokeUserSession. `RevokeAssociatedSessions` finds nothing: no session came from single sign-on.

use domain::Result;
use flows::cx::UserCx;
use flows::session_tracking;
use wire::cognito_idp::shapes::{RevokeUserSessionRequest, RevokeUserSessionResponse};

pub async fn handle(cx: UserCx, input: RevokeUserSessionRequest) -> Result<RevokeUserSessionResponse> {
    session_tracking::revoke_other(&cx, &input.session_id).await?;
    Ok(RevokeUserSessionResponse::default())
}
