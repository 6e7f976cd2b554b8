//! ConfirmForgotPassword.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, recovery};
use wire::cognito_idp::shapes::{ConfirmForgotPasswordRequest, ConfirmForgotPasswordResponse};

pub async fn handle(
    cx: ClientCx,
    input: ConfirmForgotPasswordRequest,
) -> Result<ConfirmForgotPasswordResponse> {
    client_auth::check_hash(&cx, &[&input.username], input.secret_hash.as_deref()).await?;
    recovery::confirm(&cx, &input.username, &input.confirmation_code, &input.password).await?;
    Ok(ConfirmForgotPasswordResponse::default())
}
