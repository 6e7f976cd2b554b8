//! What is done once, when a PostgreSQL store is opened.

use tokio_postgres::{Client, Error as PgError};

use super::fault;
use crate::engine::StoreError;
use crate::engine::migrate::{self, Schema};

/// Two nodes that create a table at the same instant: one of them fails and finds it there the next time.
const CREATE_TRIES: u32 = 5;

const OWN_TABLES: &str = "\
    CREATE TABLE IF NOT EXISTS schema_version (id BIGINT PRIMARY KEY, version BIGINT NOT NULL); \
    CREATE TABLE IF NOT EXISTS committed_batches (batch_id TEXT PRIMARY KEY, committed_at BIGINT NOT NULL); \
    INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING;";

/// Refuses a server that answers COMMIT before it is safe. (`local` is as good as `off` to a synchronous
/// standby. A database that has no such setting has no such switch.)
pub(super) async fn check_durability(client: &Client) -> Result<(), StoreError> {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let row =
            client.query_one("SELECT current_setting($1, true)", &[&setting]).await.map_err(|e| fault(&e))?;
        let value: Option<&str> = row.try_get(0).map_err(|e| fault(&e))?;
        if matches!(value, Some("off" | "local")) {
            return Err(StoreError::NotDurable(setting));
        }
    }
    Ok(())
}

/// The rows of `installation`; none in a database that has no tables yet.
pub(super) async fn facts(client: &Client) -> Result<Vec<(String, String)>, StoreError> {
    let read = async || -> Result<Vec<(String, String)>, PgError> {
        let table = client.query_one("SELECT to_regclass('installation') IS NOT NULL", &[]).await?;
        if !table.try_get::<_, bool>(0)? {
            return Ok(Vec::new());
        }
        let rows = client.query("SELECT name, value FROM installation", &[]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    };
    read().await.map_err(|e| fault(&e))
}

/// Applies what is missing in one transaction, which holds the version's row so that nodes do it one at a time.
pub(super) async fn bring_up_to_date(client: &mut Client, schema: Schema) -> Result<(), StoreError> {
    create_own_tables(client).await.map_err(|e| fault(&e))?;
    let transaction = client.transaction().await.map_err(|e| fault(&e))?;
    let row = transaction
        .query_one("SELECT version FROM schema_version WHERE id = 1 FOR UPDATE", &[])
        .await
        .map_err(|e| fault(&e))?;
    let missing = schema.missing(row.try_get(0).map_err(|e| fault(&e))?)?;
    if missing.is_empty() {
        return Ok(());
    }
    for text in missing {
        transaction.batch_execute(&migrate::for_postgres(text)).await.map_err(|e| fault(&e))?;
    }
    transaction
        .execute("UPDATE schema_version SET version = $1 WHERE id = 1", &[&schema.version()])
        .await
        .map_err(|e| fault(&e))?;
    transaction.commit().await.map_err(|e| fault(&e))
}

async fn create_own_tables(client: &Client) -> Result<(), PgError> {
    let mut result = client.batch_execute(OWN_TABLES).await;
    for _ in 1..CREATE_TRIES {
        if result.is_ok() {
            break;
        }
        result = client.batch_execute(OWN_TABLES).await;
    }
    result
}
