//! The seam to the database: parameters, rows, guarded batches and errors, over two engines. The only place
//! that knows which engine runs, and it knows nothing of users.
//!
//! One SQL text serves both. Parameters are `$1..$n`; types are BIGINT, TEXT and BLOB; a NULL carries its type.

mod dump;
mod migrate;
mod postgres;
mod sqlite;
mod value;

use std::path::Path;
use std::sync::Arc;

use crypto::random::Random;
pub use postgres::PostgresOptions;
pub use value::{Row, Type, Value};

/// The name of a condition inside a batch, so that its failure can be told from others.
pub type Guard = &'static str;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    None,
    /// Exactly one row must be inserted; a uniqueness conflict is the condition failing.
    Inserts(Guard),
    /// Exactly one row must be changed or deleted.
    ChangesOne(Guard),
    /// The SELECT must return a row, and no one may change that row before this batch is applied.
    Finds(Guard),
    /// The SELECT must return a row. The row is not held: for marks whose loss a moment later makes what this
    /// batch writes invisible anyway, and which every batch of a pool would contend for.
    Sees(Guard),
}

/// One statement of a batch with the condition it carries.
#[derive(Debug, Clone)]
pub struct Statement {
    sql: &'static str,
    params: Vec<Value>,
    check: Check,
}

impl Statement {
    pub fn new(sql: &'static str, params: Vec<Value>) -> Self {
        Self { sql, params, check: Check::None }
    }

    /// Must insert one row (write it with `ON CONFLICT DO NOTHING`).
    pub fn must_insert(self, guard: Guard) -> Self {
        Self { check: Check::Inserts(guard), ..self }
    }

    /// Must change or delete exactly one row.
    pub fn must_change_one(self, guard: Guard) -> Self {
        Self { check: Check::ChangesOne(guard), ..self }
    }

    /// A SELECT that must return a row which stays as it is until the batch is applied.
    pub fn must_find(self, guard: Guard) -> Self {
        Self { check: Check::Finds(guard), ..self }
    }

    /// A SELECT that must return a row at some moment during the batch.
    pub fn must_see(self, guard: Guard) -> Self {
        Self { check: Check::Sees(guard), ..self }
    }

    /// The guard that fails given how many rows were changed or found.
    fn failed_guard(&self, rows: u64) -> Option<Guard> {
        match self.check {
            Check::None => None,
            Check::Inserts(guard) | Check::ChangesOne(guard) => (rows != 1).then_some(guard),
            Check::Finds(guard) | Check::Sees(guard) => (rows == 0).then_some(guard),
        }
    }

    fn is_select(&self) -> bool {
        matches!(self.check, Check::Finds(_) | Check::Sees(_))
    }
}

/// Statements applied all or none, in order.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    statements: Vec<Statement>,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, statement: Statement) {
        self.statements.push(statement);
    }
}

impl FromIterator<Statement> for Batch {
    fn from_iter<I: IntoIterator<Item = Statement>>(statements: I) -> Self {
        Self { statements: statements.into_iter().collect() }
    }
}

/// A fault of the store. Never carries parameters.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("{0}")]
    Engine(String),
    #[error("the store was created by a newer version (schema {found}, this program knows {known})")]
    NewerSchema { found: i64, known: i64 },
    #[error("the store is in use by another process")]
    InUse,
    #[error("{0} is off: acknowledged writes could be lost")]
    NotDurable(&'static str),
    #[error("the store is shutting down")]
    Closed,
}

impl StoreError {
    fn engine(error: impl std::fmt::Display) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Why a batch was not applied. Nothing of it is visible.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The first condition, in statement order, that did not hold.
    #[error("condition failed: {0}")]
    Guard(Guard),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Engine>);

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.engine_name())
    }
}

impl Store {
    /// Opens or creates `folder/poolhouse.db` and brings its schema up to date. One process at a time.
    pub fn open_sqlite(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Engine::Sqlite(sqlite::Sqlite::open(folder)?))))
    }

    /// Connects to PostgreSQL and brings the schema up to date. `random` names batches, so that one whose
    /// acknowledgement was lost can be recognised.
    pub async fn open_postgres(
        url: &str,
        options: PostgresOptions,
        random: Arc<dyn Random>,
    ) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Engine::Postgres(postgres::Postgres::open(url, options, random).await?))))
    }

    pub fn engine_name(&self) -> &'static str {
        match &*self.0 {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Whether this process is the only one that writes.
    pub fn is_exclusive(&self) -> bool {
        matches!(&*self.0, Engine::Sqlite(_))
    }

    pub async fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.rows(sql, params),
            Engine::Postgres(engine) => engine.rows(sql, params).await,
        }
    }

    /// The one row, if any; more than one is a fault.
    pub async fn row(&self, sql: &'static str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        let mut rows = self.rows(sql, params).await?;
        if rows.len() > 1 {
            return Err(StoreError::Engine("one row expected, more found".into()));
        }
        Ok(rows.pop())
    }

    /// Applies the batch all or none. `Ok` means it will survive a crash.
    pub async fn apply(&self, batch: Batch) -> Result<(), WriteError> {
        if let Some(value) = batch.statements.iter().flat_map(|s| &s.params).find(|v| v.has_null_character()) {
            return Err(StoreError::Engine(format!("text with a null character ({} bytes)", value.len())).into());
        }
        match &*self.0 {
            Engine::Sqlite(engine) => engine.apply(batch).await,
            Engine::Postgres(engine) => engine.apply(batch).await,
        }
    }

    /// Everything the store holds, as bytes that [`Store::load`] of either engine reads.
    pub async fn dump(&self) -> Result<Vec<u8>, StoreError> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.dump().await,
            Engine::Postgres(engine) => engine.dump().await,
        }
    }

    /// Replaces everything the store holds by what [`Store::dump`] gave, in one step.
    pub async fn load(&self, dump: &[u8]) -> Result<(), StoreError> {
        let tables = dump::Dump::parse(dump)?;
        match &*self.0 {
            Engine::Sqlite(engine) => engine.load(tables).await,
            Engine::Postgres(engine) => engine.load(tables).await,
        }
    }
}
