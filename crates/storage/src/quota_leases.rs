//! What nodes take from the buckets that they share: one conditional write per slice.
//!
//! A bucket holds what a second brings. Its level is told by the time at which it is full again: taking moves that
//! time on, and what would move it more than a second ahead is more than there is.

use std::time::Duration;

use domain::Result;
use domain::time::Time;

use crate::db::Db;
use crate::engine::Statement;

/// Condition: so much is left.
pub const LEFT: &str = "quota left";

/// Microseconds: what a full bucket is worth.
const BURST: i64 = 1_000_000;
/// Microseconds. A time further ahead was written by a clock that was wrong, and counts for nothing.
const BELIEVED: i64 = 60_000_000;

/// Takes `tokens` of `per_second` from a bucket; the condition that fails is [`LEFT`]. `per_second` is not 0, and
/// nobody takes more tokens than a second brings.
pub fn take(bucket: &str, tokens: u32, per_second: u32, now: Time) -> Statement {
    let now = now.millis().saturating_mul(1000);
    // Rounded up, so that what is taken piecemeal is never more than the rate.
    let cost = (i64::from(tokens) * BURST + i64::from(per_second) - 1) / i64::from(per_second.max(1));
    let cost = cost.min(BURST);
    Statement::new(
        "INSERT INTO quota_leases (bucket, full_at) VALUES ($1, $6) \
         ON CONFLICT (bucket) DO UPDATE SET full_at = $3 + CASE \
           WHEN quota_leases.full_at <= $2 OR quota_leases.full_at > $4 THEN $2 \
           ELSE quota_leases.full_at END \
         WHERE quota_leases.full_at <= $5 OR quota_leases.full_at > $4",
        vec![
            bucket.into(),
            now.into(),
            cost.into(),
            (now + BELIEVED).into(),
            (now + BURST - cost).into(),
            (now + cost).into(),
        ],
    )
    .must_change_one(LEFT)
}

/// Forgets buckets that are full again.
pub fn prune(now: Time) -> Statement {
    let long_ago = (now - Duration::from_secs(60)).millis().saturating_mul(1000);
    Statement::new("DELETE FROM quota_leases WHERE full_at <= $1", vec![long_ago.into()])
}

/// Takes from a bucket; whether there was enough. Does not wait for the disk: a machine that fails and forgets the
/// last slices gives away what one second brings.
pub async fn try_take(db: &Db, bucket: &str, tokens: u32, per_second: u32, now: Time) -> Result<bool> {
    let refusal = |guard| (guard == LEFT).then_some(domain::Error::TooManyRequests);
    match db.apply_ordered([take(bucket, tokens, per_second, now)], refusal).await {
        Ok(()) => Ok(true),
        Err(domain::Error::TooManyRequests) => Ok(false),
        Err(error) => Err(error),
    }
}
