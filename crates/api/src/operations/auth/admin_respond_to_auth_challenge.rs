//! AdminRespondToAuthChallenge.

use domain::Result;
use domain::ids::ClientId;
use flows::cx::PoolCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};

use super::FromOutcome as _;

pub async fn handle(
    cx: PoolCx,
    input: AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse> {
    let cx = cx.with_client(&ClientId::new(input.client_id)).await?;
    let responses = input.challenge_responses.unwrap_or_default();
    let outcome = sign_in::respond(&cx, input.challenge_name, input.session.as_deref(), &responses).await?;
    Ok(AdminRespondToAuthChallengeResponse::from_outcome(outcome))
}
