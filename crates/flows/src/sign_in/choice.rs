//! USER_AUTH: the user chooses what to begin with. SELECT_CHALLENGE, PREFERRED_CHALLENGE, and the sign-in that a
//! confirmed sign-up entitles to.

use domain::auth::{self, Attempt, Choice, First, FirstFactor, Proof, Step};
use domain::message::Medium;
use domain::{Error, Result, User};
use wire::cognito_idp::shapes::{ChallengeNameType, ExplicitAuthFlowsType};

use super::answer::{Answerer, answerer, retry};
use super::session_token::{SessionToken, Whose};
use super::stage::{Also, Stage, advance, asked};
use super::{Outcome, Parameters, device, optional, otp, passkey, password, required, srp};
use crate::cx::ClientCx;
use crate::{client_auth, simulate, subject};

/// Someone who may choose.
pub(super) enum Chooser {
    User(Box<Stage>),
    /// A name nobody has: shown what most users of the pool have.
    Nobody(String),
}

pub(super) async fn begin(cx: &ClientCx, parameters: &Parameters, session: Option<&str>) -> Result<Outcome> {
    let name = required(parameters, "USERNAME")?;
    client_auth::check_hash(cx, &[name], optional(parameters, "SECRET_HASH")).await?;
    for name in ["TARGET_ACR_VALUES", "ACCESS_TOKEN", "MAX_AGE"] {
        if optional(parameters, name).is_some() {
            return Err(Error::OperationNotEnabled(format!(
                "{name} is not available in this version of Poolhouse."
            )));
        }
    }
    if let Some(session) = session {
        return after_sign_up(cx, name, session).await;
    }
    let user = subject::find(cx, name).await?;
    subject::refuse_unknown(cx, user.as_ref())?;
    let device_key = device::remembered(cx, user.as_ref(), optional(parameters, "DEVICE_KEY")).await?;
    let chooser = chooser(cx, user, name, device_key).await?;
    let preferred = optional(parameters, "PREFERRED_CHALLENGE").map(preference).transpose()?;
    match preferred {
        Some(factor) if chooser.ways(cx).contains(&factor) => {
            take(cx, chooser, factor, parameters, None).await
        }
        _ => show(cx, &chooser),
    }
}

fn preference(text: &str) -> Result<FirstFactor> {
    FirstFactor::parse(text).ok_or_else(|| Error::invalid("Invalid PREFERRED_CHALLENGE"))
}

/// The answer to SELECT_CHALLENGE.
pub(super) async fn select(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let chosen = required(responses, "ANSWER")?;
    let factor = FirstFactor::parse(chosen).ok_or_else(|| Error::invalid("Invalid ANSWER"))?;
    let chooser = match answerer(cx, token, responses).await? {
        Answerer::User(user) => {
            let name = user.username.clone();
            chooser(cx, Some(*user), &name, token.device_key.clone()).await?
        }
        Answerer::Nobody(name) => chooser(cx, None, &name, None).await?,
    };
    match &chooser {
        Chooser::User(stage) => {
            token.attempt.choose(&stage.facts(cx), Choice::First(factor))?;
        }
        Chooser::Nobody(_) if chooser.ways(cx).contains(&factor) => {}
        Chooser::Nobody(_) => {
            return Err(Error::invalid("The selected challenge is not available for this user."));
        }
    }
    take(cx, chooser, factor, responses, Some(token)).await
}

async fn chooser(
    cx: &ClientCx,
    user: Option<User>,
    name: &str,
    device_key: Option<String>,
) -> Result<Chooser> {
    // Who is disabled learns it from a right password only. Whoever is not there is looked up all the same.
    let user = user.filter(|user| user.enabled);
    if user.is_none() && !cx.client.hides_user_existence() {
        return Err(Error::UserDisabled);
    }
    let known = user.is_some();
    let user = user.unwrap_or_else(|| simulate::nobody(cx, name));
    let password = storage::passwords::find(cx.db(), cx.pool_ref(), &user).await?;
    let has_passkey = passkey::has_any(cx, &user).await?;
    let stage = Stage { has_passkey, ..Stage::first(cx, user, password, device_key) };
    Ok(if known { Chooser::User(Box::new(stage)) } else { Chooser::Nobody(name.to_owned()) })
}

