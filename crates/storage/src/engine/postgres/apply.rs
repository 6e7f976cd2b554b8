//! A batch on PostgreSQL. It owns its connection until COMMIT is answered, and it is tried again when the
//! database asks for it or when nobody knows whether COMMIT happened.
//!
//! Every batch writes its own id into `committed_batches` first. An id that is there already says that an
//! earlier try, whose answer was lost, did commit. One that is being written by such a try, still under way
//! on the server, is waited for.

use std::time::Duration;

use crypto::random;
use deadpool_postgres::{ClientWrapper, Object};
use futures_util::future::join_all;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error as PgError, Statement as Prepared};

use super::{Failed, Postgres, fault, values};
use crate::engine::batch::{Check, Durability};
use crate::engine::{Batch, Guard, Statement, StoreError, WriteError};

const TRIES: u32 = 9;
/// Before the second try; doubled before each further one.
const BACKOFF: Duration = Duration::from_millis(5);

const MARK: &str = "INSERT INTO committed_batches (batch_id, committed_at) \
    VALUES ($1, CAST(extract(epoch FROM now()) * 1000 AS BIGINT)) ON CONFLICT DO NOTHING";
/// In bounded pieces, by the server's clock, which wrote the times.
const PRUNE: &str = "DELETE FROM committed_batches WHERE batch_id IN (SELECT batch_id FROM committed_batches \
    WHERE committed_at < CAST(extract(epoch FROM now()) * 1000 AS BIGINT) - $1 LIMIT 10000)";

/// What the answers to a batch's statements say.
enum Decision {
    Commit,
    AlreadyCommitted,
    Refuse(Guard),
}

impl Postgres {
    pub(in crate::engine) async fn apply(&self, batch: Batch) -> Result<(), WriteError> {
        let id = data_encoding::HEXLOWER.encode(&random::bytes::<16>(self.random.as_ref()));
        let mut commit_sent = false;
        let mut last = StoreError::Closed;
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(BACKOFF * (1 << (attempt - 1))).await;
            }
            match self.try_once(&batch, &id, &mut commit_sent).await {
                Ok(Decision::Commit | Decision::AlreadyCommitted) => return Ok(()),
                Ok(Decision::Refuse(guard)) => return Err(WriteError::Guard(guard)),
                Err(Failed::Fault(error)) => return Err(error.into()),
                Err(Failed::Passing(error)) => last = error,
            }
        }
        Err(last.into())
    }

    async fn try_once(&self, batch: &Batch, id: &str, commit_sent: &mut bool) -> Result<Decision, Failed> {
        let lease = Lease(Some(self.connection().await.map_err(Failed::Passing)?));
        let client = lease.client()?;
        let mark = client.prepare_cached(MARK).await?;
        let mut prepared = Vec::with_capacity(batch.statements.len());
        for statement in &batch.statements {
            prepared.push(prepare(client, statement).await?);
        }

        let begin = match batch.durability {
            Durability::Full => "BEGIN",
            Durability::Ordered => "BEGIN; SET LOCAL synchronous_commit = off",
        };
        // Sent at once, in this order: each future sends when it is first polled. The answers are all awaited,
        // since a statement that changed no row is no error to the server, and COMMIT of an aborted
        // transaction is none either.
        let mark_params: [&(dyn ToSql + Sync); 1] = [&id];
        let (begun, marked, outcomes) = tokio::join!(
            biased;
            client.batch_execute(begin),
            client.execute(&mark, &mark_params),
            join_all(batch.statements.iter().zip(&prepared).map(|(s, prepared)| run(client, s, prepared))),
        );
        begun?;
        let decision = decide(batch, marked, outcomes, *commit_sent);
        let commits = matches!(decision, Ok(Decision::Commit));
        *commit_sent |= commits;
        match client.batch_execute(if commits { "COMMIT" } else { "ROLLBACK" }).await {
            Ok(()) => lease.give_back(),
            Err(error) if commits => return Err(error.into()),
            // The decision stands: an open transaction ends with its connection.
            Err(_) => {}
        }
        decision
    }

    pub(in crate::engine) async fn prune(&self, age: Duration) -> Result<(), StoreError> {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let connection = self.connection().await?;
        let prune = connection.prepare_cached(PRUNE).await.map_err(|e| fault(&e))?;
        while connection.execute(&prune, &[&age]).await.map_err(|e| fault(&e))? > 0 {}
        Ok(())
    }
}

/// A connection that only goes back to the pool when it is known to be clean. A future dropped half-way must
/// not hand its open transaction to the next batch.
struct Lease(Option<Object>);

impl Lease {
    fn client(&self) -> Result<&ClientWrapper, Failed> {
        self.0.as_deref().ok_or(Failed::Fault(StoreError::Closed))
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// The first failure in statement order decides.
fn decide(
    batch: &Batch,
    marked: Result<u64, PgError>,
    outcomes: Vec<Result<u64, PgError>>,
    commit_sent: bool,
) -> Result<Decision, Failed> {
    match marked? {
        0 if commit_sent => return Ok(Decision::AlreadyCommitted),
        // Taking another batch's fate for ours would lose a write in silence.
        0 => return Err(Failed::Fault(StoreError::Engine("the source of randomness repeats itself".into()))),
        _ => {}
    }
    for (statement, outcome) in batch.statements.iter().zip(outcomes) {
        let refused = match (outcome, statement.conflict_guard()) {
            (Ok(rows), _) => statement.failed_guard(rows),
            (Err(error), Some(guard)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Some(guard),
            (Err(error), _) => return Err(error.into()),
        };
        if let Some(guard) = refused {
            return Ok(Decision::Refuse(guard));
        }
    }
    Ok(Decision::Commit)
}

async fn prepare(client: &ClientWrapper, statement: &Statement) -> Result<Prepared, Failed> {
    match statement.check {
        Check::Finds(_) => {
            let sql = format!("{} FOR SHARE", statement.sql);
            values::prepare(client, &sql, &statement.params).await
        }
        _ => values::prepare(client, statement.sql, &statement.params).await,
    }
}

/// How many rows the statement changed or found.
async fn run(client: &Client, statement: &Statement, prepared: &Prepared) -> Result<u64, PgError> {
    client.execute(prepared, &values::as_params(&statement.params)).await
}
