//! What stands behind an access key id that signed a request.

use std::sync::Arc;

use crypto::secret_box::Context;
use domain::Result;
use domain::ids::{AccessKeyId, AccountId};
use domain::principal::KeyStatus;
use domain::time::Time;
use storage::principals::Lookup;
use zeroize::Zeroizing;

use super::identity::Identity;
use super::session_token::{self, RoleSession};
use crate::services::Services;

/// A secret to check a signature with, and whose it is.
pub struct Credentials {
    pub secret_access_key: Zeroizing<String>,
    /// `None` for a key of nobody: its secret is a decoy, so that the check costs what it costs for others.
    owner: Option<Owner>,
}

/// Whose a key is, as the store says it: policies are not read before the signature is proved.
struct Owner {
    /// What the identity is kept by.
    id: String,
    known: Option<Arc<Identity>>,
    answer: Lookup,
    session: Option<RoleSession>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("is_known", &self.owner.is_some()).finish_non_exhaustive()
    }
}

impl Credentials {
    pub fn is_of_nobody(&self) -> bool {
        self.owner.is_none()
    }

    /// Who signs, with the policies read; `None` for a key of nobody. To be asked once the signature is proved.
    pub fn signer(self, services: &Services) -> Result<Option<Signer>> {
        let Some(Owner { id, known, answer, session }) = self.owner else { return Ok(None) };
        let identity = services.identities.current(&id, known, answer)?;
        let session = session.map(Session::read).transpose()?;
        Ok(Some(Signer { identity, session }))
    }
}

/// Who signs: a user, or somebody in a session of a role.
#[derive(Clone, Debug)]
pub struct Signer {
    pub identity: Arc<Identity>,
    pub session: Option<Session>,
}

/// The session of a role, with what it may do at most.
#[derive(Clone, Debug)]
pub struct Session {
    pub of: RoleSession,
    pub policy: Option<Arc<iam::Policy>>,
}

impl Session {
    fn read(session: RoleSession) -> Result<Self> {
        let policy = session.policy.as_deref().map(iam::Policy::parse).transpose();
        let policy = policy.map_err(|_| domain::Error::internal("a session policy that cannot be read"))?;
        Ok(Self { of: session, policy: policy.map(Arc::new) })
    }
}

impl Signer {
    pub fn account(&self) -> &AccountId {
        &self.identity.principal.account
    }

    /// `arn:aws:iam::…:user/…`, or `arn:aws:sts::…:assumed-role/…`.
    pub fn arn(&self) -> String {
        match &self.session {
            None => self.identity.arn.clone(),
            Some(session) => self.identity.principal.session_arn(&session.of.name),
        }
    }

    /// `AIDA…`, or `AROA…:<session name>`.
    pub fn user_id(&self) -> String {
        let id = &self.identity.principal.id;
        match &self.session {
            None => id.to_string(),
            Some(session) => format!("{id}:{}", session.of.name),
        }
    }

    /// As policies name it.
    pub fn principal<'a>(&'a self, arn: &'a str) -> iam::Principal<'a> {
        iam::Principal::Aws { arn, role: self.session.as_ref().map(|_| self.identity.arn.as_str()) }
    }

    /// Gives `decide` the policies that bear on what it asks for.
    pub fn with_policies<T>(&self, decide: impl FnOnce(&iam::Policies<'_>) -> T) -> T {
        let identity: Vec<&iam::Policy> = self.identity.policies.iter().collect();
        let session = self.session.as_ref().and_then(|session| session.policy.as_deref());
        let session = session.map(|policy| [policy]);
        decide(&iam::Policies {
            identity: &identity,
            boundary: None,
            session: session.as_ref().map(|session| session.as_slice()),
        })
    }

    /// When temporary keys end.
    pub fn expires_at(&self) -> Option<Time> {
        self.session.as_ref().map(|session| session.of.expires_at)
    }
}

/// Finds whom a key is of, in one read of the store. A long-term key with a session token is nobody's, and so is a
/// temporary key without its own token, an inactive key, and a key of somebody deleted.
pub async fn find(
    services: &Services,
    access_key_id: &AccessKeyId,
    session_token: Option<&str>,
) -> Result<Credentials> {
    let found = match (access_key_id.is_temporary(), session_token) {
        (false, None) => of_user(services, access_key_id).await?,
        (true, Some(token)) => of_session(services, access_key_id, token).await?,
        _ => None,
    };
    found.map_or_else(|| of_nobody(services), Ok)
}

async fn of_user(services: &Services, id: &AccessKeyId) -> Result<Option<Credentials>> {
    let known = services.identities.known(id.as_str());
    let version = known.as_ref().map(|known| (&known.principal.id, known.principal.version));
    let Some(key) = storage::access_keys::find(&services.db, id, version).await? else { return Ok(None) };
    let secret_access_key = key.secret(&services.db)?;
    let owner = match key.status {
        KeyStatus::Active => {
            Some(Owner { id: id.as_str().to_owned(), known, answer: key.user, session: None })
        }
        KeyStatus::Inactive => None,
    };
    Ok(Some(Credentials { secret_access_key, owner }))
}

async fn of_session(services: &Services, id: &AccessKeyId, token: &str) -> Result<Option<Credentials>> {
    let Some((secret_access_key, session)) = session_token::open(services, id, token) else {
        return Ok(None);
    };
    let known = services.identities.known(session.role.as_str());
    let version = known.as_ref().map(|known| known.principal.version);
    let Some(answer) = storage::principals::find(&services.db, &session.role, version).await? else {
        return Ok(None);
    };
    let id = session.role.as_str().to_owned();
    let owner = Some(Owner { id, known, answer, session: Some(session) });
    Ok(Some(Credentials { secret_access_key, owner }))
}

fn of_nobody(services: &Services) -> Result<Credentials> {
    let decoy = services.keys.open(&DECOY, &services.decoy).map_err(domain::Error::internal)?;
    let secret = String::from_utf8_lossy(&decoy).into_owned();
    Ok(Credentials { secret_access_key: Zeroizing::new(secret), owner: None })
}

/// Where the decoy lies: nowhere.
const DECOY: Context<'static> =
    Context { purpose: "access-key", table: "", column: "", account: "", pool: "", row: "" };

/// A sealed secret of nobody.
pub(crate) fn decoy(keys: &crypto::secret_box::RootKeys, random: &dyn crypto::random::Random) -> Vec<u8> {
    keys.seal(&DECOY, &[b'x'; 40], random)
}
