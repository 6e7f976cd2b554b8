//! A few at a time: bounds how many requests of one name are between charge and proof in this process.

use std::hash::{BuildHasher, RandomState};

use domain::{Error, Result};
use tokio::sync::{Semaphore, SemaphorePermit};

const GATES: usize = 1024;
/// Below the fifth failure that locks out.
const AT_ONCE: usize = 2;

#[derive(Debug)]
pub struct Turnstile {
    gates: Vec<Semaphore>,
    hasher: RandomState,
}

impl Default for Turnstile {
    fn default() -> Self {
        Self { gates: (0..GATES).map(|_| Semaphore::new(AT_ONCE)).collect(), hasher: RandomState::new() }
    }
}

impl Turnstile {
    /// Waits for a place at the gate of this name. Names that share a gate wait for each other, no more.
    pub async fn enter(&self, pool: &str, name: &str) -> Result<SemaphorePermit<'_>> {
        let gate = usize::try_from(self.hasher.hash_one((pool, name)) % GATES as u64).unwrap_or_default();
        self.gates[gate].acquire().await.map_err(|_| Error::internal("the turnstile is closed"))
    }
}
