//! Sign-in: the effects that `domain::auth` decides on. The API and the login pages hand their answers here.
//!
//! A step's answer is checked in the file of its name; [`stage::advance`] carries out what the machine decides
//! next. Between two requests an attempt is a sealed [`session_token`].

mod answer;
mod choice;
mod course;
mod device;
pub mod device_proof;
mod grant;
mod new_password;
mod otp;
mod passkey;
mod password;
mod refresh;
mod second;
pub(crate) mod session_token;
mod set_up;
mod srp;
mod srp_exchange;
mod stage;
mod step_up;

use std::collections::BTreeMap;

pub(crate) use choice::after_confirmation;
use domain::auth::{self, Flow, Step, Surface};
use domain::{Error, Result};
pub(crate) use passkey::has_any as has_passkey;
pub use refresh::refresh;
use session_token::SessionToken;
use wire::cognito_idp::shapes::{AuthFlowType, AuthenticationResultType, ChallengeNameType};

use crate::cx::ClientCx;

/// `AuthParameters` or `ChallengeResponses`.
pub type Parameters = BTreeMap<String, String>;

/// What a step of a sign-in gives.
pub enum Outcome {
    Granted(Box<AuthenticationResultType>),
    Challenge(Asked),
}

/// A challenge, as it is shown.
#[derive(Clone)]
pub struct Asked {
    pub step: Step,
    pub session: String,
    pub parameters: Parameters,
    /// `AvailableChallenges`.
    pub available: Option<Vec<ChallengeNameType>>,
}

impl Outcome {
    fn with_available(mut self, available: Option<Vec<ChallengeNameType>>) -> Self {
        if let Self::Challenge(asked) = &mut self {
            asked.available = available;
        }
        self
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Granted(_) => f.write_str("Granted(<redacted>)"),
            Self::Challenge(asked) => asked.fmt(f),
        }
    }
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("step", &self.step).finish_non_exhaustive()
    }
}

/// InitiateAuth and AdminInitiateAuth.
pub async fn initiate(
    cx: &ClientCx,
    surface: Surface,
    flow: AuthFlowType,
    parameters: &Parameters,
    session: Option<&str>,
) -> Result<Outcome> {
    let flow = auth::begin(flow, surface, &cx.client)?;
    refuse_unenforced(cx)?;
    match flow {
        Flow::Srp => srp::begin(cx, parameters).await,
        Flow::Password => password::begin(cx, parameters).await,
        Flow::Choice => choice::begin(cx, parameters, session).await,
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
    // The secret block says what the attempt is, since several clients send no Session with it.
    if challenge == ChallengeNameType::PasswordVerifier {
        return srp::prove(cx, session, responses).await;
    }
    if challenge == ChallengeNameType::DevicePasswordVerifier {
        return device::prove(cx, session, responses).await;
    }
    let token = match session {
        Some(session) => SessionToken::open(cx, session)?,
        None if challenge == ChallengeNameType::DeviceSrpAuth => device::awaited(cx, responses).await?,
        None => return Err(Error::InvalidSession),
    };
    if token.attempt.step.challenge() != Some(challenge) {
        return Err(Error::InvalidSession);
    }
    match token.attempt.step {
        Step::SelectChallenge => choice::select(cx, &token, responses).await,
        Step::Password => password::answer(cx, &token, responses).await,
        Step::PasswordSrp => srp::answer(cx, &token, responses).await,
        Step::Otp(_) | Step::EmailSetup => otp::answer(cx, &token, responses).await,
        Step::Second(factor) => second::answer(cx, &token, factor, responses).await,
        Step::WebAuthn => passkey::answer(cx, &token, responses).await,
        Step::NewPasswordRequired => new_password::answer(cx, &token, responses).await,
        Step::SelectMfaType => second::selected(cx, &token, responses).await,
        Step::MfaSetup | Step::MfaSetupDone => set_up::answer(cx, &token, responses).await,
        Step::DeviceSrpAuth => device::begin(cx, &token, responses).await,
        Step::DevicePasswordVerifier | Step::PasswordVerifier | Step::SignUpConfirmed(_) => {
            Err(Error::InvalidSession)
        }
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
    optional(parameters, name).ok_or(Error::MissingParameter(name))
}

fn optional<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
}
