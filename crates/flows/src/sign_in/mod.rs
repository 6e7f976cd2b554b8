//! Sign-in: the effects that `domain::auth` decides on. The API and the login pages hand their answers here.

pub mod device_proof;
mod grant;
mod new_password;
mod password;
mod refresh;
mod session_token;
mod srp;
mod srp_exchange;

use std::collections::BTreeMap;

use domain::auth::{self, Flow, Next, Proofs, Step, Surface};
use domain::user::Password;
use domain::{Error, Result, User};
pub use refresh::refresh;
use wire::cognito_idp::shapes::{AuthFlowType, AuthenticationResultType, ChallengeNameType};

use crate::cx::ClientCx;
use crate::subject;

/// `AuthParameters` or `ChallengeResponses`.
pub type Parameters = BTreeMap<String, String>;

/// What a step of a sign-in gives.
pub enum Outcome {
    Granted(Box<AuthenticationResultType>),
    Challenge { step: Step, session: String, parameters: Parameters },
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Granted(_) => f.write_str("Granted(<redacted>)"),
            Self::Challenge { step, .. } => {
                f.debug_struct("Challenge").field("step", step).finish_non_exhaustive()
            }
        }
    }
}

/// InitiateAuth and AdminInitiateAuth.
pub async fn initiate(
    cx: &ClientCx,
    surface: Surface,
    flow: AuthFlowType,
    parameters: &Parameters,
) -> Result<Outcome> {
    let flow = auth::begin(flow, surface, &cx.client)?;
    refuse_unenforced(cx)?;
    match flow {
        Flow::Srp => srp::begin(cx, parameters).await,
        Flow::Password => password::sign_in(cx, parameters).await,
        Flow::Refresh => {
            if cx.client.rotation_grace().is_some() {
                return Err(Error::AuthFlowNotEnabled("REFRESH_TOKEN_AUTH"));
            }
            refresh::by_parameters(cx, parameters).await
        }
    }
}

/// RespondToAuthChallenge and AdminRespondToAuthChallenge.
pub async fn respond(
    cx: &ClientCx,
    challenge: ChallengeNameType,
    session: Option<&str>,
    responses: &Parameters,
) -> Result<Outcome> {
    refuse_unenforced(cx)?;
    match challenge {
        ChallengeNameType::PasswordVerifier => srp::prove(cx, session, responses).await,
        ChallengeNameType::NewPasswordRequired => new_password::answer(cx, session, responses).await,
        // No attempt of this build waits for any other challenge.
        _ => Err(Error::InvalidSession),
    }
}

/// A pool with a restricting setting that cannot be enforced lets nobody in.
pub(crate) fn refuse_unenforced(cx: &ClientCx) -> Result<()> {
    match domain::pool::first_not_enforced(&cx.pool().settings) {
        Some(setting) => Err(Error::SettingNotEnforced(setting)),
        None => Ok(()),
    }
}

fn required<'a>(parameters: &'a Parameters, name: &'static str) -> Result<&'a str> {
    parameters.get(name).map(String::as_str).filter(|v| !v.is_empty()).ok_or(Error::MissingParameter(name))
}

/// Carries out what the machine decides after a right password.
async fn proceed(cx: &ClientCx, user: &User, password: &Password, proofs: Proofs) -> Result<Outcome> {
    match auth::next(user, password.expires_at, proofs, cx.now()) {
        Next::Grant => grant::grant(cx, user, grant::Also::default()).await,
        Next::Challenge(Step::NewPasswordRequired) => new_password::challenge(cx, user).await,
        Next::Challenge(Step::PasswordVerifier) => Err(Error::internal("a proof was asked for twice")),
        Next::Deny(error) => {
            // The password was right: the attempt does not count as a failure.
            subject::give_back(cx, user).await?;
            Err(error)
        }
    }
}
