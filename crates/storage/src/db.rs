//! The store as the rest of the product sees it: rows through an engine, secrets through the root keys.

use std::sync::Arc;

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
        Self { store, keys, random }
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
        match self.store.apply(batch).await {
            Ok(()) => Ok(()),
            Err(WriteError::Guard(name)) => Err(refusal(name).unwrap_or(Error::ConcurrentModification)),
            Err(WriteError::Store(fault)) => Err(internal(fault)),
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
