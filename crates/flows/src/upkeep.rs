//! What is done now and then rather than on request: forgetting what has expired, and noticing what other nodes
//! changed.

use std::time::Duration;

use domain::Result;
use domain::time::hours;

use crate::services::Services;

/// Between two rounds of [`forget_expired`].
pub const FORGET_EVERY: Duration = Duration::from_secs(60);
/// Between two rounds of [`notice_changes`].
pub const NOTICE_EVERY: Duration = Duration::from_secs(1);

/// Removes nonces, sessions, codes, registrations, attempts and leases that no decision looks at any more.
pub async fn forget_expired(services: &Services) -> Result<()> {
    let now = services.clock.now();
    let statements = [
        storage::spent::prune(now),
        storage::sessions::prune(now),
        storage::codes::prune(now),
        storage::passkey_registrations::prune(now),
        // The longest window in which attempts count is an hour.
        storage::attempts::prune(now - hours(2)),
        storage::quota_leases::prune(services.clock.real()),
    ];
    for statement in statements {
        services.db.apply([statement], |_| None).await?;
    }
    services.db.store().prune(hours(1)).await.map_err(domain::Error::internal)
}

/// Drops snapshots of pools that another node changed, reads the limits that are provisioned, and has the root key of
/// this node known to all. A store of one process has no other node.
pub async fn notice_changes(services: &Services) -> Result<()> {
    services.quotas.notice_provisioned(&services.db).await?;
    if services.db.store().is_exclusive() {
        return Ok(());
    }
    services.directory.compare(&services.db).await?;
    storage::installation::stay_known(&services.db).await
}
