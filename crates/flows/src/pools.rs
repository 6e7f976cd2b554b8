//! Making, changing and deleting pools, with the snapshots kept true.

use domain::{Error, Pool, Result};
use storage::engine::Statement;
use storage::signing_keys::{StoredKey, TokenUse};

use crate::cx::PoolCx;
use crate::services::Services;

/// How often a change is tried again when someone else changed the pool in between.
const TRIES: u32 = 5;

/// Stores a new pool with its two signing keys.
pub async fn create(services: &Services, pool: &Pool) -> Result<()> {
    let pool_ref = storage::pools::new_ref(pool);
    let mut batch = vec![storage::pools::insert(pool)?];
    for token_use in [TokenUse::Id, TokenUse::Access] {
        let key = services.key_maker.take().await?;
        let stored = StoredKey {
            kid: key.kid().to_owned(),
            token_use,
            pkcs8: key.to_pkcs8().map_err(Error::internal)?,
        };
        batch.push(storage::signing_keys::insert(&services.db, &pool_ref, &stored, pool.created_at));
    }
    services.db.apply(batch, |_| None).await
}

/// Changes the present configuration.
pub async fn change(cx: &PoolCx, change: impl Fn(&mut Pool) -> Result<()>) -> Result<()> {
    retry(cx, |mut pool| {
        change(&mut pool)?;
        Ok(vec![storage::pools::update(cx.pool_ref(), &pool, cx.now())?])
    })
    .await
}

/// Deletes the pool, unless `check` refuses it.
pub async fn delete(cx: &PoolCx, check: impl Fn(&Pool) -> Result<()>) -> Result<()> {
    retry(cx, |pool| {
        check(&pool)?;
        Ok(vec![storage::pools::delete(cx.pool_ref(), pool.version, cx.now())])
    })
    .await
}

/// Applies what `write` makes of the pool as it is stored, again when someone else changed it in between.
pub(crate) async fn retry(cx: &PoolCx, write: impl Fn(Pool) -> Result<Vec<Statement>>) -> Result<()> {
    for _ in 0..TRIES {
        let pool = storage::pools::read(cx.db(), cx.pool_ref())
            .await?
            .ok_or_else(|| Error::PoolNotFound(cx.pool().id.clone()))?;
        let outcome = cx.db().apply(write(pool)?, |_| None).await;
        cx.services.directory.forget(&cx.pool().id);
        match outcome {
            Err(Error::ConcurrentModification) => {}
            done => return done,
        }
    }
    Err(Error::ConcurrentModification)
}
