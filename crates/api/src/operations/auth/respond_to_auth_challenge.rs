//! RespondToAuthChallenge.

use domain::Result;
use flows::cx::ClientCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use super::Answer;

pub async fn handle(
    cx: ClientCx,
    input: RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse> {
    let responses = input.challenge_responses.unwrap_or_default();
    let answer: Answer =
        sign_in::respond(&cx, input.challenge_name, input.session.as_deref(), &responses).await?.into();
    Ok(RespondToAuthChallengeResponse {
        challenge_name: answer.challenge_name,
        session: answer.session,
        challenge_parameters: answer.challenge_parameters,
        authentication_result: answer.authentication_result,
        available_challenges: None,
    })
}
