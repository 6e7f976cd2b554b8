//! The scale-out engine: PostgreSQL. A batch owns its connection until COMMIT is answered.

use std::sync::Arc;
use std::time::Duration;

use crypto::random::{self, Random};
use deadpool_postgres::{ClientWrapper, Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use futures_util::future::join_all;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type as PgType};
use tokio_postgres::{Client, Error as PgError, NoTls, Statement as Prepared};

use super::dump::{Cell, Dump, Table};
use super::{Batch, Check, Row, Statement, StoreError, Type, Value, WriteError, migrate};

/// How often a batch is tried again after a serialization failure, a deadlock or a lost connection.
const TRIES: u32 = 8;

/// Settings of a PostgreSQL store.
#[derive(Debug, Clone, Copy)]
pub struct PostgresOptions {
    pub connections: usize,
    /// Accept a server that may lose acknowledged writes. For tests only.
    pub allow_unsafe_durability: bool,
    /// Drops the connection around COMMIT, to prove that lost answers are told apart. For tests only.
    pub fault: Option<Fault>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { connections: 8, allow_unsafe_durability: false, fault: None }
    }
}

/// Where a test cuts the connection of each batch's first try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    BeforeCommit,
    AfterCommit,
}

pub(super) struct Postgres {
    pool: Pool,
    random: Arc<dyn Random>,
    fault: Option<Fault>,
}

/// How one try of a batch failed.
enum Failed {
    /// For good.
    Refused(WriteError),
    /// Worth another try: the database asked for it, or nobody knows whether COMMIT happened.
    Again(StoreError),
}

impl Postgres {
    pub(super) async fn open(
        url: &str,
        options: PostgresOptions,
        random: Arc<dyn Random>,
    ) -> Result<Self, StoreError> {
        let config: tokio_postgres::Config = url.parse().map_err(StoreError::engine)?;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager).max_size(options.connections.max(1)).build().map_err(StoreError::engine)?;
        let store = Self { pool, random, fault: options.fault };
        let mut connection = store.connection().await?;
        if !options.allow_unsafe_durability {
            check_durability(&connection).await?;
        }
        migrate(&mut connection).await?;
        Ok(store)
    }

    async fn connection(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(StoreError::engine)
    }

    pub(super) async fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut tries = 0;
        loop {
            let connection = self.connection().await?;
            match select(&connection, sql, params).await {
                Ok(rows) => return Ok(rows),
                // A pooled connection whose server went away; reads can simply be asked again.
                Err(error) if error.is_closed() && tries < 3 => {
                    tries += 1;
                    drop(Object::take(connection));
                }
                Err(error) => return Err(fault(&error)),
            }
        }
    }

    pub(super) async fn apply(&self, batch: Batch) -> Result<(), WriteError> {
        let id = data_encoding::HEXLOWER.encode(&random::bytes::<16>(self.random.as_ref()));
        let mut last = StoreError::Closed;
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
            }
            let connection = match self.connection().await {
                Ok(connection) => connection,
                Err(error) => {
                    last = error;
                    continue;
                }
            };
            // Taken out of the pool: a future dropped half-way must not hand an open transaction to the next.
            let owned = Owned::new(connection);
            match self.try_batch(owned.client()?, &batch, &id, attempt).await {
                Ok(()) => {
                    owned.give_back();
                    return Ok(());
                }
                Err(Failed::Refused(error)) => {
                    owned.give_back();
                    return Err(error);
                }
                Err(Failed::Again(error)) => last = error,
            }
        }
        Err(last.into())
    }

    /// One try. The batch's id goes first: when it is there already, an earlier try whose answer was lost did
    /// commit. (The insert waits for a transaction of that id that is still under way.)
    async fn try_batch(&self, client: &ClientWrapper, batch: &Batch, id: &str, attempt: u32) -> Result<(), Failed> {
        let mut prepared = Vec::with_capacity(batch.statements.len());
        for statement in &batch.statements {
            prepared.push(prepare(client, statement).await.map_err(|e| classify(&e, None))?);
        }
        let begin = client.batch_execute("BEGIN");
        let mark_params: [&(dyn ToSql + Sync); 1] = [&id];
        let mark = client.execute(
            "INSERT INTO committed_batches (batch_id, committed_at) \
             VALUES ($1, CAST(extract(epoch FROM now()) * 1000 AS BIGINT)) ON CONFLICT DO NOTHING",
            &mark_params,
        );
        let statements = join_all(
            batch.statements.iter().zip(&prepared).map(|(statement, prepared)| run(client, statement, prepared)),
        );
        let (begun, marked, outcomes) = tokio::join!(begin, mark, statements);
        begun.map_err(|e| classify(&e, None))?;
        let decided = decide(batch, marked, outcomes);
        match decided {
            Ok(true) => {}
            Ok(false) => {
                rollback(client).await?;
                return Ok(());
            }
            Err(failed) => {
                rollback(client).await?;
                return Err(failed);
            }
        }
        let first = attempt == 0;
        if first && self.fault == Some(Fault::BeforeCommit) {
            return Err(Failed::Again(StoreError::Engine("connection cut before COMMIT".into())));
        }
        // Every row count has been seen, so the transaction is not aborted and COMMIT cannot turn into ROLLBACK.
        let committed = client.batch_execute("COMMIT").await;
        if first && self.fault == Some(Fault::AfterCommit) {
            return Err(Failed::Again(StoreError::Engine("connection cut after COMMIT".into())));
        }
        committed.map_err(|e| classify(&e, None))
    }

    pub(super) async fn dump(&self) -> Result<Vec<u8>, StoreError> {
        let mut connection = self.connection().await?;
        let transaction = connection
            .build_transaction()
            .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(|e| fault(&e))?;
        let mut tables = Vec::new();
        for name in migrate::tables() {
            let prepared =
                transaction.prepare(&format!("SELECT * FROM {name}")).await.map_err(|e| fault(&e))?;
            let columns = prepared.columns().iter().map(|c| c.name().to_owned()).collect();
            let rows = transaction.query(&prepared, &[]).await.map_err(|e| fault(&e))?;
            let rows = rows.iter().map(|row| read(row).0.into_iter().map(Cell::of).collect()).collect();
            tables.push(Table { name, columns, rows });
        }
        Ok(Dump(tables).to_bytes())
    }

    pub(super) async fn load(&self, dump: Dump) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(|e| fault(&e))?;
        for name in migrate::tables() {
            transaction.execute(&format!("DELETE FROM {name}"), &[]).await.map_err(|e| fault(&e))?;
        }
        for table in dump.0 {
            let marks: Vec<String> = (1..=table.columns.len()).map(|i| format!("${i}")).collect();
            let sql = format!(
                "INSERT INTO {} ({}) VALUES ({})",
                table.name,
                table.columns.join(", "),
                marks.join(", ")
            );
            let prepared = transaction.prepare(&sql).await.map_err(|e| fault(&e))?;
            for row in table.rows {
                let values: Vec<Value> = row
                    .into_iter()
                    .zip(prepared.params())
                    .map(|(cell, kind)| match cell {
                        None => Value::Null(kind_of(kind)),
                        Some(Cell::Int(n)) => Value::Int(n),
                        Some(Cell::Text(text)) => Value::Text(text),
                        Some(Cell::Blob(bytes)) => Value::Blob(bytes),
                    })
                    .collect();
                transaction.execute(&prepared, &as_params(&values)).await.map_err(|e| fault(&e))?;
            }
        }
        transaction.commit().await.map_err(|e| fault(&e))
    }
}

