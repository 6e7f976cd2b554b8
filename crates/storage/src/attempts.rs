//! Attempts, charged by one conditional write before the proof is looked at, and given back on success.

use std::time::Duration;

use domain::time::Time;

use crate::db::PoolRef;
use crate::engine::Statement;

/// Condition: the subject is not locked out and has attempts left.
pub const ALLOWED: &str = "attempt allowed";

/// Whose attempts are counted: a user id, or a bucket that unknown names fall into.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a>(pub &'a str);

/// Charges one password attempt with Cognito's growing delay: from the fifth failure on each one locks for
/// 2^(n-5) seconds, at most 15 minutes; 15 quiet minutes forget all. Fails by [`ALLOWED`] while locked,
/// without counting.
pub fn lockout_statement(pool: &PoolRef, subject: Subject<'_>, purpose: &str, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO attempts (pool_id, subject, purpose, count, window_start, last_at, locked_until) \
         VALUES ($1, $2, $3, 1, $4, $4, 0) \
         ON CONFLICT (pool_id, subject, purpose) DO UPDATE SET \
           count = CASE WHEN attempts.last_at <= $5 THEN 1 ELSE attempts.count + 1 END, \
           window_start = CASE WHEN attempts.last_at <= $5 THEN $4 ELSE attempts.window_start END, \
           last_at = $4, \
           locked_until = CASE \
             WHEN attempts.last_at <= $5 OR attempts.count < 4 THEN 0 \
             WHEN attempts.count >= 14 THEN $4 + 900000 \
             ELSE $4 + 1000 * (1 << CAST(attempts.count - 4 AS INTEGER)) END \
         WHERE attempts.locked_until <= $4",
        vec![
            pool.param(),
            subject.0.into(),
            purpose.into(),
            now.millis().into(),
            (now - Duration::from_secs(900)).millis().into(),
        ],
    )
    .must_change_one(ALLOWED)
}

/// Charges one of `limit` attempts per `window`, counted from the first. Fails by [`ALLOWED`] when none is left.
pub fn charge_statement(
    pool: &PoolRef,
    subject: Subject<'_>,
    purpose: &str,
    limit: i64,
    window: Duration,
    now: Time,
) -> Statement {
    Statement::new(
        "INSERT INTO attempts (pool_id, subject, purpose, count, window_start, last_at, locked_until) \
         VALUES ($1, $2, $3, 1, $4, $4, 0) \
         ON CONFLICT (pool_id, subject, purpose) DO UPDATE SET \
           count = CASE WHEN attempts.window_start <= $5 THEN 1 ELSE attempts.count + 1 END, \
           window_start = CASE WHEN attempts.window_start <= $5 THEN $4 ELSE attempts.window_start END, \
           last_at = $4 \
         WHERE attempts.window_start <= $5 OR attempts.count < $6",
        vec![
            pool.param(),
            subject.0.into(),
            purpose.into(),
            now.millis().into(),
            (now - window).millis().into(),
            limit.into(),
        ],
    )
    .must_change_one(ALLOWED)
}

/// Gives one attempt back: this proof was right, which says nothing about those before it.
pub fn give_one_back(pool: &PoolRef, subject: Subject<'_>, purpose: &str) -> Statement {
    Statement::new(
        "UPDATE attempts SET count = count - 1 WHERE pool_id = $1 AND subject = $2 AND purpose = $3 AND count > 0",
        vec![pool.param(), subject.0.into(), purpose.into()],
    )
}

/// Gives every attempt back: the proof was right.
pub fn forget(pool: &PoolRef, subject: Subject<'_>, purpose: &str) -> Statement {
    Statement::new(
        "DELETE FROM attempts WHERE pool_id = $1 AND subject = $2 AND purpose = $3",
        vec![pool.param(), subject.0.into(), purpose.into()],
    )
}

/// Forgets attempts whose last one was before `quiet_since`.
pub fn prune(quiet_since: Time) -> Statement {
    Statement::new(
        "DELETE FROM attempts WHERE last_at <= $1 AND locked_until <= $1",
        vec![quiet_since.millis().into()],
    )
}
