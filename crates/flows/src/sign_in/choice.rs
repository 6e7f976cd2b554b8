//! USER_AUTH: the user chooses what to begin with. SELECT_CHALLENGE, PREFERRED_CHALLENGE, and the sign-in that a
//! confirmed sign-up entitles to.

use domain::acr::{Goal, Methods};
use domain::auth::{self, Attempt, Choice, Facts, First, FirstFactor, Proof, Proofs, Step};
use domain::message::Medium;
use domain::{Error, Result, User};
use wire::cognito_idp::shapes::{ChallengeNameType, ExplicitAuthFlowsType};

use super::answer::{Answerer, answerer, retry};
use super::course::Course;
use super::session_token::{SessionToken, Whose};
use super::stage::{Also, Stage, advance, asked};
use super::step_up::StepUp;
use super::{Outcome, Parameters, device, optional, otp, passkey, password, required, srp};
use crate::cx::ClientCx;
use crate::{client_auth, simulate, subject};

/// Someone who may choose.
pub(super) enum Chooser {
    User(Box<Stage>),
    /// A name nobody has: shown what most users of the pool have.
    Nobody(String, Course),
}

pub(super) async fn begin(cx: &ClientCx, parameters: &Parameters, session: Option<&str>) -> Result<Outcome> {
    let name = required(parameters, "USERNAME")?;
    client_auth::check_hash(cx, &[name], optional(parameters, "SECRET_HASH")).await?;
    let user = subject::find(cx, name).await?;
    let asked = StepUp::read(cx, user.as_ref(), parameters).await?;
    if let Some(session) = session
        && let Some(outcome) = after_sign_up(cx, user.as_ref(), session, &asked).await?
    {
        return Ok(outcome);
    }
    subject::refuse_unknown(cx, user.as_ref())?;
    let device_key = device::remembered(cx, user.as_ref(), optional(parameters, "DEVICE_KEY")).await?;
    let chooser = chooser(cx, user, name, Course::plain(device_key)).await?.toward(cx, name, &asked)?;
    let preferred = optional(parameters, "PREFERRED_CHALLENGE").map(preference).transpose()?;
    if let Some(factor) = preferred.filter(|factor| chooser.ways(cx).contains(factor)) {
        return take(cx, chooser, factor, parameters, None).await;
    }
    match chooser {
        Chooser::User(mut stage) if stage.goes_on_from_its_password(cx) => {
            stage.proofs = Proofs::credited();
            advance(cx, *stage, Also::default()).await
        }
        chooser => show(cx, &chooser),
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
            chooser(cx, Some(*user), &name, token.course.clone()).await?
        }
        Answerer::Nobody(name) => chooser(cx, None, &name, token.course.clone()).await?,
    };
    match &chooser {
        Chooser::User(stage) => {
            token.attempt.choose(&stage.facts(cx), Choice::First(factor))?;
        }
        Chooser::Nobody(..) if chooser.ways(cx).contains(&factor) => {}
        Chooser::Nobody(..) => {
            return Err(Error::invalid("The selected challenge is not available for this user."));
        }
    }
    take(cx, chooser, factor, responses, Some(token)).await
}

async fn chooser(cx: &ClientCx, user: Option<User>, name: &str, course: Course) -> Result<Chooser> {
    // Who is disabled learns it from a right password only. Whoever is not there is looked up all the same.
    let user = user.filter(|user| user.enabled);
    if user.is_none() && !cx.client.hides_user_existence() {
        return Err(Error::UserDisabled);
    }
    let known = user.is_some();
    let user = user.unwrap_or_else(|| simulate::nobody(cx, name));
    let password = storage::passwords::find(cx.db(), cx.pool_ref(), &user).await?;
    let has_passkey = passkey::has_any(cx, &user).await?;
    let stage = Stage { has_passkey, ..Stage::first(cx, user, password, course) };
    Ok(if known { Chooser::User(Box::new(stage)) } else { Chooser::Nobody(name.to_owned(), stage.course) })
}

impl Chooser {
    fn ways(&self, cx: &ClientCx) -> Vec<FirstFactor> {
        match self {
            Self::User(stage) => auth::available(&stage.facts(cx)),
            Self::Nobody(_, course) => simulated(cx, course),
        }
    }

