//! Pure decisions on a request: may it pass? No clock, no I/O, nothing of user pools.

pub mod arn;
pub mod buckets;
pub mod forwarded;
pub mod host;
pub mod lease;
pub mod sigv4;
pub mod throttle;
