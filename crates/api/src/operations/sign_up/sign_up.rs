//! SignUp.

use domain::Result;
use flows::cx::ClientCx;
use flows::{client_auth, sign_up};
use wire::cognito_idp::shapes::{SignUpRequest, SignUpResponse};

pub async fn handle(cx: ClientCx, input: SignUpRequest) -> Result<SignUpResponse> {
    client_auth::check_hash(&cx, &[&input.username], input.secret_hash.as_deref()).await?;
    let given = input.user_attributes.unwrap_or_default();
    let made = sign_up::sign_up(&cx, &input.username, input.password.as_deref(), &given).await?;
    Ok(SignUpResponse {
        user_confirmed: false,
        user_sub: made.user.id.into_string(),
        code_delivery_details: made.delivery,
        ..Default::default()
    })
}
