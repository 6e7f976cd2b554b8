//! AdminInitiateAuth.

use domain::Result;
use domain::auth::Surface;
use domain::ids::ClientId;
use flows::cx::PoolCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use super::Answer;

pub async fn handle(cx: PoolCx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse> {
    let cx = cx.with_client(&ClientId::new(input.client_id)).await?;
    let parameters = input.auth_parameters.unwrap_or_default();
    let answer: Answer =
        sign_in::initiate(&cx, Surface::Administrator, input.auth_flow, &parameters).await?.into();
    Ok(AdminInitiateAuthResponse {
        challenge_name: answer.challenge_name,
        session: answer.session,
        challenge_parameters: answer.challenge_parameters,
        authentication_result: answer.authentication_result,
        available_challenges: None,
    })
}
