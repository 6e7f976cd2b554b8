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
