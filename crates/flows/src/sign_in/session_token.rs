//! The `Session` between two steps: a sealed statement of where an attempt stands.

use crypto::secret_box::Context;
use domain::auth::{self, Step};
use domain::ids::UserId;
use domain::time::Time;
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};
use storage::engine::Statement;
use storage::spent;

use crate::cx::ClientCx;

#[derive(Serialize, Deserialize)]
pub(super) struct SessionToken {
    step: Step,
    client: String,
    /// The user's id and credential version; absent while only the secret block knows.
    user: Option<(UserId, i64)>,
    nonce: String,
    expires_at: Time,
}

impl SessionToken {
    /// Beside an SRP challenge: it shares the secret block's nonce.
    pub(super) fn srp(cx: &ClientCx, nonce: &str, expires_at: Time) -> Self {
        Self {
            step: Step::PasswordVerifier,
            client: cx.client.id.to_string(),
            user: None,
            nonce: nonce.to_owned(),
            expires_at,
        }
    }

    /// For the next step of a user who has proved the password.
    pub(super) fn new(cx: &ClientCx, step: Step, user: &User) -> Self {
        Self {
            step,
            client: cx.client.id.to_string(),
            user: Some((user.id.clone(), user.credential_version)),
            nonce: crypto::random::uuid(cx.random()),
            expires_at: cx.now() + cx.client.auth_session_validity(),
        }
    }

    pub(super) fn seal(&self, cx: &ClientCx) -> Result<String> {
        let text = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(cx.services.keys.seal_text(&context(cx), &text, cx.random()))
    }

    /// Opens a Session of this client that waits for `step` and has not expired.
    pub(super) fn open(cx: &ClientCx, text: &str, step: Step) -> Result<Self> {
        let opened = cx.services.keys.open_text(&context(cx), text).map_err(|_| Error::InvalidSession)?;
        let token: Self = serde_json::from_slice(&opened).map_err(|_| Error::InvalidSession)?;
        if token.client != cx.client.id.as_str() {
            return Err(Error::InvalidSession);
        }
        auth::expect(token.step, step)?;
        if cx.now() >= token.expires_at {
            return Err(Error::SessionExpired);
        }
        Ok(token)
    }

    pub(super) fn check_nonce(&self, nonce: &str) -> Result<()> {
        if self.nonce == nonce { Ok(()) } else { Err(Error::InvalidSession) }
    }

    /// The user it is of, unless its credentials changed since.
    pub(super) async fn user(&self, cx: &ClientCx) -> Result<User> {
        let (id, version) = self.user.as_ref().ok_or(Error::InvalidSession)?;
        let user = storage::users::find(cx.db(), cx.pool_ref(), id).await?.ok_or(Error::InvalidSession)?;
        if user.credential_version == *version { Ok(user) } else { Err(Error::InvalidSession) }
    }

    /// Spends it: fails by [`spent::UNSPENT`] the second time.
    pub(super) fn spend(&self, cx: &ClientCx) -> Statement {
        spent::spend(cx.pool_ref(), &self.nonce, self.expires_at)
    }
}

fn context(cx: &ClientCx) -> Context<'_> {
    Context {
        purpose: "session",
        table: "",
        column: "",
        account: cx.pool().account.as_str(),
        pool: cx.pool().id.as_str(),
        row: "",
    }
}
