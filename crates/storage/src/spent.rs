//! Nonces of sealed sessions and challenges: each can be spent once.

use domain::time::Time;

use crate::db::PoolRef;
use crate::engine::Statement;

/// Condition: nobody spent the nonce before.
pub const UNSPENT: &str = "nonce unspent";
/// Condition: the nonce that was spent before is still known to be.
pub const SPENT: &str = "nonce spent";

/// Spends a nonce; it is remembered until `expires_at`, when what carries it is dead anyway.
pub fn spend(pool: &PoolRef, nonce: &str, expires_at: Time) -> Statement {
    Statement::new(
        "INSERT INTO spent (pool_id, nonce, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        vec![pool.param(), nonce.into(), expires_at.millis().into()],
    )
    .must_insert(UNSPENT)
}

/// The condition that the nonce has been spent, for the batch that follows one which spent it without waiting for the
/// disk: a database that crashed in between may have forgotten it. What this batch sees is in the log before it.
pub fn is_spent(pool: &PoolRef, nonce: &str) -> Statement {
    Statement::new("SELECT 1 FROM spent WHERE pool_id = $1 AND nonce = $2", vec![pool.param(), nonce.into()])
        .must_see(SPENT)
}

/// Forgets nonces that have expired.
pub fn prune(now: Time) -> Statement {
    Statement::new("DELETE FROM spent WHERE expires_at <= $1", vec![now.millis().into()])
}
