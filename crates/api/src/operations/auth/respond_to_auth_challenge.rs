//! RespondToAuthChallenge.

use domain::Result;
use flows::cx::ClientCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use super::FromOutcome as _;

pub async fn handle(
    cx: ClientCx,
    input: RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse> {
    let responses = input.challenge_responses.unwrap_or_default();
    let outcome = sign_in::respond(&cx, input.challenge_name, input.session.as_deref(), &responses).await?;
    Ok(RespondToAuthChallengeResponse::from_outcome(outcome))
}
