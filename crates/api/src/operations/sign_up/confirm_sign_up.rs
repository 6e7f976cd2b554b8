//! ConfirmSignUp.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, sign_up};
use wire::cognito_idp::shapes::{ConfirmSignUpRequest, ConfirmSignUpResponse};

pub async fn handle(cx: ClientCx, input: ConfirmSignUpRequest) -> Result<ConfirmSignUpResponse> {
    client_auth::check_hash(&cx, &[&input.username], input.secret_hash.as_deref()).await?;
    let force = input.force_alias_creation.unwrap_or(false);
    let session = sign_up::confirm(&cx, &input.username, &input.confirmation_code, force).await?;
    Ok(ConfirmSignUpResponse { session })
}
