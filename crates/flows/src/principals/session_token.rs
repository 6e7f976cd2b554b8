//! What comes with temporary keys: the session of a role, sealed, so that nothing of it is stored.
//!
//! A token is bound to its access key id and opens with no other.

use crypto::secret_box::Context;
use domain::ids::{AccessKeyId, PrincipalId};
use domain::time::Time;
use domain::{Error, Result};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::access_keys::new_secret;
use crate::services::Services;

/// A role that someone took on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSession {
    pub role: PrincipalId,
    /// `[\w+=,.@-]{2,64}`.
    pub name: String,
    /// What the session may do at most, as it was given.
    pub policy: Option<String>,
    pub issued_at: Time,
    pub expires_at: Time,
    /// Of a role taken on by a web identity: the ARN or name of who vouched for it.
    pub federated_provider: Option<String>,
}

/// Keys that count until their session ends.
pub struct TemporaryKeys {
    pub access_key_id: AccessKeyId,
    pub secret_access_key: Zeroizing<String>,
    pub session_token: String,
}

impl std::fmt::Debug for TemporaryKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemporaryKeys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    secret: String,
    session: RoleSession,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// Makes the keys of a session.
pub fn issue(services: &Services, session: &RoleSession) -> Result<TemporaryKeys> {
    let access_key_id = AccessKeyId::generate_temporary(services.random.as_ref());
    let secret_access_key = new_secret(services);
    let sealed = Sealed { secret: secret_access_key.as_str().to_owned(), session: session.clone() };
    let text = Zeroizing::new(serde_json::to_vec(&sealed).map_err(Error::internal)?);
    let session_token = services.keys.seal_text(&context(&access_key_id), &text, services.random.as_ref());
    Ok(TemporaryKeys { access_key_id, secret_access_key, session_token })
}

/// The secret and the session of a token that belongs to this key. Whether it has ended is for the caller.
pub fn open(
    services: &Services,
    access_key_id: &AccessKeyId,
    token: &str,
) -> Option<(Zeroizing<String>, RoleSession)> {
    let text = services.keys.open_text(&context(access_key_id), token).ok()?;
    let mut sealed: Sealed = serde_json::from_slice(&text).ok()?;
    Some((Zeroizing::new(std::mem::take(&mut sealed.secret)), sealed.session.clone()))
}

fn context(access_key_id: &AccessKeyId) -> Context<'_> {
    Context {
        purpose: "session-token",
        table: "",
        column: "",
        account: "",
        pool: "",
        row: access_key_id.as_str(),
    }
}
