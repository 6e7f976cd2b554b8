//! What the rules need from outside: the clock. (Randomness is `crypto::random::Random`.)

use crate::time::Time;

/// Where the time comes from. `now` is the clock by which things are issued and expire; in `poolhouse dev`
/// it can be shifted. `real` is the machine's own clock, by which signatures of other machines are judged.
pub trait Clock: Send + Sync {
    fn now(&self) -> Time;

    fn real(&self) -> Time {
        self.now()
    }
}

/// The machine's clock; the only place that touches it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place")]
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
