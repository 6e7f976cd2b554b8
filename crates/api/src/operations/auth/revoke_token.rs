//! RevokeToken. The client's secret comes raw. `RevokeAssociatedSessions` finds nothing: no session came from
//! single sign-on.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, sign_out};
use wire::cognito_idp::shapes::{RevokeTokenRequest, RevokeTokenResponse};

pub async fn handle(cx: ClientCx, input: RevokeTokenRequest) -> Result<RevokeTokenResponse> {
    client_auth::check_secret(&cx, input.client_secret.as_deref()).await?;
    sign_out::revoke(&cx, &input.token).await?;
    Ok(RevokeTokenResponse::default())
}
