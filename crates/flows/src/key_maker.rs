//! RSA keys made ahead: generating one takes tens of milliseconds, which CreateUserPool should not wait for.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crypto::jose::SigningKey;
use domain::{Error, Result};
use tokio::sync::oneshot;

/// Keys kept ready: enough for one pool, so that an idle program holds little.
const READY: usize = 2;

type Generated = std::result::Result<SigningKey, String>;

/// Handle to the one thread that makes keys.
#[derive(Clone)]
pub struct KeyMaker {
    shared: Arc<Shared>,
    _stop: Arc<StopOnDrop>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    ready: VecDeque<SigningKey>,
    waiting: VecDeque<oneshot::Sender<Generated>>,
    /// Nothing is made before the first key is asked for: a program that only serves existing pools needs none.
    started: bool,
    stopping: bool,
}

struct StopOnDrop(Arc<Shared>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).stopping = true;
        self.0.wake.notify_all();
    }
}

impl KeyMaker {
    pub fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let worker = shared.clone();
        std::thread::Builder::new().name("key-maker".into()).spawn(move || work(&worker))?;
        Ok(Self { _stop: Arc::new(StopOnDrop(shared.clone())), shared })
    }

    /// Begins to fill the stock without waiting for a first request.
    pub fn warm_up(&self) {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).started = true;
        self.shared.wake.notify_all();
    }

    /// A fresh RSA-2048 key: from the stock, else as soon as one is made.
    pub async fn take(&self) -> Result<SigningKey> {
        let receive = {
            let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.started = true;
            if let Some(key) = state.ready.pop_front() {
                self.shared.wake.notify_all();
                return Ok(key);
            }
            let (send, receive) = oneshot::channel();
            state.waiting.push_back(send);
            receive
        };
        self.shared.wake.notify_all();
        receive.await.map_err(|_| Error::internal("key generation was abandoned"))?.map_err(Error::Internal)
    }
}

impl std::fmt::Debug for KeyMaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyMaker").finish_non_exhaustive()
    }
}

fn work(shared: &Shared) {
    loop {
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.stopping && (!state.started || (state.waiting.is_empty() && state.ready.len() >= READY))
        {
            state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopping {
            return;
        }
        drop(state);
        let key = SigningKey::generate().map_err(|e| e.to_string());
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (state.waiting.pop_front(), key) {
            (Some(waiting), key) => {
                let _ = waiting.send(key);
            }
            (None, Ok(key)) => state.ready.push_back(key),
            // Retried when the next key is asked for.
            (None, Err(_)) => state.started = false,
        }
    }
}
