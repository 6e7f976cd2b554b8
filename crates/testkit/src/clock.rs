//! A clock that moves only when told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::ports::Clock;
use domain::time::Time;

use crate::barrier::BarrierRandom;

/// Stands at noon of 24 November 2026 until advanced. Readings pass through the barrier.
#[derive(Debug)]
pub struct FakeClock {
    millis: AtomicI64,
    barrier: Arc<BarrierRandom>,
}

impl FakeClock {
    pub fn new(barrier: Arc<BarrierRandom>) -> Self {
        Self { millis: AtomicI64::new(1_795_521_600_000), barrier }
    }

    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Time {
        self.barrier.pass_reading();
        self.real()
    }

    fn real(&self) -> Time {
        Time::from_millis(self.millis.load(Ordering::SeqCst))
    }
}
