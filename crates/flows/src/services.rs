//! What every request needs and nothing of one request: the store, the clock, randomness, the worker pools.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crypto::random::Random;
use crypto::secret_box::RootKeys;
use domain::ports::Clock;
use domain::{Error, Result};
use storage::Db;

use crate::directory::Directory;
use crate::hasher::Hasher;
use crate::key_maker::KeyMaker;
use crate::principals::{Identities, credentials};
use crate::quotas::Quotas;
use crate::turnstile::Turnstile;

/// Who carries messages to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// They stay in the inbox of `poolhouse dev`, where they are read.
    Inbox,
    /// Nobody: what would send a message is refused.
    None,
}

pub struct Services {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub keys: Arc<RootKeys>,
    pub hasher: Hasher,
    pub key_maker: KeyMaker,
    pub directory: Directory,
    pub identities: Identities,
    /// The sealed secret of nobody, see [`crate::principals::credentials`].
    pub(crate) decoy: Vec<u8>,
    pub turnstile: Turnstile,
    pub quotas: Quotas,
    /// Numbers messages, so that those of one millisecond keep their order.
    messages: AtomicU64,
    /// Where this installation is reached, without a trailing slash. Issuers are made from it.
    pub base_url: String,
    pub transport: Transport,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Services {
    /// Starts the worker pools over an open store. Messages go to the inbox, and there are no quotas.
    pub fn start(
        db: Db,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        keys: Arc<RootKeys>,
        base_url: String,
    ) -> Result<Arc<Self>> {
        Self::start_with(db, clock, random, keys, base_url, Transport::Inbox, Quotas::off())
    }

    /// As [`Services::start`], with another way for messages and with quotas.
    pub fn start_with(
        db: Db,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        keys: Arc<RootKeys>,
        base_url: String,
        transport: Transport,
        quotas: Quotas,
    ) -> Result<Arc<Self>> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let decoy = credentials::decoy(&keys, random.as_ref());
        Ok(Arc::new(Self {
            db,
            clock,
            random,
            keys,
            hasher: Hasher::start(threads).map_err(Error::internal)?,
            key_maker: KeyMaker::start().map_err(Error::internal)?,
            directory: Directory::default(),
            identities: Identities::default(),
            decoy,
            turnstile: Turnstile::default(),
            quotas,
            messages: AtomicU64::new(0),
            base_url: base_url.trim_end_matches('/').to_owned(),
            transport,
        }))
    }

    /// An id for a message to be queued: unique, and in the order of queuing within a process.
    pub(crate) fn message_id(&self) -> String {
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        format!("{number:016}-{}", crypto::random::uuid(self.random.as_ref()))
    }
}
