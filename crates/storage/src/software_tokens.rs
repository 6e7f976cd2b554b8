//! Software tokens (RFC 6238): at most one in use per user, and one that waits for its first code. Secrets are
//! sealed.

use crypto::secret_box::Context;
use crypto::totp::Secret;
use domain::Result;
use domain::ids::UserId;

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::Statement;

/// Condition: no code of this time step or a later one was accepted before.
pub const UNUSED: &str = "software token step unused";
/// Condition: the token that waits is still the one that was read.
pub const PENDING: &str = "software token pending";

/// What is stored of a user's tokens.
#[derive(Debug)]
pub struct SoftwareTokens {
    pub in_use: Option<Secret>,
    pub pending: Option<Pending>,
}

/// A token that waits for its first code.
#[derive(Debug)]
pub struct Pending {
    pub secret: Secret,
    sealed: Vec<u8>,
}

pub async fn find(db: &Db, pool: &PoolRef, user: &UserId) -> Result<SoftwareTokens> {
    let row = db
        .row(
            "SELECT secret, pending FROM software_tokens WHERE pool_id = $1 AND user_id = $2",
            &[pool.param(), user.as_str().into()],
        )
        .await?;
    let Some(row) = row else { return Ok(SoftwareTokens { in_use: None, pending: None }) };
    let open = |column: usize, name: &'static str| {
        let opened =
            row.opt_blob(column).map(|sealed| db.keys.open(&context(pool, user), sealed)).transpose();
        let opened = opened.map_err(|_| inconsistent("software_tokens", name))?;
        Ok(opened.map(|bytes| Secret::from_bytes(&bytes)))
    };
    let sealed = row.opt_blob(1).unwrap_or_default().to_vec();
    Ok(SoftwareTokens {
        in_use: open(0, "secret")?,
        pending: open(1, "pending")?.map(|secret| Pending { secret, sealed }),
    })
}

/// The name the user gave its token.
pub async fn friendly_name(db: &Db, pool: &PoolRef, user: &UserId) -> Result<Option<String>> {
    let row = db
        .row(
            "SELECT friendly_name FROM software_tokens WHERE pool_id = $1 AND user_id = $2",
            &[pool.param(), user.as_str().into()],
        )
        .await?;
    Ok(row.and_then(|row| row.opt_text(0).map(str::to_owned)))
}

/// Lets a new token wait for its first code; the one in use stays in use.
pub fn put_pending(db: &Db, pool: &PoolRef, user: &UserId, secret: &Secret) -> Statement {
    let sealed = db.keys.seal(&context(pool, user), secret.as_bytes(), db.random.as_ref());
    Statement::new(
        "INSERT INTO software_tokens (pool_id, user_id, secret, pending, friendly_name, last_step) \
         VALUES ($1, $2, NULL, $3, NULL, 0) \
         ON CONFLICT (pool_id, user_id) DO UPDATE SET pending = $3",
        vec![pool.param(), user.as_str().into(), sealed.into()],
    )
}

/// Puts the waiting token to use: its code of `step` has been seen.
pub fn activate(
    pool: &PoolRef,
    user: &UserId,
    pending: &Pending,
    friendly_name: Option<&str>,
    step: i64,
) -> Statement {
    Statement::new(
        "UPDATE software_tokens SET secret = pending, pending = NULL, friendly_name = $3, last_step = $4 \
         WHERE pool_id = $1 AND user_id = $2 AND pending = $5",
        vec![
            pool.param(),
            user.as_str().into(),
            friendly_name.map(str::to_owned).into(),
            step.into(),
            pending.sealed.clone().into(),
        ],
    )
    .must_change_one(PENDING)
}

/// Uses a time step up; fails by [`UNUSED`] the second time.
pub fn use_step(pool: &PoolRef, user: &UserId, step: i64) -> Statement {
    Statement::new(
        "UPDATE software_tokens SET last_step = $3 WHERE pool_id = $1 AND user_id = $2 AND last_step < $3",
        vec![pool.param(), user.as_str().into(), step.into()],
    )
    .must_change_one(UNUSED)
}

/// Takes the user's tokens away, the waiting one too.
pub fn delete(pool: &PoolRef, user: &UserId) -> Statement {
    Statement::new(
        "DELETE FROM software_tokens WHERE pool_id = $1 AND user_id = $2",
        vec![pool.param(), user.as_str().into()],
    )
}

fn context<'a>(pool: &'a PoolRef, user: &'a UserId) -> Context<'a> {
    Context {
        purpose: "software-token",
        table: "software_tokens",
        column: "secret",
        account: pool.account().as_str(),
        pool: pool.pool_id().as_str(),
        row: user.as_str(),
    }
}
