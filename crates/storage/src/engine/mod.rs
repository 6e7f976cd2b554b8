//! The seam to the database: parameters, rows, guarded batches and errors, over two engines. The only place
//! that knows which engine runs, and it knows nothing of users.
//!
//! One SQL text serves both. Parameters are `$1..$n`; types are BIGINT, TEXT and BLOB; a NULL carries its type;
//! text compares as bytes and never contains U+0000.

mod batch;
mod dump;
mod error;
mod migrate;
mod postgres;
mod sqlite;
mod value;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use batch::{Batch, Guard, Statement};
use crypto::random::Random;
pub use error::{StoreError, WriteError};
pub use migrate::Schema;
pub use postgres::PostgresOptions;
pub use sqlite::SqliteOptions;
pub use value::{Row, Type, Value};

/// Judges a store by the rows of its table `installation`, as (name, value), before anything in it is changed;
/// a store without tables has none. An error refuses it.
pub type Admission<'a> = &'a (dyn Fn(&[(String, String)]) -> Result<(), String> + Send + Sync);

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
        Self::open_sqlite_with(folder, SqliteOptions::default())
    }

    /// As [`Store::open_sqlite`], with other settings.
    pub fn open_sqlite_with(folder: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Engine::Sqlite(sqlite::Sqlite::open(folder, options, None)?))))
    }

    /// As [`Store::open_sqlite_with`], unless `admission` refuses the store.
    pub fn open_sqlite_admitted(
        folder: &Path,
        options: SqliteOptions,
        admission: Admission<'_>,
    ) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Engine::Sqlite(sqlite::Sqlite::open(folder, options, Some(admission))?))))
    }

    /// Connects to PostgreSQL and brings the schema up to date. `random` names batches, so that one whose
    /// acknowledgement was lost can be recognised: it must never repeat itself on one database. There is no TLS yet: a URL with `sslmode=require` is refused.
    pub async fn open_postgres(
        url: &str,
        options: PostgresOptions,
        random: Arc<dyn Random>,
    ) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Engine::Postgres(postgres::Postgres::open(url, options, random, None).await?))))
    }

    /// As [`Store::open_postgres`], unless `admission` refuses the store.
    pub async fn open_postgres_admitted(
        url: &str,
        options: PostgresOptions,
        random: Arc<dyn Random>,
        admission: Admission<'_>,
    ) -> Result<Self, StoreError> {
        let engine = postgres::Postgres::open(url, options, random, Some(admission)).await?;
        Ok(Self(Arc::new(Engine::Postgres(engine))))
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

    /// How many migrations the store has seen. A node that came later may have applied more than this
    /// program knows; they are written so that it goes on working.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        let sql = match &*self.0 {
            Engine::Sqlite(_) => "SELECT user_version FROM pragma_user_version",
            Engine::Postgres(_) => "SELECT version FROM schema_version WHERE id = 1",
        };
        let row = self.row(sql, &[]).await?;
        row.map(|row| row.int(0)).ok_or_else(|| StoreError::Engine("the schema has no version".into()))
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.rows("SELECT 1", &[]).await.map(drop)
    }

    pub async fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        refuse_null_characters(params)?;
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

    /// Applies the batch all or none. `Ok` means it will survive a crash. A future dropped half-way leaves it
    /// applied all or none.
    pub async fn apply(&self, batch: Batch) -> Result<(), WriteError> {
        for statement in &batch.statements {
            refuse_null_characters(&statement.params)?;
        }
        match &*self.0 {
            Engine::Sqlite(engine) => engine.apply(batch).await,
            Engine::Postgres(engine) => engine.apply(batch).await,
        }
    }

    /// Forgets what the engine itself keeps about batches applied longer than `age` ago. `age` must exceed
    /// the time a batch is tried for by far; an hour does.
    pub async fn prune(&self, age: Duration) -> Result<(), StoreError> {
        match &*self.0 {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.prune(age).await,
        }
    }

    /// Everything the store holds at one moment, as bytes that [`Store::load`] of either engine reads. Equal
    /// contents give equal bytes.
    pub async fn dump(&self) -> Result<Vec<u8>, StoreError> {
        let dump = match &*self.0 {
            Engine::Sqlite(engine) => engine.dump().await?,
            Engine::Postgres(engine) => engine.dump().await?,
        };
        Ok(dump.to_bytes())
    }

    /// Replaces everything the store holds by what [`Store::dump`] gave, in one step.
    pub async fn load(&self, dump: &[u8]) -> Result<(), StoreError> {
        self.replace(dump::Dump::parse(dump)?).await
    }

    /// Deletes every row.
    pub async fn clear(&self) -> Result<(), StoreError> {
        self.replace(dump::Dump::default()).await
    }

    async fn replace(&self, dump: dump::Dump) -> Result<(), StoreError> {
        for row in dump.tables.iter().flat_map(|table| &table.rows) {
            refuse_null_characters(row)?;
        }
        match &*self.0 {
            Engine::Sqlite(engine) => engine.replace(dump).await,
            Engine::Postgres(engine) => engine.replace(dump).await,
        }
    }
}

/// PostgreSQL cannot hold U+0000; a text must not mean one thing on one engine and another on the other.
fn refuse_null_characters(values: &[Value]) -> Result<(), StoreError> {
    if values.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0'))) {
        return Err(StoreError::NullCharacter);
    }
    Ok(())
}
