//! The one thread that writes: it takes what has queued up, gives each batch a savepoint and commits them all
//! with one fsync, which it leaves out where none of them asks for it. Only then are they acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Error, ErrorCode, ffi};
use tokio::sync::oneshot;

use super::values;
use crate::engine::batch::Durability;
use crate::engine::{Batch, Guard, Statement, StoreError, WriteError};

/// Batches that share one fsync, at most: bounds how long the first of them waits.
const GROUP: usize = 512;
/// Pages in the write-ahead log from which on they are moved into the database.
const CHECKPOINT_PAGES: i32 = 2000;

type Applied = Result<(), WriteError>;
type Waiting = (Batch, oneshot::Sender<Applied>);

type Task = Box<dyn FnOnce(Result<&mut Connection, StoreError>) + Send>;

enum Job {
    Apply(Batch, oneshot::Sender<Applied>),
    /// Anything else that must have the writer for itself, or be told that it cannot be.
    Exclusive(Task),
}

/// The queue's end that callers hold. Dropping it lets the thread finish what is queued.
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Writer {
    /// `highest` is the durability that the connection is set to, and the most that any batch gets.
    pub(super) fn start(connection: Connection, highest: Durability) -> Result<Self, StoreError> {
        let mut thread = Thread::new(connection, highest).map_err(StoreError::engine)?;
        let (jobs, queue) = channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || thread.run(&queue))
            .map_err(StoreError::engine)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    pub(super) async fn apply(&self, batch: Batch) -> Applied {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Apply(batch, reply))?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn exclusive<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Exclusive(Box::new(move |connection| {
            let _ = reply.send(connection.and_then(task));
        })))?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.as_ref().ok_or(StoreError::Closed)?.send(job).map_err(|_| StoreError::Closed)
    }
}

struct Thread {
    connection: Connection,
    highest: Durability,
    /// What the connection's next commit has.
    present: Durability,
    /// Pages in the write-ahead log after the last commit.
    log_pages: Arc<AtomicI32>,
    /// Set when the disk failed. After a failed fsync nobody knows what is on it, and trying again can
    /// succeed without having written anything: no more writes until the store is opened anew.
    disk_failed: bool,
}

impl Thread {
    fn new(mut connection: Connection, highest: Durability) -> rusqlite::Result<Self> {
        let log_pages = Arc::new(AtomicI32::new(0));
        let pages = Arc::clone(&log_pages);
        // In place of SQLite's own checkpoint inside COMMIT, which delays the answer and hides its failure.
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            pages.store(count, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { connection, highest, present: highest, log_pages, disk_failed: false })
    }

    fn run(&mut self, queue: &Receiver<Job>) {
        let mut group = Vec::new();
        while let Ok(first) = queue.recv() {
            let mut exclusive = None;
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
                self.commit(&mut group);
            }
            if let Some(task) = exclusive {
                match self.ready() {
                    Ok(()) => task(Ok(&mut self.connection)),
                    Err(error) => task(Err(StoreError::engine(error))),
                }
            }
            if self.log_pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES {
                self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
            }
        }
        // Leave a database that opens without recovery.
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn commit(&mut self, group: &mut Vec<Waiting>) {
        let outcomes = if self.disk_failed {
            Err(disk_failure())
        } else {
            let full = group.iter().any(|(batch, _)| batch.durability == Durability::Full);
            self.need(if full { self.highest } else { Durability::Ordered })
                .and_then(|()| run_group(&self.connection, group))
        };
        match outcomes {
            Ok(outcomes) => {
                for ((_, reply), outcome) in group.drain(..).zip(outcomes) {
                    let _ = reply.send(outcome);
                }
            }
            // The transaction as a whole is gone, and with it every batch.
            Err(error) => {
                self.disk_failed |= error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
                if !self.connection.is_autocommit() {
                    let _ = self.connection.execute_batch("ROLLBACK");
                }
                let error = StoreError::engine(error);
                for (_, reply) in group.drain(..) {
                    let _ = reply.send(Err(error.clone().into()));
                }
            }
        }
    }

