//! ResendConfirmationCode.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, sign_up};
use wire::cognito_idp::shapes::{ResendConfirmationCodeRequest, ResendConfirmationCodeResponse};

pub async fn handle(
    cx: ClientCx,
    input: ResendConfirmationCodeRequest,
) -> Result<ResendConfirmationCodeResponse> {
    client_auth::check_hash(&cx, &[&input.username], input.secret_hash.as_deref()).await?;
    let details = sign_up::resend(&cx, &input.username).await?;
    Ok(ResendConfirmationCodeResponse { code_delivery_details: Some(details) })
}
