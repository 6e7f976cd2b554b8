//! App clients and their secrets.

use std::sync::Arc;

use domain::client::Client;
use domain::ids::{ClientId, PoolId};
use domain::time::Time;
use domain::{Error, Result};

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};

/// Condition: the client id is new.
pub const ID_FREE: &str = "client id free";
/// Condition: the client is still the version that was read.
pub const UNCHANGED: &str = "client unchanged";

/// The client of this id, whichever pool it is of; `None` also when that pool is deleted. `known` saves reading
/// settings that have not changed.
pub async fn find_any_pool(
    db: &Db,
    id: &ClientId,
    known: Option<&Arc<Client>>,
) -> Result<Option<Arc<Client>>> {
    db.row(
        "SELECT c.client_id, c.pool_id, CASE WHEN c.version = $2 THEN NULL ELSE c.settings END, c.version, \
                c.created_at, c.modified_at, c.sso_validity, \
                CASE WHEN c.version = $2 THEN NULL \
                     ELSE (SELECT COUNT(*) FROM client_secrets s WHERE s.client_id = c.client_id) END \
         FROM clients c JOIN pools p ON p.pool_id = c.pool_id \
         WHERE c.client_id = $1 AND p.deleted_at IS NULL",
        &[id.as_str().into(), known_version(known).into()],
    )
    .await?
    .map(|row| from_row_or(&row, 0, known))
    .transpose()
}

/// The version that is known already; none has this number otherwise.
pub(crate) fn known_version(known: Option<&Arc<Client>>) -> i64 {
    known.map_or(0, |client| client.version)
}

/// The client of six columns from `first` on, or the one known where its settings were left out.
pub(crate) fn from_row_or(row: &Row, first: usize, known: Option<&Arc<Client>>) -> Result<Arc<Client>> {
    match (row.opt_text(first + 2), known) {
        (None, Some(known)) => Ok(known.clone()),
        _ => from_row(row, first).map(Arc::new),
    }
}

/// The client as it is stored, for whoever configures it.
pub async fn find(db: &Db, pool: &PoolRef, id: &ClientId) -> Result<Option<Client>> {
    db.row(
        "SELECT client_id, pool_id, settings, version, created_at, modified_at, sso_validity, \
                (SELECT COUNT(*) FROM client_secrets s WHERE s.client_id = clients.client_id) FROM clients \
         WHERE client_id = $1 AND pool_id = $2",
        &[id.as_str().into(), pool.param()],
    )
    .await?
    .map(|row| from_row(&row, 0))
    .transpose()
}

/// Clients of the pool after `after`, in the order of their ids.
pub async fn list(db: &Db, pool: &PoolRef, after: &str, limit: i64) -> Result<Vec<Client>> {
    db.rows(
        "SELECT client_id, pool_id, settings, version, created_at, modified_at, sso_validity, \
                (SELECT COUNT(*) FROM client_secrets s WHERE s.client_id = clients.client_id) FROM clients \
         WHERE pool_id = $1 AND client_id > $2 ORDER BY client_id LIMIT $3",
        &[pool.param(), after.into(), limit.into()],
    )
    .await?
    .iter()
    .map(|row| from_row(row, 0))
    .collect()
}

pub fn insert(pool: &PoolRef, client: &Client) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO clients (client_id, pool_id, name, settings, version, created_at, modified_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING",
        vec![
            client.id.as_str().into(),
            pool.param(),
            client.settings.client_name.as_deref().unwrap_or_default().into(),
            settings_text(client)?.into(),
            client.version.into(),
            client.created_at.millis().into(),
        ],
    )
    .must_insert(ID_FREE))
}

/// Replaces the settings if they are still of `client.version`; the version moves on by one.
pub fn update(pool: &PoolRef, client: &Client, now: Time) -> Result<Statement> {
    Ok(Statement::new(
        "UPDATE clients SET name = $3, settings = $4, version = version + 1, modified_at = $5 \
         WHERE client_id = $1 AND pool_id = $2 AND version = $6",
        vec![
            client.id.as_str().into(),
            pool.param(),
            client.settings.client_name.as_deref().unwrap_or_default().into(),
            settings_text(client)?.into(),
            now.millis().into(),
            client.version.into(),
        ],
    )
    .must_change_one(UNCHANGED))
}

/// Replaces the single sign-on validity if the client is still of `client.version`; the version moves on by one.
pub fn set_sso_validity(pool: &PoolRef, client: &Client, now: Time) -> Statement {
    Statement::new(
        "UPDATE clients SET sso_validity = $3, version = version + 1, modified_at = $4 \
         WHERE client_id = $1 AND pool_id = $2 AND version = $5",
        vec![
            client.id.as_str().into(),
            pool.param(),
            i64::from(client.sso_validity).into(),
            now.millis().into(),
            client.version.into(),
        ],
    )
    .must_change_one(UNCHANGED)
}

/// Moves the version on, so that limits over the client's secrets hold.
pub fn touch(pool: &PoolRef, client: &Client) -> Statement {
    Statement::new(
        "UPDATE clients SET version = version + 1 WHERE client_id = $1 AND pool_id = $2 AND version = $3",
        vec![client.id.as_str().into(), pool.param(), client.version.into()],
    )
    .must_change_one(UNCHANGED)
}

/// The condition that the client still exists when this batch is applied.
pub fn exists(pool: &PoolRef, id: &ClientId) -> Statement {
    Statement::new(
        "SELECT 1 FROM clients WHERE client_id = $1 AND pool_id = $2",
        vec![id.as_str().into(), pool.param()],
    )
    .must_see(UNCHANGED)
}

/// Deletes the client with its secrets and the sign-ins made through it.
pub fn delete(pool: &PoolRef, client: &Client) -> Vec<Statement> {
    let id = || client.id.as_str().into();
    vec![
        Statement::new(
            "DELETE FROM clients WHERE client_id = $1 AND pool_id = $2 AND version = $3",
            vec![id(), pool.param(), client.version.into()],
        )
        .must_change_one(UNCHANGED),
        Statement::new("DELETE FROM client_secrets WHERE client_id = $1", vec![id()]),
        Statement::new(
            "DELETE FROM sessions WHERE pool_id = $1 AND client_id = $2",
            vec![pool.param(), id()],
        ),
    ]
}

fn settings_text(client: &Client) -> Result<String> {
    serde_json::to_string(&client.settings).map_err(Error::internal)
}

fn from_row(row: &Row, first: usize) -> Result<Client> {
    let settings = row.opt_text(first + 2).unwrap_or_default();
    Ok(Client {
        id: ClientId::new(row.text(first)),
        pool_id: PoolId::new(row.text(first + 1)),
        settings: serde_json::from_str(settings).map_err(|_| inconsistent("clients", "settings"))?,
        version: row.int(first + 3),
        created_at: Time::from_millis(row.int(first + 4)),
        modified_at: Time::from_millis(row.int(first + 5)),
        sso_validity: i32::try_from(row.int(first + 6))
            .map_err(|_| inconsistent("clients", "sso_validity"))?,
        has_secret: row.int(first + 7) > 0,
    })
}
