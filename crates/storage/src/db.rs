//! The store as the rest of the product sees it: rows through an engine, secrets through the root keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crypto::random::Random;
use crypto::secret_box::RootKeys;
use domain::ids::{AccountId, PoolId, Region};
use domain::{Error, Result};

use crate::engine::{Batch, Row, Statement, Store, StoreError, Value, WriteError};

/// An open store with the keys that seal what must not lie in it readable.
#[derive(Clone)]
pub struct Db {
    pub(crate) store: Store,
    pub(crate) keys: Arc<RootKeys>,
    pub(crate) random: Arc<dyn Random>,
    counts: Arc<Counts>,
}

/// Batches written so far, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batches {
    pub applied: u64,
    /// A condition did not hold.
    pub refused: u64,
    /// The store failed.
    pub failed: u64,
}

#[derive(Default)]
struct Counts {
    applied: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

/// Proof that a pool was resolved inside its account and region. Only this crate makes it, and everything
/// that belongs to a pool asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolRef {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) pool_id: PoolId,
}

impl PoolRef {
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    pub fn region(&self) -> &Region {
        &self.region
    }

    pub fn pool_id(&self) -> &PoolId {
        &self.pool_id
    }

    pub(crate) fn param(&self) -> Value {
        self.pool_id.as_str().into()
    }
}

impl Db {
    pub fn new(store: Store, keys: Arc<RootKeys>, random: Arc<dyn Random>) -> Self {
        Self { store, keys, random, counts: Arc::default() }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Applies the statements all or none. A condition that fails is answered by `refusal`, which is given
    /// its name; names it does not know are a [`Error::ConcurrentModification`].
    pub async fn apply(
        &self,
        statements: impl IntoIterator<Item = Statement>,
        refusal: impl Fn(&'static str) -> Option<Error>,
    ) -> Result<()> {
        self.run(statements.into_iter().collect(), refusal).await
    }

    /// As [`Db::apply`], without waiting for the disk: see [`Batch::ordered`].
    pub async fn apply_ordered(
        &self,
        statements: impl IntoIterator<Item = Statement>,
        refusal: impl Fn(&'static str) -> Option<Error>,
    ) -> Result<()> {
        self.run(Batch::from_iter(statements).ordered(), refusal).await
    }

    async fn run(&self, batch: Batch, refusal: impl Fn(&'static str) -> Option<Error>) -> Result<()> {
        let outcome = self.store.apply(batch).await;
        let count = match outcome {
            Ok(()) => &self.counts.applied,
            Err(WriteError::Guard(_)) => &self.counts.refused,
            Err(WriteError::Store(_)) => &self.counts.failed,
        };
        count.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Ok(()) => Ok(()),
            Err(WriteError::Guard(name)) => Err(refusal(name).unwrap_or(Error::ConcurrentModification)),
            Err(WriteError::Store(fault)) => Err(internal(fault)),
        }
    }

    /// What became of the batches of this process.
    pub fn batches(&self) -> Batches {
        let Counts { applied, refused, failed } = self.counts.as_ref();
        Batches {
            applied: applied.load(Ordering::Relaxed),
            refused: refused.load(Ordering::Relaxed),
            failed: failed.load(Ordering::Relaxed),
        }
    }

    pub(crate) async fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>> {
        self.store.rows(sql, params).await.map_err(internal)
    }

    pub(crate) async fn row(&self, sql: &'static str, params: &[Value]) -> Result<Option<Row>> {
        self.store.row(sql, params).await.map_err(internal)
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").finish_non_exhaustive()
    }
}

pub(crate) fn internal(fault: StoreError) -> Error {
    Error::internal(format_args!("store: {fault}"))
}

/// Stored data that cannot be true: names where, never what.
pub(crate) fn inconsistent(table: &'static str, column: &'static str) -> Error {
    Error::internal(format_args!("inconsistent data in {table}.{column}"))
}
