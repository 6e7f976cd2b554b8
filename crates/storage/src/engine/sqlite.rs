//! The embedded engine: SQLite with one writer thread that commits many batches with one fsync, and reads
//! run inline on the caller's thread.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement as Prepared};
use tokio::sync::oneshot;

use super::dump::{Cell, Dump, Table};
use super::{Batch, Row, Statement, StoreError, Type, Value, WriteError, migrate};

/// Batches that share one fsync, at most: bounds how long the first of them waits.
const GROUP: usize = 512;
/// Idle read connections kept.
const READERS: usize = 16;

type Applied = Result<(), WriteError>;

enum Job {
    Apply(Batch, oneshot::Sender<Applied>),
    /// Anything else that must have the writer for itself.
    Exclusive(Box<dyn FnOnce(&mut Connection) + Send>),
}

pub(super) struct Sqlite {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    /// Held while the store is open; the operating system lets go of it when the process dies.
    _lock: File,
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Sqlite {
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(StoreError::engine)?;
        let lock = lock(&folder.join("poolhouse.lock"))?;
        let path = folder.join("poolhouse.db");
        let mut connection = connect(&path, OpenFlags::default())?;
        prepare_durable(&connection)?;
        migrate(&mut connection)?;
        let (jobs, queue) = channel();
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write(connection, &queue))
            .map_err(StoreError::engine)?;
        Ok(Self { path, readers: Mutex::default(), jobs: Some(jobs), writer: Some(writer), _lock: lock })
    }

    pub(super) fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?,
        };
        let rows = select(&connection, sql, params);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        rows.map_err(StoreError::engine)
    }

    pub(super) async fn apply(&self, batch: Batch) -> Applied {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Apply(batch, reply))?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn dump(&self) -> Result<Vec<u8>, StoreError> {
        self.exclusive(|connection| {
            let tables = migrate::tables().into_iter().map(|name| dump_table(connection, name));
            Ok(Dump(tables.collect::<rusqlite::Result<_>>()?).to_bytes())
        })
        .await
    }

    pub(super) async fn load(&self, dump: Dump) -> Result<(), StoreError> {
        self.exclusive(move |connection| {
            let transaction = connection.transaction()?;
            for name in migrate::tables() {
                transaction.execute(&format!("DELETE FROM {name}"), [])?;
            }
            for table in &dump.0 {
                let marks: Vec<String> = (1..=table.columns.len()).map(|i| format!("?{i}")).collect();
                let mut insert = transaction.prepare(&format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    table.name,
                    table.columns.join(", "),
                    marks.join(", ")
                ))?;
                for row in &table.rows {
                    insert.execute(rusqlite::params_from_iter(row))?;
                }
            }
            transaction.commit()
        })
        .await
    }

    async fn exclusive<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Exclusive(Box::new(move |connection| {
            let _ = reply.send(task(connection));
        })))?;
        answer.await.map_err(|_| StoreError::Closed)?.map_err(StoreError::engine)
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.as_ref().ok_or(StoreError::Closed)?.send(job).map_err(|_| StoreError::Closed)
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(StoreError::engine)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(StoreError::engine(error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags).map_err(StoreError::engine)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.busy_timeout(Duration::from_secs(10)).map_err(StoreError::engine)?;
    Ok(connection)
}

/// Turns the write-ahead log and full synchronisation on, and reads back that they are.
fn prepare_durable(connection: &Connection) -> Result<(), StoreError> {
    let journal: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(StoreError::engine)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(StoreError::engine)?;
    let synchronous: i64 =
        connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(StoreError::engine)?;
    if !journal.eq_ignore_ascii_case("wal") {
        return Err(StoreError::NotDurable("journal_mode=WAL"));
    }
    if synchronous != 2 {
        return Err(StoreError::NotDurable("synchronous=FULL"));
    }
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(StoreError::engine)?;
    if found > migrate::VERSION {
        return Err(StoreError::NewerSchema { found, known: migrate::VERSION });
    }
    if found == migrate::VERSION {
        return Ok(());
    }
    let transaction = connection.transaction().map_err(StoreError::engine)?;
    for text in migrate::MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        transaction.execute_batch(&migrate::for_sqlite(text)).map_err(StoreError::engine)?;
    }
    transaction.pragma_update(None, "user_version", migrate::VERSION).map_err(StoreError::engine)?;
    transaction.commit().map_err(StoreError::engine)
}

