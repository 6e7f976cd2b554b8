//! Many buckets in memory that never grows: of what is not known there is a full bucket.
//!
//! Buckets lie in small sets, each behind a lock of its own, so that callers hardly ever meet. A set that is full
//! drops the bucket that has been idle for the longest. Which set is by a hash that nobody outside can predict, so
//! none can be filled on purpose.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::throttle::{Bucket, Limit, Throttled};

/// Buckets of a set.
const WAYS: usize = 8;

/// A bucket under the hash of its name; 0 is nobody's.
#[derive(Clone, Copy)]
struct Slot {
    tag: u64,
    bucket: Bucket,
}

type Set = [Slot; WAYS];

/// Token buckets by name, at most as many as it was made for.
pub struct Buckets {
    sets: Box<[Mutex<Set>]>,
    hasher: RandomState,
}

impl std::fmt::Debug for Buckets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buckets").field("capacity", &(self.sets.len() * WAYS)).finish_non_exhaustive()
    }
}

impl Buckets {
    /// Room for about `capacity` buckets, 24 bytes each.
    pub fn with_capacity(capacity: usize) -> Self {
        let empty = Slot { tag: 0, bucket: Bucket::full(Limit::per_second(0), 0) };
        let sets = capacity.div_ceil(WAYS).max(1);
        Self { sets: (0..sets).map(|_| Mutex::new([empty; WAYS])).collect(), hasher: RandomState::new() }
    }

    /// Takes one token from the bucket of `name`. `now` is in milliseconds.
    pub fn take(&self, name: &impl Hash, limit: Limit, now: u64) -> Result<(), Throttled> {
        let (tag, mut set) = self.find(name);
        let slot = match set.iter().position(|slot| slot.tag == tag) {
            Some(known) => &mut set[known],
            None => {
                let slot = longest_idle(&mut set);
                *slot = Slot { tag, bucket: Bucket::full(limit, now) };
                slot
            }
        };
        slot.bucket.take(limit, 1, now)
    }

    /// Puts a token back that was taken for nothing.
    pub fn give_back(&self, name: &impl Hash, limit: Limit) {
        let (tag, mut set) = self.find(name);
        if let Some(slot) = set.iter_mut().find(|slot| slot.tag == tag) {
            slot.bucket.give_back(limit, 1);
        }
    }

    fn find(&self, name: &impl Hash) -> (u64, MutexGuard<'_, Set>) {
        let hash = self.hasher.hash_one(name);
        let set = usize::try_from(hash % self.sets.len() as u64).unwrap_or_default();
        (hash.max(1), self.sets[set].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A slot of nobody, or else the one that was not used for the longest.
fn longest_idle(set: &mut Set) -> &mut Slot {
    let idle = |slot: &Slot| if slot.tag == 0 { 0 } else { slot.bucket.last_used() + 1 };
    let oldest = (0..WAYS).min_by_key(|&way| idle(&set[way])).unwrap_or_default();
    &mut set[oldest]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit::per_second(2);

    #[test]
    fn each_name_has_its_own() {
        let buckets = Buckets::with_capacity(1024);
        for name in ["a", "b"] {
            assert_eq!(buckets.take(&name, LIMIT, 0), Ok(()));
            assert_eq!(buckets.take(&name, LIMIT, 0), Ok(()));
            assert_eq!(buckets.take(&name, LIMIT, 0), Err(Throttled::RetryAfter { millis: 500 }));
        }
        buckets.give_back(&"a", LIMIT);
        assert_eq!(buckets.take(&"a", LIMIT, 0), Ok(()));
        assert!(buckets.take(&"b", LIMIT, 0).is_err());
        assert_eq!(buckets.take(&"b", LIMIT, 500), Ok(()));
    }

    #[test]
    fn the_longest_idle_makes_room() {
        let buckets = Buckets::with_capacity(WAYS);
        let exhaust = |name: usize, now| {
            let _ = (buckets.take(&name, LIMIT, now), buckets.take(&name, LIMIT, now));
            buckets.take(&name, LIMIT, now)
        };
        for name in 0..WAYS {
            assert!(exhaust(name, name as u64).is_err());
        }
        // The first is used again, so the second goes.
        assert!(buckets.take(&0_usize, LIMIT, 10).is_err());
        assert_eq!(buckets.take(&100_usize, LIMIT, 10), Ok(()));
        assert!(buckets.take(&0_usize, LIMIT, 10).is_err());
        assert_eq!(buckets.take(&1_usize, LIMIT, 10), Ok(()));
    }

    #[test]
    fn memory_does_not_grow() {
        let buckets = Buckets::with_capacity(100);
        for name in 0..10_000 {
            assert_eq!(buckets.take(&name, LIMIT, 0), Ok(()));
        }
        assert_eq!(buckets.sets.len(), 13);
    }

    #[test]
    fn many_at_once_get_no_more_than_there_is() {
        let buckets = Buckets::with_capacity(64);
        let limit = Limit::per_second(100);
        let granted: usize = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..1000).filter(|_| buckets.take(&"one", limit, 0).is_ok()).count()))
                .collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).sum()
        });
        assert_eq!(granted, 100);
    }
}
