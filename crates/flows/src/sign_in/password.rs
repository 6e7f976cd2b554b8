//! USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: the password in plain.

use domain::auth::Proofs;
use domain::{Error, Result};
use storage::attempts;

use super::{Outcome, Parameters, grant, proceed, required};
use crate::cx::ClientCx;
use crate::subject;
use crate::{client_auth, passwords};

/// How often the step is evaluated again when the user changed under it.
const TRIES: u32 = 3;

pub(super) async fn sign_in(cx: &ClientCx, parameters: &Parameters) -> Result<Outcome> {
    let name = required(parameters, "USERNAME")?;
    let password = required(parameters, "PASSWORD")?;
    client_auth::check_hash(cx, &[name], parameters.get("SECRET_HASH").map(String::as_str)).await?;
    for _ in 0..TRIES {
        match attempt(cx, name, password).await {
            Err(Error::ConcurrentModification) => {}
            done => return done,
        }
    }
    Err(Error::ConcurrentModification)
}

async fn attempt(cx: &ClientCx, name: &str, password: &str) -> Result<Outcome> {
    let user = subject::find(cx, name).await?;
    subject::refuse_unknown(cx, user.as_ref())?;
    let stored = passwords::find(cx, user.as_ref(), name).await?;
    let _turn = grant::turn(cx, user.as_ref(), name).await?;
    let locked = |guard| (guard == attempts::ALLOWED).then_some(Error::PasswordAttemptsExceeded);
    cx.apply([subject::charge(cx, user.as_ref(), name)], locked).await?;
    let right = passwords::check(cx, stored.as_ref(), password).await?;
    match (user, stored) {
        (Some(user), Some(stored)) if right => {
            proceed(cx, &user, &stored, Proofs { password: true, ..Proofs::default() }).await
        }
        _ => Err(Error::IncorrectUsernameOrPassword),
    }
}
