//! InitiateAuth.

use domain::Result;
use domain::auth::Surface;
use flows::cx::ClientCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{InitiateAuthRequest, InitiateAuthResponse};

use super::Answer;

pub async fn handle(cx: ClientCx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse> {
    let parameters = input.auth_parameters.unwrap_or_default();
    let answer: Answer = sign_in::initiate(&cx, Surface::Public, input.auth_flow, &parameters).await?.into();
    Ok(InitiateAuthResponse {
        challenge_name: answer.challenge_name,
        session: answer.session,
        challenge_parameters: answer.challenge_parameters,
        authentication_result: answer.authentication_result,
        available_challenges: None,
    })
}
