//! What the answers to all challenges have in common: the name, the secret hash, the user of the Session.

use domain::{Error, Result, User};

use super::session_token::{SessionToken, Whose};
use super::{Parameters, optional, required};
use crate::cx::ClientCx;
use crate::{client_auth, subject};

/// How often a step is evaluated again when the user changed under it.
const TRIES: u32 = 3;

/// Whom an answer is about.
pub(super) enum Answerer {
    User(Box<User>),
    /// A name nobody has: it must be told nothing that a user would not be told.
    Nobody(String),
}

/// The user of the Session, whom the answer's USERNAME must mean, after SECRET_HASH was checked.
pub(super) async fn answerer(
    cx: &ClientCx,
    token: &SessionToken,
    responses: &Parameters,
) -> Result<Answerer> {
    let name = required(responses, "USERNAME")?;
    let hash = optional(responses, "SECRET_HASH");
    if let Whose::Nobody(digest) = &token.whose {
        client_auth::check_hash(cx, &[name], hash).await?;
        let same = subject::digest_text(cx, name) == *digest;
        return if same { Ok(Answerer::Nobody(name.to_owned())) } else { Err(Error::InvalidSession) };
    }
    let user = token.user(cx).await?;
    client_auth::check_hash(cx, &[name, &user.username], hash).await?;
    if subject::is_named(cx, &user, name).await? {
        Ok(Answerer::User(Box::new(user)))
    } else {
        Err(Error::InvalidSession)
    }
}

/// As [`answerer`], where only a user can have come this far.
pub(super) async fn user(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<User> {
    match answerer(cx, token, responses).await? {
        Answerer::User(user) => Ok(*user),
        Answerer::Nobody(_) => Err(Error::InvalidSession),
    }
}

/// Evaluates a step again while the user changes under it, and at last lets its Session go.
pub(super) async fn retry<T, F: Future<Output = Result<T>>>(attempt: impl Fn() -> F) -> Result<T> {
    for _ in 0..TRIES {
        match attempt().await {
            Err(Error::ConcurrentModification) => {}
            done => return done,
        }
    }
    Err(Error::InvalidSession)
}
