//! The two keys of a pool that sign its tokens; private parts are sealed.

use crypto::secret_box::Context;
use domain::Result;
use domain::time::Time;
use zeroize::Zeroizing;

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::Statement;

/// Which tokens a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    Id,
    Access,
}

impl TokenUse {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// A stored key: what it signs, and its PKCS#8 document.
pub struct StoredKey {
    pub kid: String,
    pub token_use: TokenUse,
    pub pkcs8: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("kid", &self.kid)
            .field("token_use", &self.token_use)
            .finish_non_exhaustive()
    }
}

pub async fn load(db: &Db, pool: &PoolRef) -> Result<Vec<StoredKey>> {
    let rows = db
        .rows(
            "SELECT kid, token_use, private_key FROM signing_keys WHERE pool_id = $1 ORDER BY created_at, kid",
            &[pool.param()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let kid = row.text(0).to_owned();
            let pkcs8 = db
                .keys
                .open(&context(pool, &kid), row.blob(2))
                .map_err(|_| inconsistent("signing_keys", "private_key"))?;
            let token_use = match row.text(1) {
                "id" => TokenUse::Id,
                "access" => TokenUse::Access,
                _ => return Err(inconsistent("signing_keys", "token_use")),
            };
            Ok(StoredKey { kid, token_use, pkcs8 })
        })
        .collect()
}

pub fn insert(db: &Db, pool: &PoolRef, key: &StoredKey, now: Time) -> Statement {
    let sealed = db.keys.seal(&context(pool, &key.kid), &key.pkcs8, db.random.as_ref());
    Statement::new(
        "INSERT INTO signing_keys (pool_id, kid, token_use, private_key, created_at) VALUES ($1, $2, $3, $4, $5)",
        vec![
            pool.param(),
            key.kid.as_str().into(),
            key.token_use.as_str().into(),
            sealed.into(),
            now.millis().into(),
        ],
    )
}

fn context<'a>(pool: &'a PoolRef, kid: &'a str) -> Context<'a> {
    Context {
        purpose: "signing-key",
        table: "signing_keys",
        column: "private_key",
        account: pool.account().as_str(),
        pool: pool.pool_id().as_str(),
        row: kid,
    }
}
