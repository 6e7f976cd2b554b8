//! The `Session` between two steps: a sealed statement of where an attempt stands.

use crypto::secret_box::Context;
use domain::auth::{self, Attempt, Facts, Step};
use domain::factors::Factor;
use domain::ids::{ClientId, PoolId, UserId};
use domain::time::Time;
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};
use storage::engine::Statement;
use storage::spent;

use super::course::Course;
use crate::cx::{ClientCx, PoolCx};

/// Bytes that a Session has at least before it is sealed: what it says of a user and of nobody is shorter, so that
/// its length does not tell them apart.
const LENGTH: usize = 640;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionToken {
    pub(super) attempt: Attempt,
    client: ClientId,
    pub(super) whose: Whose,
    pub(super) course: Course,
    /// The code that answers the step, if one was sent.
    pub(super) code: Option<SentCode>,
    /// A secret that the step is checked against, as the step keeps it.
    pub(super) state: Option<String>,
    nonce: String,
    pub(super) expires_at: Time,
}

/// Whose attempt it is.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Whose {
    /// By id and credential version.
    User(UserId, i64),
    /// A name nobody has, by its keyed digest.
    Nobody(String),
    /// Only the secret block beside it knows.
    Unsaid,
}

/// A code under way: what it must be, as base64 of a keyed digest, and the address it went to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentCode {
    pub(super) mac: String,
    pub(super) address: String,
}

impl SessionToken {
    pub(super) fn new(cx: &ClientCx, attempt: Attempt, whose: Whose) -> Self {
        Self {
            attempt,
            client: cx.client.id.clone(),
            whose,
            course: Course::default(),
            code: None,
            state: None,
            nonce: crypto::random::uuid(cx.random()),
            expires_at: cx.now() + cx.client.auth_session_validity(),
        }
    }

    pub(super) fn of_user(cx: &ClientCx, attempt: Attempt, user: &User) -> Self {
        Self::new(cx, attempt, Whose::User(user.id.clone(), user.credential_version))
    }

    /// Beside an SRP challenge: it shares the secret block's nonce.
    pub(super) fn srp(cx: &ClientCx, attempt: Attempt, nonce: &str, expires_at: Time) -> Self {
        Self { nonce: nonce.to_owned(), expires_at, ..Self::new(cx, attempt, Whose::Unsaid) }
    }

    /// The text a client carries to the next step. The pool in front says under which key it is sealed.
    pub(crate) fn seal(&self, cx: &PoolCx) -> Result<String> {
        let mut text = serde_json::to_vec(self).map_err(Error::internal)?;
        text.resize(text.len().max(LENGTH), b' ');
        let sealed = cx.services.keys.seal_text(&context(cx), &text, cx.random());
        Ok(format!("{}.{sealed}", cx.pool().id))
    }

    /// Which pool a Session claims to be of.
    pub(crate) fn pool_hint(text: &str) -> Option<PoolId> {
        PoolId::parse(text.split_once('.')?.0)
    }

    /// Opens a Session of this pool that has not expired.
    pub(crate) fn open_in(cx: &PoolCx, text: &str) -> Result<Self> {
        let sealed = text.strip_prefix(cx.pool().id.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let sealed = sealed.ok_or(Error::InvalidSession)?;
        let opened = cx.services.keys.open_text(&context(cx), sealed).map_err(|_| Error::InvalidSession)?;
        let token: Self = serde_json::from_slice(&opened).map_err(|_| Error::InvalidSession)?;
        if cx.now() >= token.expires_at { Err(Error::SessionExpired) } else { Ok(token) }
    }

    /// Opens a Session of this client that has not expired.
    pub(super) fn open(cx: &ClientCx, text: &str) -> Result<Self> {
        let token = Self::open_in(cx, text)?;
        if token.client == cx.client.id { Ok(token) } else { Err(Error::InvalidSession) }
    }

    /// A software token can be set up in this attempt.
    pub(crate) fn waits_for_set_up(&self) -> bool {
        self.attempt.step == Step::MfaSetup
    }

    /// What the machine judges its user by, where passwords and passkeys play no part any more.
    fn facts<'a>(&self, cx: &'a PoolCx, user: &'a User) -> Facts<'a> {
        let Course { device_key, .. } = &self.course;
        let goal = self.course.goal(user);
        Facts { device: device_key.is_some(), goal, ..Facts::of(cx.pool(), user, cx.now()) }
    }

    /// Whether its user may set a software token up in this attempt.
    pub(crate) fn can_set_up_token(&self, cx: &PoolCx, user: &User) -> bool {
        auth::can_set_up(&self.facts(cx, user), self.attempt.proofs, Factor::SoftwareToken)
    }

    pub(crate) fn client(&self) -> &ClientId {
        &self.client
    }

    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    pub(super) fn check_nonce(&self, nonce: &str) -> Result<()> {
        if self.nonce == nonce { Ok(()) } else { Err(Error::InvalidSession) }
    }

    /// The user it is of, unless its credentials changed since.
    pub(crate) async fn user(&self, cx: &PoolCx) -> Result<User> {
        let Whose::User(id, version) = &self.whose else { return Err(Error::InvalidSession) };
        let user = storage::users::find(cx.db(), cx.pool_ref(), id).await?.ok_or(Error::InvalidSession)?;
        if user.credential_version == *version { Ok(user) } else { Err(Error::InvalidSession) }
    }

    /// Spends it: fails by [`spent::UNSPENT`] the second time.
    pub(crate) fn spend(&self, cx: &PoolCx) -> Statement {
        spent::spend(cx.pool_ref(), &self.nonce, self.expires_at)
    }

    /// The same Session with its choice made: what spends one of them spends both.
    pub(super) fn chosen(&self, step: Step) -> Self {
        Self {
            attempt: self.attempt.waiting_for(step),
            client: self.client.clone(),
            whose: self.whose.clone(),
            course: self.course.clone(),
            code: None,
            state: None,
            nonce: self.nonce.clone(),
            expires_at: self.expires_at,
        }
    }

    /// The attempt goes on in a Session of its own, waiting for `step`, of a user whose credentials are as
    /// given.
    pub(crate) fn followed_by(&self, cx: &PoolCx, step: Step, user: &User) -> Self {
        Self {
            attempt: self.attempt.waiting_for(step),
            client: self.client.clone(),
            whose: Whose::User(user.id.clone(), user.credential_version),
            course: self.course.clone(),
            code: None,
            state: None,
            nonce: crypto::random::uuid(cx.random()),
            expires_at: self.expires_at,
        }
    }
}

fn context(cx: &PoolCx) -> Context<'_> {
    Context {
        purpose: "session",
        table: "",
        column: "",
        account: cx.pool().account.as_str(),
        pool: cx.pool().id.as_str(),
        row: "",
    }
}
