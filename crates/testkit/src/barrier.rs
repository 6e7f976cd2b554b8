//! A barrier that stops a request half-way. Between what a request judged and what it writes it draws randomness
//! or reads the clock, and either is where it can be stopped.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crypto::random::{Random, SystemRandom};

/// Runs on a thread of its own what may be stopped. A worker of the runtime that is stopped keeps the task it was to
/// run next, which may be one that everybody waits for: a connection to PostgreSQL.
pub fn stoppable<T: Send + 'static>(
    request: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(request))
}

/// The system's randomness, with a barrier that a test can put before the n-th draw from now. The fake clock
/// passes through the same barrier.
#[derive(Debug, Default)]
pub struct BarrierRandom {
    state: Mutex<State>,
    changed: Condvar,
    draws: AtomicUsize,
    readings: AtomicUsize,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// So many pass before one stops.
    Armed(usize, Counted),
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Draws,
    DrawsAndReadings,
}

impl BarrierRandom {
    /// Stops the draw after the next `passing` ones, whoever makes it.
    pub fn arm(&self, passing: usize) {
        *self.lock() = State::Armed(passing, Counted::Draws);
    }

    /// Stops the draw or reading of the clock after the next `passing` ones, whoever makes it.
    pub fn arm_any(&self, passing: usize) {
        *self.lock() = State::Armed(passing, Counted::DrawsAndReadings);
    }

    /// Waits until something has been stopped, or until the barrier was taken down; which of the two.
    pub fn wait(&self) -> bool {
        let mut state = self.lock();
        while matches!(*state, State::Armed(..)) {
            let (next, waited) = self
                .changed
                .wait_timeout(state, std::time::Duration::from_secs(20))
                .unwrap_or_else(PoisonError::into_inner);
            assert!(!waited.timed_out(), "nothing reached the barrier");
            state = next;
        }
        // Others may pass while the one that was stopped waits for its release.
        *state == State::Stopped
    }

    /// Takes the barrier down; what it stopped goes on.
    pub fn release(&self) {
        *self.lock() = State::Open;
        self.changed.notify_all();
    }

    /// Draws of randomness and readings of the clock so far.
    pub fn passed(&self) -> (usize, usize) {
        (self.draws.load(Ordering::SeqCst), self.readings.load(Ordering::SeqCst))
    }

    /// A reading of the clock.
    pub(crate) fn pass_reading(&self) {
        self.readings.fetch_add(1, Ordering::SeqCst);
        self.pass(|counted| counted == Counted::DrawsAndReadings);
    }

    fn pass(&self, counts: impl Fn(Counted) -> bool) {
        let mut state = self.lock();
        match *state {
            State::Armed(0, counted) if counts(counted) => {
                *state = State::Stopped;
                self.changed.notify_all();
                while *state == State::Stopped {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
            State::Armed(n, counted) if counts(counted) => *state = State::Armed(n - 1, counted),
            State::Open | State::Armed(..) | State::Stopped => {}
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Random for BarrierRandom {
    fn fill(&self, buffer: &mut [u8]) {
        self.draws.fetch_add(1, Ordering::SeqCst);
        self.pass(|_| true);
        SystemRandom.fill(buffer);
    }
}
