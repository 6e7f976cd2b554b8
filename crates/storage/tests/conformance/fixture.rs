//! A fresh store of either engine with a schema of the suite's own.

use std::sync::Arc;

use crypto::random::SystemRandom;
use pgtest::Server;
use storage::engine::{
    Batch, PostgresOptions, Row, Schema, SqliteOptions, Statement, Store, Value, WriteError,
};
use tempfile::TempDir;

pub const SCHEMA: Schema = Schema(&[
    "-- Anything.\nCREATE TABLE things (\n  name TEXT NOT NULL PRIMARY KEY,\n  n BIGINT,\n  note TEXT,\n  bytes BLOB\n);\n",
    "CREATE TABLE parents (\n  name TEXT NOT NULL PRIMARY KEY,\n  deleted_at BIGINT\n);\n\
     CREATE TABLE children (\n  parent TEXT NOT NULL,\n  name TEXT NOT NULL,\n  PRIMARY KEY (parent, name)\n);\n\
     CREATE INDEX children_by_name ON children (name);\n",
]);

pub struct Fixture {
    pub store: Store,
    /// Of a SQLite store.
    pub folder: Option<TempDir>,
    /// Of a PostgreSQL store.
    pub url: Option<String>,
}

pub fn postgres_options(connections: usize) -> PostgresOptions {
    PostgresOptions { connections, schema: SCHEMA, ..PostgresOptions::default() }
}

pub fn sqlite_options() -> SqliteOptions {
    SqliteOptions { schema: SCHEMA, ..SqliteOptions::default() }
}

impl Fixture {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite_with(folder.path(), sqlite_options()).unwrap();
        Self { store, folder: Some(folder), url: None }
    }

    pub async fn postgres() -> Self {
        Self::postgres_with(4).await
    }

    pub async fn postgres_with(connections: usize) -> Self {
        let server = Server::shared();
        let url = server.url(&server.create_database().await.unwrap());
        let store = open_postgres(&url, connections).await;
        Self { store, folder: None, url: Some(url) }
    }

    pub async fn apply<I: IntoIterator<Item = Statement>>(&self, statements: I) -> Result<(), WriteError> {
        self.store.apply(statements.into_iter().collect::<Batch>()).await
    }

    pub async fn rows(&self, sql: &'static str) -> Vec<Row> {
        self.store.rows(sql, &[]).await.unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.store.row(sql, &[]).await.unwrap().unwrap().int(0)
    }
}

pub async fn open_postgres(url: &str, connections: usize) -> Store {
    Store::open_postgres(url, postgres_options(connections), Arc::new(SystemRandom)).await.unwrap()
}

pub fn thing(name: impl Into<String>, n: i64) -> Statement {
    let params = vec![name.into().into(), n.into()];
    Statement::new("INSERT INTO things (name, n) VALUES ($1, $2) ON CONFLICT DO NOTHING", params)
        .must_insert("thing is new")
}

pub fn statement(sql: &'static str, params: impl IntoIterator<Item = Value>) -> Statement {
    Statement::new(sql, params.into_iter().collect())
}

/// The name of the guard that a batch failed by.
#[track_caller]
pub fn guard(result: Result<(), WriteError>) -> &'static str {
    match result {
        Err(WriteError::Guard(guard)) => guard,
        other => panic!("a guard should have failed: {other:?}"),
    }
}

/// The text of the fault that a batch failed by.
#[track_caller]
pub fn fault(result: Result<(), WriteError>) -> String {
    match result {
        Err(WriteError::Store(error)) => error.to_string(),
        other => panic!("a fault was expected: {other:?}"),
    }
}

/// Makes a test of each function for each engine.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() { super::$name($crate::fixture::Fixture::sqlite().await).await })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() { super::$name($crate::fixture::Fixture::postgres().await).await })+
        }
    };
}
pub(crate) use on_both_engines;
