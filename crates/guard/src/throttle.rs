//! Token buckets: how often something may be done. For sources, accounts and quotas alike.

use std::time::Duration;

/// Thousandths of a token: a rate in tokens per second is this many parts per millisecond, without rounding.
const PARTS: u64 = 1000;

/// A clock that goes back further was set; its former time counts no more.
pub const CLOCK_SET_BACK: Duration = Duration::from_secs(60);

/// How many tokens a bucket holds and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Tokens: the largest burst.
    pub capacity: u32,
    /// Tokens per second; 0 never fills.
    pub per_second: u32,
}

impl Limit {
    /// So many per second, and as many at once.
    pub const fn per_second(rate: u32) -> Self {
        Self { capacity: rate, per_second: rate }
    }
}

/// Why a bucket gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Throttled {
    #[error("Rate exceeded")]
    RetryAfter {
        /// The fewest milliseconds after which the same request fits if nothing else is taken meanwhile.
        millis: u64,
    },
    /// More tokens than the bucket will ever hold again.
    #[error("Rate exceeded")]
    Never,
}

/// A bucket's level at the time it was last looked at. 16 bytes; it does not keep its [`Limit`], so that a
/// changed limit holds at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    parts: u64,
    at: u64,
}

impl Bucket {
    /// A full bucket. `now` is in milliseconds of any clock.
    pub fn full(limit: Limit, now: u64) -> Self {
        Self { parts: u64::from(limit.capacity) * PARTS, at: now }
    }

    /// Takes `tokens`, all or none. A time before the last one fills nothing.
    pub fn take(&mut self, limit: Limit, tokens: u32, now: u64) -> Result<(), Throttled> {
        self.fill(limit, now);
        let wanted = u64::from(tokens) * PARTS;
        if let Some(left) = self.parts.checked_sub(wanted) {
            self.parts = left;
            return Ok(());
        }
        if tokens > limit.capacity || limit.per_second == 0 {
            return Err(Throttled::Never);
        }
        Err(Throttled::RetryAfter { millis: (wanted - self.parts).div_ceil(u64::from(limit.per_second)) })
    }

    /// Puts back what was taken for nothing.
    pub fn give_back(&mut self, limit: Limit, tokens: u32) {
        let given = u64::from(tokens) * PARTS;
        self.parts = self.parts.saturating_add(given).min(u64::from(limit.capacity) * PARTS);
    }

    /// When it was last looked at, in milliseconds.
    pub fn last_used(&self) -> u64 {
        self.at
    }

    /// Whether the bucket is full again, and need not be kept.
    pub fn is_full(mut self, limit: Limit, now: u64) -> bool {
        self.fill(limit, now);
        self.parts == u64::from(limit.capacity) * PARTS
    }

    fn fill(&mut self, limit: Limit, now: u64) {
        let gained = now.saturating_sub(self.at).saturating_mul(u64::from(limit.per_second));
        self.parts = self.parts.saturating_add(gained).min(u64::from(limit.capacity) * PARTS);
        let was_set_back = u128::from(self.at) > u128::from(now) + CLOCK_SET_BACK.as_millis();
        self.at = if was_set_back { now } else { self.at.max(now) };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: Limit = Limit { capacity: 3, per_second: 2 };

    #[test]
    fn a_burst_then_the_rate() {
        let mut bucket = Bucket::full(LIMIT, 1000);
        for _ in 0..3 {
            assert_eq!(bucket.take(LIMIT, 1, 1000), Ok(()));
        }
        assert_eq!(bucket.take(LIMIT, 1, 1000), Err(Throttled::RetryAfter { millis: 500 }));
        assert_eq!(bucket.take(LIMIT, 1, 1499), Err(Throttled::RetryAfter { millis: 1 }));
        assert_eq!(bucket.take(LIMIT, 1, 1500), Ok(()));
        assert_eq!(bucket.take(LIMIT, 1, 1500), Err(Throttled::RetryAfter { millis: 500 }));
        assert!(!bucket.is_full(LIMIT, 2999));
        assert!(bucket.is_full(LIMIT, 3000));
    }

    #[test]
    fn what_never_fits_is_said_so() {
        let mut bucket = Bucket::full(LIMIT, 0);
        assert_eq!(bucket.take(LIMIT, 4, u64::MAX), Err(Throttled::Never));
        let once = Limit { capacity: 1, per_second: 0 };
        let mut bucket = Bucket::full(once, 0);
        assert_eq!(bucket.take(once, 1, 0), Ok(()));
        assert_eq!(bucket.take(once, 1, u64::MAX), Err(Throttled::Never));
    }

    #[test]
    fn a_clock_that_goes_back_and_forth_fills_nothing_twice() {
        let mut bucket = Bucket::full(LIMIT, 10_000);
        bucket.take(LIMIT, 3, 10_000).unwrap();
        assert!(bucket.take(LIMIT, 1, 0).is_err());
        assert!(bucket.take(LIMIT, 1, 10_000).is_err());
        assert!(bucket.take(LIMIT, 1, 10_500).is_ok());
        assert!(bucket.take(LIMIT, 1, 0).is_err());
        assert!(bucket.take(LIMIT, 1, 10_500).is_err());
    }

    #[test]
    fn a_clock_that_was_set_back_is_followed() {
        let mut bucket = Bucket::full(LIMIT, 10_000_000);
        bucket.take(LIMIT, 3, 10_000_000).unwrap();
        assert!(bucket.take(LIMIT, 1, 1000).is_err());
        assert!(bucket.take(LIMIT, 1, 1499).is_err());
        assert!(bucket.take(LIMIT, 1, 1500).is_ok());
    }

    #[test]
    fn what_is_given_back_never_overflows() {
        let mut bucket = Bucket::full(LIMIT, 0);
        bucket.give_back(LIMIT, 1);
        assert_eq!(bucket.take(LIMIT, 4, 0), Err(Throttled::Never));
        bucket.take(LIMIT, 3, 0).unwrap();
        bucket.give_back(LIMIT, 1);
        assert_eq!(bucket.take(LIMIT, 1, 0), Ok(()));
        assert!(bucket.take(LIMIT, 1, 0).is_err());
    }

    #[test]
    fn a_smaller_limit_holds_at_once() {
        let mut bucket = Bucket::full(Limit { capacity: 100, per_second: 1 }, 0);
        let small = Limit { capacity: 1, per_second: 1 };
        assert_eq!(bucket.take(small, 1, 0), Ok(()));
        assert!(bucket.take(small, 1, 0).is_err());
    }

    proptest! {
        #[test]
        fn never_more_than_burst_and_rate(
            capacity in 0u32..50,
            per_second in 0u32..50,
            steps in proptest::collection::vec((0u64..2000, 0u32..5), 0..100),
        ) {
            let limit = Limit { capacity, per_second };
            let (mut now, mut taken) = (0, 0u64);
            let mut bucket = Bucket::full(limit, now);
            for (pause, tokens) in steps {
                now += pause;
                match bucket.take(limit, tokens, now) {
                    Ok(()) => taken += u64::from(tokens),
                    Err(Throttled::Never) => prop_assert!(tokens > capacity || per_second == 0),
                    Err(Throttled::RetryAfter { millis }) => {
                        let (mut early, mut late) = (bucket, bucket);
                        prop_assert!(early.take(limit, tokens, now + millis - 1).is_err());
                        prop_assert!(late.take(limit, tokens, now + millis).is_ok());
                    }
                }
                prop_assert!(taken * 1000 <= u64::from(capacity) * 1000 + now * u64::from(per_second));
            }
        }
    }
}