/// A connection that only goes back to the pool when it is known to be clean.
struct Owned(Option<Object>);

impl Owned {
    fn new(connection: Object) -> Self {
        Self(Some(connection))
    }

    fn client(&self) -> Result<&ClientWrapper, StoreError> {
        self.0.as_deref().ok_or(StoreError::Closed)
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// `Ok(true)`: commit. `Ok(false)`: an earlier try committed. The first failure in statement order decides.
fn decide(
    batch: &Batch,
    marked: Result<u64, PgError>,
    outcomes: Vec<Result<u64, PgError>>,
) -> Result<bool, Failed> {
    if marked.map_err(|e| classify(&e, None))? == 0 {
        return Ok(false);
    }
    for (statement, outcome) in batch.statements.iter().zip(outcomes) {
        let rows = outcome.map_err(|e| classify(&e, Some(statement)))?;
        if let Some(guard) = statement.failed_guard(rows) {
            return Err(Failed::Refused(WriteError::Guard(guard)));
        }
    }
    Ok(true)
}

async fn rollback(client: &Client) -> Result<(), Failed> {
    client.batch_execute("ROLLBACK").await.map_err(|e| classify(&e, None))
}

fn classify(error: &PgError, statement: Option<&Statement>) -> Failed {
    let Some(state) = error.code() else { return Failed::Again(fault(error)) };
    if *state == SqlState::T_R_SERIALIZATION_FAILURE
        || *state == SqlState::T_R_DEADLOCK_DETECTED
        || state.code().starts_with("57P")
        || state.code().starts_with("08")
    {
        return Failed::Again(fault(error));
    }
    match statement.map(|s| s.check) {
        Some(Check::Inserts(guard)) if *state == SqlState::UNIQUE_VIOLATION => {
            Failed::Refused(WriteError::Guard(guard))
        }
        _ => Failed::Refused(fault(error).into()),
    }
}

/// State and message of the server, without what it quotes of the data.
fn fault(error: &PgError) -> StoreError {
    match error.as_db_error() {
        Some(db) => StoreError::Engine(format!("{}: {}", db.code().code(), db.message())),
        None => StoreError::engine(error),
    }
}

async fn prepare(client: &ClientWrapper, statement: &Statement) -> Result<Prepared, PgError> {
    let types = types(&statement.params);
    match statement.check {
        Check::Finds(_) => client.prepare_typed_cached(&format!("{} FOR SHARE", statement.sql), &types).await,
        _ => client.prepare_typed_cached(statement.sql, &types).await,
    }
}

async fn run(client: &Client, statement: &Statement, prepared: &Prepared) -> Result<u64, PgError> {
    let params = as_params(&statement.params);
    if statement.is_select() {
        client.query(prepared, &params).await.map(|rows| rows.len() as u64)
    } else {
        client.execute(prepared, &params).await
    }
}

async fn select(connection: &Object, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, PgError> {
    let prepared = connection.prepare_typed_cached(sql, &types(params)).await?;
    let rows = connection.query(&prepared, &as_params(params)).await?;
    Ok(rows.iter().map(read).collect())
}

fn types(params: &[Value]) -> Vec<PgType> {
    params
        .iter()
        .map(|value| match value.kind() {
            Type::Int => PgType::INT8,
            Type::Text => PgType::TEXT,
            Type::Blob => PgType::BYTEA,
        })
        .collect()
}

fn kind_of(kind: &PgType) -> Type {
    match *kind {
        PgType::TEXT => Type::Text,
        PgType::BYTEA => Type::Blob,
        _ => Type::Int,
    }
}

fn as_params(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| -> &(dyn ToSql + Sync) {
            match value {
                Value::Null(Type::Int) => &None::<i64>,
                Value::Null(Type::Text) => &None::<String>,
                Value::Null(Type::Blob) => &None::<Vec<u8>>,
                Value::Int(n) => n,
                Value::Text(text) => text,
                Value::Blob(bytes) => bytes,
            }
        })
        .collect()
}

fn read(row: &tokio_postgres::Row) -> Row {
    let value = |i: usize, kind: &PgType| match *kind {
        PgType::TEXT => {
            row.try_get::<_, Option<String>>(i).ok().flatten().map_or(Value::Null(Type::Text), Value::Text)
        }
        PgType::BYTEA => {
            row.try_get::<_, Option<Vec<u8>>>(i).ok().flatten().map_or(Value::Null(Type::Blob), Value::Blob)
        }
        PgType::INT4 => {
            row.try_get::<_, Option<i32>>(i).ok().flatten().map_or(Value::Null(Type::Int), |n| Value::Int(n.into()))
        }
        _ => row.try_get::<_, Option<i64>>(i).ok().flatten().map_or(Value::Null(Type::Int), Value::Int),
    };
    Row(row.columns().iter().enumerate().map(|(i, column)| value(i, column.type_())).collect())
}

async fn check_durability(client: &Client) -> Result<(), StoreError> {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let row = client
            .query_one("SELECT current_setting($1)", &[&setting])
            .await
            .map_err(|e| fault(&e))?;
        let value: &str = row.try_get(0).map_err(|e| fault(&e))?;
        if value == "off" || (setting == "synchronous_commit" && value == "local") {
            return Err(StoreError::NotDurable(setting));
        }
    }
    Ok(())
}

/// Applies what is missing in one transaction, which holds the version row so that nodes do it one at a time.
async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let prepare = "CREATE TABLE IF NOT EXISTS schema_version (id BIGINT PRIMARY KEY, version BIGINT NOT NULL); \
         CREATE TABLE IF NOT EXISTS committed_batches (batch_id TEXT PRIMARY KEY, committed_at BIGINT NOT NULL); \
         INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING;";
    // Two nodes that create a table at the same instant: one of them fails and finds it there.
    if client.batch_execute(prepare).await.is_err() {
        client.batch_execute(prepare).await.map_err(|e| fault(&e))?;
    }
    let transaction = client.transaction().await.map_err(|e| fault(&e))?;
    let row = transaction
        .query_one("SELECT version FROM schema_version WHERE id = 1 FOR UPDATE", &[])
        .await
        .map_err(|e| fault(&e))?;
    let found: i64 = row.try_get(0).map_err(|e| fault(&e))?;
    if found > migrate::VERSION {
        return Err(StoreError::NewerSchema { found, known: migrate::VERSION });
    }
    for text in migrate::MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        transaction.batch_execute(&migrate::for_postgres(text)).await.map_err(|e| fault(&e))?;
    }
    transaction
        .execute("UPDATE schema_version SET version = $1 WHERE id = 1", &[&migrate::VERSION])
        .await
        .map_err(|e| fault(&e))?;
    transaction.commit().await.map_err(|e| fault(&e))
}
