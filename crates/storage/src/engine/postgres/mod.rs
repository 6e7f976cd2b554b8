//! The scale-out engine: PostgreSQL through a pool of connections.

mod apply;
mod contents;
mod setup;
mod values;

use std::sync::Arc;
use std::time::Duration;

use crypto::random::Random;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error as PgError, NoTls};

use super::dump::Dump;
use super::migrate::Schema;
use super::{Admission, Row, StoreError, Value};

/// How often a read is asked again when its connection turns out to be gone.
const READ_TRIES: u32 = 4;
/// How long a caller waits for a connection: to come free, and to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a silent network is believed in.
const SILENCE: Duration = Duration::from_secs(15);

/// Settings of a PostgreSQL store.
#[derive(Debug, Clone, Copy)]
pub struct PostgresOptions {
    pub connections: usize,
    pub schema: Schema,
    /// Accept a server that may lose acknowledged writes. For tests only.
    pub allow_unsafe_durability: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { connections: 8, schema: Schema::CURRENT, allow_unsafe_durability: false }
    }
}

pub(super) struct Postgres {
    pool: Pool,
    schema: Schema,
    random: Arc<dyn Random>,
}

impl Postgres {
    pub(super) async fn open(
        url: &str,
        options: PostgresOptions,
        random: Arc<dyn Random>,
        admission: Option<Admission<'_>>,
    ) -> Result<Self, StoreError> {
        let mut config: tokio_postgres::Config = url.parse().map_err(StoreError::engine)?;
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(options.connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECT))
            .create_timeout(Some(CONNECT))
            .build()
            .map_err(StoreError::engine)?;
        let store = Self { pool, schema: options.schema, random };
        let mut connection = store.connection().await?;
        if !options.allow_unsafe_durability {
            setup::check_durability(&connection).await?;
        }
        if let Some(admission) = admission {
            admission(&setup::facts(&connection).await?).map_err(StoreError::NotAdmitted)?;
        }
        setup::bring_up_to_date(&mut connection, options.schema).await?;
        Ok(store)
    }

    async fn connection(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            deadpool_postgres::PoolError::Backend(error) => fault(&error),
            other => StoreError::engine(other),
        })
    }

    pub(super) async fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut tries = 1;
        loop {
            let connection = self.connection().await?;
            match values::select(&connection, sql, params).await {
                Err(Failed::Passing(_)) if tries < READ_TRIES => {
                    tries += 1;
                    drop(Object::take(connection));
                }
                Err(Failed::Passing(error) | Failed::Fault(error)) => return Err(error),
                Ok(rows) => return rows.iter().map(|row| values::read(row).map(Row)).collect(),
            }
        }
    }

    pub(super) async fn dump(&self) -> Result<Dump, StoreError> {
        contents::dump(&mut *self.connection().await?, self.schema.version()).await
    }

    pub(super) async fn replace(&self, dump: Dump) -> Result<(), StoreError> {
        contents::replace(&mut *self.connection().await?, self.schema.version(), dump).await
    }
}

/// How a try failed.
enum Failed {
    /// For good.
    Fault(StoreError),
    /// Worth another try.
    Passing(StoreError),
}

impl From<PgError> for Failed {
    fn from(error: PgError) -> Self {
        if is_passing(&error) { Self::Passing(fault(&error)) } else { Self::Fault(fault(&error)) }
    }
}

/// Whether the same may succeed when it is tried again: the database asked for another try, or the connection
/// or the server went away.
fn is_passing(error: &PgError) -> bool {
    let Some(state) = error.code() else {
        return error.is_closed()
            || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
    };
    // Connection exceptions, a server that shuts down or starts, one that turned into a standby.
    state.code().starts_with("08")
        || state.code().starts_with("57P")
        || [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(state)
}

/// State and message of the server, without the detail, which quotes the data.
fn fault(error: &PgError) -> StoreError {
    match error.as_db_error() {
        Some(db) => StoreError::Engine(format!("{}: {}", db.code().code(), db.message())),
        None => StoreError::engine(error),
    }
}
