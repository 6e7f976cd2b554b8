//! The secrets of an app client, at most two, sealed.

use crypto::secret_box::Context;
use domain::Result;
use domain::ids::ClientId;
use domain::time::Time;
use zeroize::Zeroizing;

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::Statement;

/// Condition: the secret is still there.
pub const EXISTS: &str = "client secret exists";

pub struct ClientSecret {
    /// `<client id>--<epoch seconds>`.
    pub id: String,
    pub value: Zeroizing<String>,
    pub created_at: Time,
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The client's secrets, oldest first.
pub async fn list(db: &Db, pool: &PoolRef, client: &ClientId) -> Result<Vec<ClientSecret>> {
    let rows = db
        .rows(
            "SELECT secret_id, secret, created_at FROM client_secrets \
             WHERE client_id = $1 AND pool_id = $2 ORDER BY created_at, secret_id",
            &[client.as_str().into(), pool.param()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let id = row.text(0).to_owned();
            let opened = db
                .keys
                .open(&context(pool, &id), row.blob(1))
                .map_err(|_| inconsistent("client_secrets", "secret"))?;
            let text = std::str::from_utf8(&opened).map_err(|_| inconsistent("client_secrets", "secret"))?;
            Ok(ClientSecret {
                id,
                value: Zeroizing::new(text.to_owned()),
                created_at: Time::from_millis(row.int(2)),
            })
        })
        .collect()
}

pub fn insert(db: &Db, pool: &PoolRef, client: &ClientId, secret: &ClientSecret) -> Statement {
    let sealed = db.keys.seal(&context(pool, &secret.id), secret.value.as_bytes(), db.random.as_ref());
    Statement::new(
        "INSERT INTO client_secrets (client_id, secret_id, pool_id, secret, created_at) VALUES ($1, $2, $3, $4, $5)",
        vec![
            client.as_str().into(),
            secret.id.as_str().into(),
            pool.param(),
            sealed.into(),
            secret.created_at.millis().into(),
        ],
    )
}

pub fn delete(pool: &PoolRef, client: &ClientId, secret_id: &str) -> Statement {
    Statement::new(
        "DELETE FROM client_secrets WHERE client_id = $1 AND secret_id = $2 AND pool_id = $3",
        vec![client.as_str().into(), secret_id.into(), pool.param()],
    )
    .must_change_one(EXISTS)
}

fn context<'a>(pool: &'a PoolRef, secret_id: &'a str) -> Context<'a> {
    Context {
        purpose: "client-secret",
        table: "client_secrets",
        column: "secret",
        account: pool.account().as_str(),
        pool: pool.pool_id().as_str(),
        row: secret_id,
    }
}
