//! A node's share of a limit that several nodes share: tokens leased from the bucket they have in common.
//!
//! A node asks for a slice when it has none left, small at first, twice as large each time one is used up, down again
//! when one was not: so little is lost with what a node does not need. What was leased lapses after a second.

/// Milliseconds that leased tokens are good for.
const LASTS: u64 = 1000;
/// After a refusal the common bucket is not asked again for so many milliseconds.
const PATIENCE: u64 = 20;
/// The smallest slice is this part of a second's tokens, the largest [`LARGEST`].
const SMALLEST: u32 = 50;
const LARGEST: u32 = 10;

/// What a node has of one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    tokens: u32,
    /// What the last slice was, in tokens; 0 before the first.
    slice: u32,
    granted_at: u64,
    /// When the common bucket refused.
    refused_at: Option<u64>,
}

/// What becomes of a request for one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Granted,
    Refused,
    /// To be asked of the common bucket: so many tokens.
    Ask(u32),
}

impl Lease {
    /// Takes one of what is `rate` tokens per second for all nodes together. `now` is in milliseconds.
    pub fn take(&mut self, rate: u32, now: u64) -> Outcome {
        let since = |then: u64| now.abs_diff(then);
        if self.tokens > 0 && since(self.granted_at) < LASTS {
            self.tokens -= 1;
            return Outcome::Granted;
        }
        if self.refused_at.is_some_and(|at| since(at) < PATIENCE) {
            return Outcome::Refused;
        }
        let (smallest, largest) = (rate.div_ceil(SMALLEST).max(1), rate.div_ceil(LARGEST).max(1));
        let used_up_in_time = self.tokens == 0 && since(self.granted_at) < LASTS;
        let wanted = if used_up_in_time { self.slice.saturating_mul(2) } else { self.slice / 2 };
        Outcome::Ask(wanted.clamp(smallest, largest))
    }

    /// The common bucket gave `tokens`, of which one is taken at once.
    pub fn granted(&mut self, tokens: u32, now: u64) {
        *self = Self { tokens: tokens.saturating_sub(1), slice: tokens, granted_at: now, refused_at: None };
    }

    /// Puts back a token that was taken for nothing.
    pub fn give_back(&mut self) {
        self.tokens = self.tokens.saturating_add(1);
    }

    /// Whether anything is lost with it.
    pub fn is_live(&self, now: u64) -> bool {
        self.tokens > 0 && now.abs_diff(self.granted_at) < LASTS
    }

    /// The common bucket gave nothing, or did not answer.
    pub fn refused(&mut self, now: u64) {
        *self = Self { refused_at: Some(now), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_grow_with_use_and_shrink_without() {
        let mut lease = Lease::default();
        let mut asked = Vec::new();
        for _ in 0..60 {
            if let Outcome::Ask(tokens) = lease.take(100, 0) {
                asked.push(tokens);
                lease.granted(tokens, 0);
            }
        }
        assert_eq!(asked, [2, 4, 8, 10, 10, 10, 10, 10]);
        lease.granted(10, 0);
        assert_eq!(lease.take(100, 999), Outcome::Granted);
        assert_eq!(lease.take(100, 1000), Outcome::Ask(5));
    }

    #[test]
    fn after_a_refusal_there_is_peace_for_a_while() {
        let mut lease = Lease::default();
        assert_eq!(lease.take(1, 0), Outcome::Ask(1));
        lease.refused(0);
        assert_eq!(lease.take(1, PATIENCE - 1), Outcome::Refused);
        assert_eq!(lease.take(1, PATIENCE), Outcome::Ask(1));
    }

    /// Also by a clock that was set back.
    #[test]
    fn nothing_lasts_longer_than_a_second() {
        let mut lease = Lease::default();
        lease.granted(10, 5000);
        assert!(matches!(lease.take(100, 4000), Outcome::Ask(_)));
        assert!(matches!(lease.take(100, 6000), Outcome::Ask(_)));
        assert_eq!(lease.take(100, 5999), Outcome::Granted);
    }
}