/// The writer thread: takes what has queued up and commits it with one fsync.
fn write(mut connection: Connection, queue: &Receiver<Job>) {
    let mut group = Vec::new();
    let mut exclusive = None;
    while let Ok(first) = queue.recv() {
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::Apply(batch, reply) => group.push((batch, reply)),
                Job::Exclusive(task) => {
                    exclusive = Some(task);
                    break;
                }
            }
            if group.len() < GROUP {
                next = queue.try_recv().ok();
            }
        }
        if !group.is_empty() {
            commit_group(&connection, &mut group);
        }
        if let Some(task) = exclusive.take() {
            task(&mut connection);
        }
    }
    // Leave a database that opens without recovery.
    let _ = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
}

fn commit_group(connection: &Connection, group: &mut Vec<(Batch, oneshot::Sender<Applied>)>) {
    let outcomes = run_group(connection, group);
    match outcomes {
        Ok(outcomes) => {
            for ((_, reply), outcome) in group.drain(..).zip(outcomes) {
                let _ = reply.send(outcome);
            }
        }
        // The transaction as a whole is gone, and with it every batch.
        Err(error) => {
            let _ = connection.execute_batch("ROLLBACK");
            let error = StoreError::engine(error);
            for (_, reply) in group.drain(..) {
                let _ = reply.send(Err(error.clone().into()));
            }
        }
    }
}

fn run_group(
    connection: &Connection,
    group: &[(Batch, oneshot::Sender<Applied>)],
) -> rusqlite::Result<Vec<Applied>> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let mut outcomes = Vec::with_capacity(group.len());
    for (batch, _) in group {
        execute(connection, "SAVEPOINT batch")?;
        let outcome = run_batch(connection, batch);
        if outcome.is_err() {
            if connection.is_autocommit() {
                // SQLite rolled the whole transaction back by itself.
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT),
                    Some("the transaction was aborted".into()),
                ));
            }
            execute(connection, "ROLLBACK TO batch")?;
        }
        execute(connection, "RELEASE batch")?;
        outcomes.push(outcome);
    }
    execute(connection, "COMMIT")?;
    Ok(outcomes)
}

fn run_batch(connection: &Connection, batch: &Batch) -> Applied {
    for statement in &batch.statements {
        let rows = run_statement(connection, statement)?;
        if let Some(guard) = statement.failed_guard(rows) {
            return Err(WriteError::Guard(guard));
        }
    }
    Ok(())
}

fn run_statement(connection: &Connection, statement: &Statement) -> Result<u64, WriteError> {
    let run = || -> rusqlite::Result<u64> {
        let mut prepared = connection.prepare_cached(statement.sql)?;
        bind(&mut prepared, &statement.params)?;
        if statement.is_select() {
            let mut rows = prepared.raw_query();
            Ok(u64::from(rows.next()?.is_some()))
        } else {
            Ok(prepared.raw_execute()? as u64)
        }
    };
    run().map_err(|error| match (&error, statement.check) {
        (rusqlite::Error::SqliteFailure(failure, _), super::Check::Inserts(guard))
            if failure.code == ErrorCode::ConstraintViolation =>
        {
            WriteError::Guard(guard)
        }
        _ => StoreError::engine(error).into(),
    })
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

fn select(connection: &Connection, sql: &str, params: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut prepared = connection.prepare_cached(sql)?;
    bind(&mut prepared, params)?;
    let columns = prepared.column_count();
    let mut rows = prepared.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|i| row.get_ref(i).map(read)).collect::<rusqlite::Result<_>>()?;
        out.push(Row(values));
    }
    Ok(out)
}

/// SQLite numbers `$n` by first appearance, not by n: bind by name.
fn bind(prepared: &mut Prepared<'_>, params: &[Value]) -> rusqlite::Result<()> {
    const NAMES: [&str; 32] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17",
        "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
    ];
    for (name, value) in NAMES.iter().zip(params) {
        let index = prepared
            .parameter_index(name)?
            .ok_or_else(|| rusqlite::Error::InvalidParameterName((*name).to_owned()))?;
        prepared.raw_bind_parameter(index, value)?;
    }
    if prepared.parameter_count() == params.len() {
        Ok(())
    } else {
        Err(rusqlite::Error::InvalidParameterCount(params.len(), prepared.parameter_count()))
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null(Type::Text),
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        // No column is REAL.
        ValueRef::Real(_) => Value::Null(Type::Int),
    }
}

fn dump_table(connection: &Connection, name: &'static str) -> rusqlite::Result<Table> {
    let mut prepared = connection.prepare(&format!("SELECT * FROM {name}"))?;
    let columns: Vec<String> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = prepared.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..columns.len()).map(|i| row.get_ref(i).map(|v| Cell::of(read(v))));
        out.push(cells.collect::<rusqlite::Result<_>>()?);
    }
    Ok(Table { name, columns, rows: out })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null(_) => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl rusqlite::ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