    /// Makes ready for commits that are not of a group.
    fn ready(&mut self) -> rusqlite::Result<()> {
        if self.disk_failed {
            return Err(disk_failure());
        }
        self.need(self.highest).inspect_err(|error| {
            tracing::error!(%error, "commits cannot be made durable");
            self.disk_failed = true;
        })
    }

    /// Sets what the next commit waits for.
    fn need(&mut self, durability: Durability) -> rusqlite::Result<()> {
        if self.present != durability {
            super::set_synchronous(&self.connection, durability)?;
            self.present = durability;
        }
        Ok(())
    }

    fn checkpoint(&mut self, sql: &str) {
        if let Err(error) = self.connection.query_row(sql, [], |_| Ok(())) {
            tracing::error!(%error, "moving the write-ahead log into the database failed");
            self.disk_failed |= error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
        }
    }
}

fn disk_failure() -> Error {
    let message = "the disk failed; writes are refused until the store is opened anew";
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some(message.into()))
}

fn run_group(connection: &Connection, group: &[Waiting]) -> rusqlite::Result<Vec<Applied>> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let mut outcomes = Vec::with_capacity(group.len());
    for (batch, _) in group {
        execute(connection, "SAVEPOINT batch")?;
        let outcome = match run_batch(connection, batch) {
            Ok(()) => Ok(()),
            // SQLite rolled the whole transaction back by itself: full disk, I/O, out of memory.
            Err(Failure::Fault(error)) if connection.is_autocommit() => return Err(error),
            Err(failure) => {
                execute(connection, "ROLLBACK TO batch")?;
                Err(failure.into())
            }
        };
        execute(connection, "RELEASE batch")?;
        outcomes.push(outcome);
    }
    execute(connection, "COMMIT")?;
    Ok(outcomes)
}

/// Why a batch's statements stopped.
enum Failure {
    Guard(Guard),
    Fault(Error),
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Guard(guard) => Self::Guard(guard),
            Failure::Fault(error) => StoreError::engine(error).into(),
        }
    }
}

fn run_batch(connection: &Connection, batch: &Batch) -> Result<(), Failure> {
    for statement in &batch.statements {
        let rows =
            run_statement(connection, statement).map_err(|error| match statement.conflict_guard() {
                Some(guard) if is_conflict(&error) => Failure::Guard(guard),
                _ => Failure::Fault(error),
            })?;
        if let Some(guard) = statement.failed_guard(rows) {
            return Err(Failure::Guard(guard));
        }
    }
    Ok(())
}

/// How many rows the statement changed, or whether it found one.
fn run_statement(connection: &Connection, statement: &Statement) -> rusqlite::Result<u64> {
    let mut prepared = connection.prepare_cached(statement.sql)?;
    values::bind(&mut prepared, &statement.params)?;
    if statement.is_select() {
        Ok(u64::from(prepared.raw_query().next()?.is_some()))
    } else {
        Ok(prepared.raw_execute()? as u64)
    }
}

fn is_conflict(error: &Error) -> bool {
    error.sqlite_extended_error_code().is_some_and(|code| {
        code == ffi::SQLITE_CONSTRAINT_UNIQUE || code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY
    })
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_the_writer_for_itself_once_the_disk_failed() {
        let connection = Connection::open_in_memory().unwrap();
        let mut thread = Thread::new(connection, Durability::Full).unwrap();
        for failed in [false, true] {
            thread.disk_failed = failed;
            let (jobs, queue) = channel();
            let (reply, answer) = channel();
            let task = move |connection: Result<&mut Connection, StoreError>| {
                let _ = reply.send(connection.map(drop).map_err(|error| error.to_string()));
            };
            jobs.send(Job::Exclusive(Box::new(task))).unwrap();
            drop(jobs);
            thread.run(&queue);
            let told = answer.recv().unwrap();
            assert_eq!(told.is_err(), failed);
            assert!(told.err().is_none_or(|error| error.contains("the disk failed")));
        }
    }
}
