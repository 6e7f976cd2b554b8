//! Software tokens: AssociateSoftwareToken, VerifySoftwareToken, and the check of a code.

use crypto::totp::Secret;
use domain::auth::Step;
use domain::factors::Factor;
use domain::ids::PoolId;
use domain::{Error, Result, User};
use storage::attempts::{self, Subject};
use storage::engine::Statement;
use storage::software_tokens::{self, PENDING};
use storage::users::Credentials;

use crate::cx::PoolCx;
use crate::names::Claim;
use crate::sign_in::session_token::SessionToken;
use crate::users;

/// Wrong first codes of a new token are counted by themselves.
const TRIES: &str = "try:software_token";

/// Who sets a token up: a signed-in user, or one in the middle of a sign-in that demands it.
pub struct Holder {
    pub user: User,
    attempt: Option<SessionToken>,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holder").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Holder {
    pub fn signed_in(user: User) -> Self {
        Self { user, attempt: None }
    }

    /// The user of a Session that waits for MFA_SETUP.
    pub async fn of_session(cx: &PoolCx, session: &str) -> Result<Self> {
        let token = SessionToken::open_in(cx, session)?;
        if !token.waits_for_set_up() {
            return Err(Error::InvalidSession);
        }
        let user = token.user(cx).await?;
        if !user.enabled {
            return Err(Error::UserDisabled);
        }
        if !token.can_set_up_token(cx, &user) {
            return Err(Error::InvalidSession);
        }
        if storage::clients::find(cx.db(), cx.pool_ref(), token.client()).await?.is_none() {
            return Err(Error::ClientNotFound(token.client().clone()));
        }
        Ok(Self { user, attempt: Some(token) })
    }
}

/// Which pool a Session claims to be of.
pub fn pool_of_session(session: &str) -> Option<PoolId> {
    SessionToken::pool_hint(session)
}

/// Makes a secret that waits for its first code. In a sign-in, the Session is followed by another.
pub async fn associate(cx: &PoolCx, holder: &Holder) -> Result<(String, Option<String>)> {
    check_offered(cx)?;
    let secret = Secret::generate(cx.random());
    let mut batch = vec![
        storage::users::credentials_unchanged(cx.pool_ref(), &holder.user),
        software_tokens::put_pending(cx.db(), cx.pool_ref(), &holder.user.id, &secret),
    ];
    batch.extend(holder.attempt.as_ref().map(|token| token.spend(cx)));
    cx.apply(batch, refusal).await?;
    let session = match &holder.attempt {
        Some(token) => Some(token.followed_by(cx, Step::MfaSetup, &holder.user).seal(cx)?),
        None => None,
    };
    Ok((secret.to_base32(), session))
}

/// Puts the waiting token to use by its first code. In a sign-in, the Session is followed by one that MFA_SETUP
/// can be answered with.
pub async fn verify(
    cx: &PoolCx,
    holder: &Holder,
    code: &str,
    friendly_name: Option<&str>,
) -> Result<Option<String>> {
    check_offered(cx)?;
    let before = &holder.user;
    let subject = Subject(before.id.as_str());
    crate::subject::charge_hourly(cx, before.id.as_str(), TRIES, 15).await?;
    let tokens = software_tokens::find(cx.db(), cx.pool_ref(), &before.id).await?;
    let pending = tokens.pending.ok_or(Error::SoftwareTokenMismatch)?;
    let step = pending.secret.step_of(code, seconds(cx)).ok_or(Error::SoftwareTokenMismatch)?;
    let mut after = before.clone();
    after.factors.has_software_token = true;
    let mut more = vec![
        software_tokens::activate(cx.pool_ref(), &before.id, &pending, friendly_name, step),
        attempts::forget(cx.pool_ref(), subject, TRIES),
    ];
    more.extend(holder.attempt.as_ref().map(|token| token.spend(cx)));
    let lost = |error| match error {
        // Another call changed the user or the waiting token meanwhile.
        Error::ConcurrentModification if holder.attempt.is_some() => Error::InvalidSession,
        other => other,
    };
    users::update(cx, before, &after, Credentials::Changed, Claim::Update, more).await.map_err(lost)?;
    let Some(token) = &holder.attempt else { return Ok(None) };
    after.credential_version += 1;
    token.followed_by(cx, Step::MfaSetupDone, &after).seal(cx).map(Some)
}

/// AdminDeleteSoftwareToken: the next sign-in demands another factor or a new token, as the pool has it.
pub async fn delete(cx: &PoolCx, user: &User) -> Result<()> {
    users::retry(cx, user, |user| async move {
        let after = User { factors: user.factors.without_software_token(), ..user.clone() };
        let gone = vec![software_tokens::delete(cx.pool_ref(), &user.id)];
        users::update(cx, &user, &after, Credentials::Changed, Claim::Update, gone).await
    })
    .await
}

/// Checks a code of the token in use; what is returned uses its time step up, in the batch that it permits.
pub(crate) async fn check(cx: &PoolCx, user: &User, code: &str) -> Result<Statement> {
    let tokens = software_tokens::find(cx.db(), cx.pool_ref(), &user.id).await?;
    let step = tokens.in_use.and_then(|secret| secret.step_of(code, seconds(cx)));
    let step = step.ok_or(Error::ChallengeCodeMismatch)?;
    Ok(software_tokens::use_step(cx.pool_ref(), &user.id, step))
}

/// The time that authenticator apps go by: the machine's.
fn seconds(cx: &PoolCx) -> u64 {
    u64::try_from(cx.services.clock.real().secs()).unwrap_or_default()
}

fn check_offered(cx: &PoolCx) -> Result<()> {
    if cx.pool().offers(Factor::SoftwareToken) { Ok(()) } else { Err(Error::SoftwareTokenNotEnabled) }
}

fn refusal(guard: &'static str) -> Option<Error> {
    match guard {
        storage::spent::UNSPENT => Some(Error::SessionAlreadyUsed),
        PENDING => Some(Error::SoftwareTokenMismatch),
        _ => None,
    }
}
