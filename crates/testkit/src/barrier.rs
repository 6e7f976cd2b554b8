//! Randomness that can stop a request half-way: between what it judged and what it writes stands a random id.

use std::sync::{Condvar, Mutex, PoisonError};

use crypto::random::{Random, SystemRandom};

/// The system's randomness, with a barrier that a test can put before the n-th draw from now.
#[derive(Debug, Default)]
pub struct BarrierRandom {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// So many draws pass before one stops.
    Armed(usize),
    Stopped,
}

impl BarrierRandom {
    /// Stops the draw after the next `passing` ones, whoever makes it.
    pub fn arm(&self, passing: usize) {
        *self.lock() = State::Armed(passing);
    }

    /// Waits until a draw has been stopped.
    pub fn wait(&self) {
        let mut state = self.lock();
        while *state != State::Stopped {
            let (next, waited) = self
                .changed
                .wait_timeout(state, std::time::Duration::from_secs(20))
                .unwrap_or_else(PoisonError::into_inner);
            assert!(!waited.timed_out(), "nothing reached the barrier");
            state = next;
        }
        // Others may draw while the one that was stopped waits for its release.
    }

    /// Lets the stopped draw go on.
    pub fn release(&self) {
        *self.lock() = State::Open;
        self.changed.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Random for BarrierRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.lock();
        match *state {
            State::Armed(0) => {
                *state = State::Stopped;
                self.changed.notify_all();
                while *state == State::Stopped {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
            State::Armed(n) => *state = State::Armed(n - 1),
            State::Open | State::Stopped => {}
        }
        drop(state);
        SystemRandom.fill(buffer);
    }
}
