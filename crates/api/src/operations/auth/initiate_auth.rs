//! InitiateAuth.

use domain::Result;
use domain::auth::Surface;
use flows::cx::ClientCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{InitiateAuthRequest, InitiateAuthResponse};

use super::FromOutcome as _;

pub async fn handle(cx: ClientCx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse> {
    let parameters = input.auth_parameters.unwrap_or_default();
    let outcome =
        sign_in::initiate(&cx, Surface::Public, input.auth_flow, &parameters, input.session.as_deref())
            .await?;
    Ok(InitiateAuthResponse::from_outcome(outcome))
}
