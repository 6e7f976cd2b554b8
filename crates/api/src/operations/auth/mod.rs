//! Signing in and out, and the tokens in between.

pub mod admin_get_user_auth_factors;
pub mod admin_initiate_auth;
pub mod admin_respond_to_auth_challenge;
pub mod admin_user_global_sign_out;
pub mod get_tokens_from_refresh_token;
pub mod get_user_auth_factors;
pub mod global_sign_out;
pub mod initiate_auth;
pub mod respond_to_auth_challenge;
pub mod revoke_token;

use flows::sign_in::{Outcome, Parameters};
use wire::cognito_idp::shapes::{
    AdminInitiateAuthResponse, AdminRespondToAuthChallengeResponse, InitiateAuthResponse,
    RespondToAuthChallengeResponse,
};

/// The output of an operation that takes a step of a sign-in.
trait FromOutcome {
    fn from_outcome(outcome: Outcome) -> Self;
}

/// A step's outcome as the four operations that take steps answer it, alike but for the name.
macro_rules! answers {
    ($($response:ident),*) => {$(
        impl FromOutcome for $response {
            fn from_outcome(outcome: Outcome) -> Self {
                match outcome {
                    Outcome::Granted(result) => $response {
                        challenge_parameters: Some(Parameters::new()),
                        authentication_result: Some(*result),
                        ..Default::default()
                    },
                    Outcome::Challenge(asked) => $response {
                        challenge_name: asked.step.challenge(),
                        session: Some(asked.session),
                        challenge_parameters: Some(asked.parameters),
                        available_challenges: asked.available,
                        ..Default::default()
                    },
                }
            }
        }
    )*};
}

answers!(
    InitiateAuthResponse,
    AdminInitiateAuthResponse,
    RespondToAuthChallengeResponse,
    AdminRespondToAuthChallengeResponse
);
