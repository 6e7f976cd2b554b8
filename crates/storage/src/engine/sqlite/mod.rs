//! The embedded engine: SQLite with one writer thread that commits many batches with one fsync, and reads
//! run inline on the caller's thread.

mod contents;
mod values;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use self::writer::Writer;
use super::batch::Durability;
use super::dump::Dump;
use super::migrate::{self, Schema};
use super::{Batch, Row, StoreError, Value, WriteError};

/// Idle read connections kept.
const READERS: usize = 16;
/// The writer and the readers never wait for each other in WAL mode, except in moments of recovery.
const BUSY: Duration = Duration::from_secs(10);

/// Settings of an embedded store.
#[derive(Debug, Clone, Copy)]
pub struct SqliteOptions {
    pub schema: Schema,
    /// Acknowledge writes before they are on the disk: a crash of the machine can lose the last ones. For
    /// tests and throw-away stores only.
    pub allow_unsafe_durability: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { schema: Schema::CURRENT, allow_unsafe_durability: false }
    }
}

pub(super) struct Sqlite {
    path: PathBuf,
    schema: Schema,
    readers: Mutex<Vec<Connection>>,
    writer: Writer,
    /// Held while the store is open; the operating system lets go of it when the process dies.
    _lock: File,
}

impl Sqlite {
    pub(super) fn open(folder: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        create_folder(folder).map_err(StoreError::engine)?;
        let lock = lock(&folder.join("poolhouse.lock"))?;
        let path = folder.join("poolhouse.db");
        let mut connection = connect(&path, OpenFlags::default())?;
        let durability = if options.allow_unsafe_durability { Durability::Ordered } else { Durability::Full };
        set_durability(&connection, durability)?;
        bring_up_to_date(&mut connection, options.schema)?;
        let writer = Writer::start(connection, durability)?;
        Ok(Self { path, schema: options.schema, readers: Mutex::default(), writer, _lock: lock })
    }

    pub(super) fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?,
        };
        let rows = values::select(&connection, sql, params);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        rows.map_err(StoreError::engine)
    }

    pub(super) async fn apply(&self, batch: Batch) -> Result<(), WriteError> {
        self.writer.apply(batch).await
    }

    pub(super) async fn dump(&self) -> Result<Dump, StoreError> {
        let version = self.schema.version();
        self.writer.exclusive(move |connection| contents::dump(connection, version)).await
    }

    pub(super) async fn replace(&self, dump: Dump) -> Result<(), StoreError> {
        let version = self.schema.version();
        self.writer.exclusive(move |connection| contents::replace(connection, version, &dump)).await
    }
}

/// A new folder's entry must be on the disk before anything in it is called durable.
fn create_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    match folder.canonicalize()?.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let file =
        File::options().create(true).truncate(false).write(true).open(path).map_err(StoreError::engine)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(StoreError::engine(error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags_and_vfs(path, flags, c"unix-excl").map_err(StoreError::engine)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.pragma_update(None, "cache_size", -8192).map_err(StoreError::engine)?;
    connection.busy_timeout(BUSY).map_err(StoreError::engine)?;
    // Otherwise a statement is planned anew each time its parameters change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(StoreError::engine)?;
    Ok(connection)
}

/// Turns the write-ahead log and its synchronisation on, and reads back that they are.
fn set_durability(connection: &Connection, durability: Durability) -> Result<(), StoreError> {
    let set = || -> rusqlite::Result<(String, i64)> {
        let journal = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        set_synchronous(connection, durability)?;
        Ok((journal, connection.pragma_query_value(None, "synchronous", |row| row.get(0))?))
    };
    let (journal, synchronous) = set().map_err(StoreError::engine)?;
    if !journal.eq_ignore_ascii_case("wal") {
        return Err(StoreError::NotDurable("journal_mode=WAL"));
    }
    if synchronous != synchronous_of(durability) {
        return Err(StoreError::NotDurable("synchronous=FULL"));
    }
    Ok(())
}

fn set_synchronous(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", synchronous_of(durability))
}

/// FULL waits for the disk at each commit, NORMAL before the log is moved into the database.
fn synchronous_of(durability: Durability) -> i64 {
    match durability {
        Durability::Full => 2,
        Durability::Ordered => 1,
    }
}

/// Applies what is missing in one transaction. The version is SQLite's `user_version`.
fn bring_up_to_date(connection: &mut Connection, schema: Schema) -> Result<(), StoreError> {
    let found =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(StoreError::engine)?;
    let missing = schema.missing(found)?;
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction().map_err(StoreError::engine)?;
    for text in missing {
        transaction.execute_batch(&migrate::for_sqlite(text)).map_err(StoreError::engine)?;
    }
    transaction.pragma_update(None, "user_version", schema.version()).map_err(StoreError::engine)?;
    transaction.commit().map_err(StoreError::engine)
}
