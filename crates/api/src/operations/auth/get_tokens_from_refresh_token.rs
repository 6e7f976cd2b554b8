//! GetTokensFromRefreshToken. The client's secret comes raw.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, sign_in};
use wire::cognito_idp::shapes::{GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse};

pub async fn handle(
    cx: ClientCx,
    input: GetTokensFromRefreshTokenRequest,
) -> Result<GetTokensFromRefreshTokenResponse> {
    client_auth::check_secret(&cx, input.client_secret.as_deref()).await?;
    let result = sign_in::refresh(&cx, &input.refresh_token, input.device_key.as_deref()).await?;
    Ok(GetTokensFromRefreshTokenResponse { authentication_result: Some(result) })
}
