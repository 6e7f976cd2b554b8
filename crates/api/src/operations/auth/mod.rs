//! Signing in and out, and the tokens in between.

pub mod admin_initiate_auth;
pub mod admin_respond_to_auth_challenge;
pub mod admin_user_global_sign_out;
pub mod get_tokens_from_refresh_token;
pub mod global_sign_out;
pub mod initiate_auth;
pub mod respond_to_auth_challenge;
pub mod revoke_token;

use flows::sign_in::{Outcome, Parameters};
use wire::cognito_idp::shapes::{AuthenticationResultType, ChallengeNameType};

/// A step's outcome as the four operations answer it.
struct Answer {
    challenge_name: Option<ChallengeNameType>,
    session: Option<String>,
    challenge_parameters: Option<Parameters>,
    authentication_result: Option<AuthenticationResultType>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Granted(result) => Self {
                challenge_name: None,
                session: None,
                challenge_parameters: Some(Parameters::new()),
                authentication_result: Some(*result),
            },
            Outcome::Challenge { step, session, parameters } => Self {
                challenge_name: ChallengeNameType::ALL
                    .iter()
                    .copied()
                    .find(|name| name.as_str() == step.name()),
                session: Some(session),
                challenge_parameters: Some(parameters),
                authentication_result: None,
            },
        }
    }
}
