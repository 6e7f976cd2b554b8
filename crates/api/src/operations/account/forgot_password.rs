//! ForgotPassword.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, recovery};
use wire::cognito_idp::shapes::{ForgotPasswordRequest, ForgotPasswordResponse};

pub async fn handle(cx: ClientCx, input: ForgotPasswordRequest) -> Result<ForgotPasswordResponse> {
    client_auth::check_hash(&cx, &[&input.username], input.secret_hash.as_deref()).await?;
    let details = recovery::forgot(&cx, &input.username).await?;
    Ok(ForgotPasswordResponse { code_delivery_details: Some(details) })
}