impl Chooser {
    fn ways(&self, cx: &ClientCx) -> Vec<FirstFactor> {
        match self {
            Self::User(stage) => auth::available(&stage.facts(cx)),
            Self::Nobody(_) => auth::simulated(cx.pool()),
        }
    }

    pub(super) fn token(&self, cx: &ClientCx, step: Step) -> SessionToken {
        match self {
            Self::User(stage) => stage.token(cx, step),
            Self::Nobody(name) => {
                SessionToken::new(cx, Attempt::at(step), Whose::Nobody(subject::digest_text(cx, name)))
            }
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::User(stage) => &stage.user.username,
            Self::Nobody(name) => name,
        }
    }
}

/// SELECT_CHALLENGE with what there is to choose from.
fn show(cx: &ClientCx, chooser: &Chooser) -> Result<Outcome> {
    let step = Step::SelectChallenge;
    asked(cx, step, &chooser.token(cx, step), [], Some(names(&chooser.ways(cx))))
}

fn names(factors: &[FirstFactor]) -> Vec<ChallengeNameType> {
    factors.iter().map(|factor| factor.challenge()).collect()
}

/// Goes the way chosen, at once as far as the parameters reach. `token` is the Session that the choice answers.
async fn take(
    cx: &ClientCx,
    chooser: Chooser,
    factor: FirstFactor,
    parameters: &Parameters,
    token: Option<&SessionToken>,
) -> Result<Outcome> {
    let available = Some(names(&chooser.ways(cx)));
    let device_key = match &chooser {
        Chooser::User(stage) => stage.device_key.clone(),
        Chooser::Nobody(_) => None,
    };
    match factor {
        FirstFactor::Password => match optional(parameters, "PASSWORD") {
            Some(given) => {
                let waiting = token.map(|token| token.chosen(Step::Password));
                let (name, device_key) = (chooser.name(), device_key.as_deref());
                retry(|| password::attempt(cx, name, given, device_key, waiting.as_ref())).await
            }
            None => asked(cx, Step::Password, &chooser.token(cx, Step::Password), [], available),
        },
        FirstFactor::PasswordSrp => match optional(parameters, "SRP_A") {
            Some(a) => srp::challenge(cx, chooser.name(), a, device_key.as_deref()).await,
            None => asked(cx, Step::PasswordSrp, &chooser.token(cx, Step::PasswordSrp), [], available),
        },
        FirstFactor::EmailOtp | FirstFactor::SmsOtp => {
            otp::begin(cx, &chooser, factor, token, available).await
        }
        FirstFactor::WebAuthn => passkey::begin(cx, &chooser, available).await,
    }
}

/// The Session that a confirmed sign-up entitles to, where the client may use `USER_AUTH`.
pub(crate) fn after_confirmation(cx: &ClientCx, user: &User, medium: Medium) -> Result<Option<String>> {
    if !cx.client.allows(ExplicitAuthFlowsType::AllowUserAuth) {
        return Ok(None);
    }
    let mut token = SessionToken::of_user(cx, Attempt::at(Step::SignUpConfirmed(medium)), user);
    token.state = user.attributes.get(medium.attribute()).cloned();
    token.seal(cx).map(Some)
}

/// A Session from ConfirmSignUp: its code proved the address, which is a first factor where the pool has it so.
async fn after_sign_up(cx: &ClientCx, name: &str, session: &str) -> Result<Outcome> {
    let token = SessionToken::open(cx, session)?;
    let Step::SignUpConfirmed(medium) = token.attempt.step else { return Err(Error::InvalidSession) };
    let user = token.user(cx).await?;
    if subject::find(cx, name).await?.is_none_or(|found| found.id != user.id) {
        return Err(Error::InvalidSession);
    }
    // The code proved the address that it went to, and no other.
    if token.state.is_none() || user.attributes.get(medium.attribute()) != token.state.as_ref() {
        return Err(Error::InvalidSession);
    }
    let mut stage = Stage::of(cx, &token, user).await?;
    let ways = auth::available(&stage.facts(cx));
    if !ways.contains(&FirstFactor::by_code(medium)) {
        return Err(Error::InvalidSession);
    }
    stage.proofs = token.attempt.proved(Proof::First(First::Otp(medium)))?;
    let spent = vec![token.spend(cx)];
    advance(cx, stage, Also::these(spent)).await
}
