//! Password hashing on a bounded pool: a few threads, each with one argon2 buffer that it reuses and gives
//! back after ten idle seconds. A full queue refuses at once instead of letting latency grow.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crypto::password_hash::Memory;
use domain::{Error, Result};
use tokio::sync::oneshot;

const IDLE_BEFORE_RELEASE: Duration = Duration::from_secs(10);
/// Waiting jobs per thread; at 15 ms a hash this bounds the wait to about two seconds.
const QUEUE_PER_THREAD: usize = 128;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Handle to the pool; the threads end when the last handle is dropped.
#[derive(Clone)]
pub struct Hasher {
    shared: Arc<Shared>,
    _stop: Arc<StopOnDrop>,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    stopping: bool,
}

struct StopOnDrop(Arc<Shared>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).stopping = true;
        self.0.wake.notify_all();
    }
}

impl Hasher {
    /// Starts `threads` workers.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            wake: Condvar::new(),
            capacity: threads * QUEUE_PER_THREAD,
        });
        for n in 0..threads {
            let shared = shared.clone();
            std::thread::Builder::new().name(format!("hash-{n}")).spawn(move || work(&shared))?;
        }
        Ok(Self { _stop: Arc::new(StopOnDrop(shared.clone())), shared })
    }

    /// Jobs that no thread has taken up yet.
    pub fn waiting(&self) -> usize {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).jobs.len()
    }

    /// Runs `task` with a thread's buffer. `TooManyRequests` when the queue is full.
    pub async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T> {
        let (send, receive) = oneshot::channel();
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.jobs.len() >= self.shared.capacity {
                return Err(Error::TooManyRequests);
            }
            queue.jobs.push_back(Box::new(move |memory| {
                // Nobody waits any more when the request was dropped; spare the work.
                if !send.is_closed() {
                    let _ = send.send(task(memory));
                }
            }));
        }
        self.shared.wake.notify_one();
        receive.await.map_err(|_| Error::internal("password hashing was abandoned"))
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

fn work(shared: &Shared) {
    let mut memory = Memory::default();
    loop {
        let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            if let Some(job) = queue.jobs.pop_front() {
                break job;
            }
            if queue.stopping {
                return;
            }
            let (guard, waited) =
                shared.wake.wait_timeout(queue, IDLE_BEFORE_RELEASE).unwrap_or_else(PoisonError::into_inner);
            queue = guard;
            if waited.timed_out() {
                memory = Memory::default();
            }
        };
        drop(queue);
        job(&mut memory);
    }
}
