//! USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and the PASSWORD challenge: the password in plain.

use domain::auth::{Attempt, First, Proof, Step};
use domain::{Error, Result};
use storage::attempts;
use storage::engine::Statement;

use super::answer::{Answerer, answerer, retry};
use super::course::Course;
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance};
use super::{Outcome, Parameters, device, grant, optional, required};
use crate::cx::ClientCx;
use crate::subject;
use crate::{client_auth, passwords};

pub(super) async fn begin(cx: &ClientCx, parameters: &Parameters) -> Result<Outcome> {
    let name = required(parameters, "USERNAME")?;
    let password = required(parameters, "PASSWORD")?;
    client_auth::check_hash(cx, &[name], optional(parameters, "SECRET_HASH")).await?;
    let course = Course::plain(optional(parameters, "DEVICE_KEY").map(str::to_owned));
    retry(|| attempt(cx, name, password, &course, None)).await
}

/// The answer to a PASSWORD challenge. A wrong password leaves the Session usable.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let password = required(responses, "PASSWORD")?;
    let name = match answerer(cx, token, responses).await? {
        Answerer::User(user) => user.username,
        Answerer::Nobody(name) => name,
    };
    retry(|| attempt(cx, &name, password, &token.course, Some(token))).await
}

/// One try with a password. `token` is the Session it answers, if any, which a right one spends.
pub(super) async fn attempt(
    cx: &ClientCx,
    name: &str,
    password: &str,
    course: &Course,
    token: Option<&SessionToken>,
) -> Result<Outcome> {
    let (user, stored) = subject::find_with_password(cx, name).await?.unzip();
    let stored = stored.flatten();
    subject::refuse_unknown(cx, user.as_ref())?;
    let device_key = device::remembered(cx, user.as_ref(), course.device_key.as_deref()).await?;
    let _turn = grant::turn(cx, user.as_ref(), name).await?;
    let locked = |guard| (guard == attempts::ALLOWED).then_some(Error::PasswordAttemptsExceeded);
    cx.charge([subject::charge(cx, user.as_ref(), name)], locked).await?;
    let right = passwords::check(cx, stored.as_ref(), password).await?;
    match (user, stored) {
        (Some(user), Some(stored)) if right => {
            let mut stage = Stage::first(cx, user, Some(stored), course.on(device_key));
            let asked = token.map_or(Attempt::at(Step::Password), |token| token.attempt);
            stage.proofs = asked.proved(Proof::First(First::Password))?;
            let spent: Vec<Statement> = token.map(|token| token.spend(cx)).into_iter().collect();
            advance(cx, stage, Also::these(spent)).await
        }
        _ => Err(Error::IncorrectUsernameOrPassword),
    }
}
