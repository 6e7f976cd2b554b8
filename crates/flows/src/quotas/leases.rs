//! Tokens leased from buckets in the store. Without the store there are none: a node refuses rather than guess.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guard::lease::{Lease, Outcome};
use storage::quota_leases;
use tokio::sync::Semaphore;

use super::name::Name;
use crate::services::Services;

const SHARDS: usize = 16;
/// Leases of a shard, at most. Dropping one loses what was leased, no more.
const KEPT: usize = 4096;

#[derive(Debug)]
pub(super) struct Leases {
    shards: [Mutex<HashMap<u64, Arc<Entry>>>; SHARDS],
    hasher: RandomState,
}

#[derive(Debug)]
struct Entry {
    lease: Mutex<Lease>,
    /// One at a time asks the store; the others wait for what it gets.
    asking: Semaphore,
}

impl Default for Leases {
    fn default() -> Self {
        Self { shards: Default::default(), hasher: RandomState::new() }
    }
}

impl Leases {
    /// Takes one of `rate` per second for all nodes together; whether there was one.
    pub async fn take(&self, services: &Services, name: &Name<'_>, rate: u32) -> bool {
        let now = || services.clock.real().millis().unsigned_abs();
        let entry = self.entry(name, now());
        match entry.lease().take(rate, now()) {
            Outcome::Granted => return true,
            Outcome::Refused => return false,
            Outcome::Ask(_) => {}
        }
        let Ok(_turn) = entry.asking.acquire().await else { return false };
        // Whoever was before may have got enough for this one too, or learned that there is nothing.
        let tokens = match entry.lease().take(rate, now()) {
            Outcome::Granted => return true,
            Outcome::Refused => return false,
            Outcome::Ask(tokens) => tokens,
        };
        let asked_at = services.clock.real();
        let name = name.to_string();
        let got = quota_leases::try_take(&services.db, &name, tokens, rate, asked_at).await;
        if let Err(error) = &got {
            tracing::warn!(%error, "leasing of a quota");
        }
        let granted = got.unwrap_or(false);
        // By the time of asking: an answer that comes late shortens the lease.
        let at = asked_at.millis().unsigned_abs();
        match granted {
            true => entry.lease().granted(tokens, at),
            false => entry.lease().refused(now()),
        }
        granted
    }

    /// Puts one back that was taken for nothing.
    pub fn give_back(&self, name: &Name<'_>) {
        let (tag, shard) = self.find(name);
        if let Some(entry) = shard.get(&tag) {
            entry.lease().give_back();
        }
    }

    fn entry(&self, name: &Name<'_>, now: u64) -> Arc<Entry> {
        let (tag, mut shard) = self.find(name);
        if let Some(entry) = shard.get(&tag) {
            return entry.clone();
        }
        if shard.len() >= KEPT {
            shard.retain(|_, entry| Arc::strong_count(entry) > 1 || entry.lease().is_live(now));
        }
        if shard.len() >= KEPT {
            shard.clear();
        }
        let entry = Arc::new(Entry { lease: Mutex::default(), asking: Semaphore::new(1) });
        shard.insert(tag, entry.clone());
        entry
    }

    fn find(&self, name: &Name<'_>) -> (u64, MutexGuard<'_, HashMap<u64, Arc<Entry>>>) {
        let tag = self.hasher.hash_one(name);
        let shard = usize::try_from(tag % SHARDS as u64).unwrap_or_default();
        (tag, self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entry {
    fn lease(&self) -> MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