    /// With the course set for what was asked for. A user who cannot reach it is shown as nobody where the client
    /// hides who exists, and learns it from a right password only.
    fn toward(self, cx: &ClientCx, name: &str, asked: &StepUp) -> Result<Self> {
        match self {
            Self::User(stage) => {
                let judge = |course: &Course| {
                    auth::check_reach(&Facts { goal: course.goal(&stage.user), ..stage.facts(cx) })
                };
                match asked.aim(&stage.course, judge) {
                    Ok(course) => Ok(Self::User(Box::new(Stage { course, ..*stage }))),
                    Err(Error::AcrOutOfReach) if cx.client.hides_user_existence() && !asked.by_its_user => {
                        Self::Nobody(name.to_owned(), Course::default()).toward(cx, name, asked)
                    }
                    Err(error) => Err(error),
                }
            }
            Self::Nobody(name, course) => {
                let judge = |course: &Course| match simulated(cx, course).is_empty() {
                    true => Err(Error::AcrOutOfReach),
                    false => Ok(()),
                };
                Ok(Self::Nobody(name, asked.aim(&course, judge)?))
            }
        }
    }

    pub(super) fn token(&self, cx: &ClientCx, step: Step) -> SessionToken {
        match self {
            Self::User(stage) => stage.token(cx, step),
            Self::Nobody(name, course) => {
                let whose = Whose::Nobody(subject::digest_text(cx, name));
                let mut token = SessionToken::new(cx, Attempt::at(step), whose);
                token.course = course.clone();
                token
            }
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::User(stage) => &stage.user.username,
            Self::Nobody(name, _) => name,
        }
    }
}

/// The ways that a name nobody has is shown; it has no access token.
fn simulated(cx: &ClientCx, course: &Course) -> Vec<FirstFactor> {
    auth::simulated(cx.pool(), Goal { target: course.target, credit: Methods::NONE })
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
    let course = match &chooser {
        Chooser::User(stage) => &stage.course,
        Chooser::Nobody(_, course) => course,
    };
    match factor {
        FirstFactor::Password => match optional(parameters, "PASSWORD") {
            Some(given) => {
                let waiting = token.map(|token| token.chosen(Step::Password));
                retry(|| password::attempt(cx, chooser.name(), given, course, waiting.as_ref())).await
            }
            None => asked(cx, Step::Password, &chooser.token(cx, Step::Password), [], available),
        },
        FirstFactor::PasswordSrp => match optional(parameters, "SRP_A") {
            Some(a) => srp::challenge(cx, chooser.name(), a, course).await,
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
/// Elsewhere it is worth nothing, and the sign-in goes on as without it.
async fn after_sign_up(
    cx: &ClientCx,
    named: Option<&User>,
    session: &str,
    asked: &StepUp,
) -> Result<Option<Outcome>> {
    let token = SessionToken::open(cx, session)?;
    let Step::SignUpConfirmed(medium) = token.attempt.step else { return Err(Error::InvalidSession) };
    let user = token.user(cx).await?;
    if named.is_none_or(|named| named.id != user.id) {
        return Err(Error::InvalidSession);
    }
    // The code proved the address that it went to, and no other.
    if token.state.is_none() || user.attributes.get(medium.attribute()) != token.state.as_ref() {
        return Err(Error::InvalidSession);
    }
    let mut stage = Stage::of(cx, &token, user).await?;
    let judge = |course: &Course| {
        let facts = Facts { goal: course.goal(&stage.user), ..stage.facts(cx) };
        auth::check_reach_by(&facts, FirstFactor::by_code(medium))
    };
    if judge(&stage.course).is_err() {
        return Ok(None);
    }
    stage.course = match asked.aim(&stage.course, judge) {
        Err(Error::AcrOutOfReach) => return Ok(None),
        aimed => aimed?,
    };
    stage.proofs = token.attempt.proved(Proof::First(First::Otp(medium)))?;
    let spent = vec![token.spend(cx)];
    advance(cx, stage, Also::these(spent)).await.map(Some)
}
