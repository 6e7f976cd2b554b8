//! Finding the pool a request concerns, and keeping each pool's settings and parsed keys as a snapshot.
//!
//! A snapshot is dropped when this process changes the pool's configuration, and when another node did: the
//! server compares versions once a second ([`Directory::compare`]). That a pool does not exist is never kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crypto::jose::{SigningKey, VerifyingKey};
use domain::ids::{AccountId, ClientId, PoolId, Region};
use domain::{Client, Error, Pool, Result};
use storage::signing_keys::TokenUse;
use storage::{Db, PoolRef};

/// Snapshots kept at most; beyond that all are dropped and read again as needed.
const KEPT: usize = 10_000;

/// A pool as it was when last read, with what is costly to make from it.
#[derive(Debug)]
pub struct LivePool {
    pub pool: Pool,
    pub pool_ref: PoolRef,
    pub id_key: SigningKey,
    pub access_key: SigningKey,
    /// Verifies access tokens.
    pub access_verifying_key: VerifyingKey,
    /// The pool's JWKS document (RFC 7517), as text.
    pub jwks: String,
}

#[derive(Debug, Default)]
pub struct Directory(Mutex<Snapshots>);

#[derive(Debug, Default)]
struct Snapshots {
    pools: HashMap<PoolId, Arc<LivePool>>,
    /// What was last read of each client. Whether it still exists, and in this version, each use asks the store.
    clients: HashMap<ClientId, Arc<Client>>,
    /// Moves on with every removal, so that what was read before one is not kept after it.
    epoch: u64,
}

impl Directory {
    /// The live pool of this id within an account and region.
    pub async fn resolve(
        &self,
        db: &Db,
        account: &AccountId,
        region: &Region,
        pool_id: &PoolId,
    ) -> Result<Option<Arc<LivePool>>> {
        let found = self.by_id(db, pool_id).await?;
        Ok(found.filter(|live| live.pool.account == *account && live.pool.region == *region))
    }

    /// The app client of this id with its pool.
    pub async fn resolve_client(
        &self,
        db: &Db,
        id: &ClientId,
    ) -> Result<Option<(Arc<LivePool>, Arc<Client>)>> {
        let Some(client) = self.client(db, id).await? else { return Ok(None) };
        let live = self.by_id(db, &client.pool_id).await?;
        Ok(live.map(|live| (live, client)))
    }

    /// The app client of this id, of whichever live pool.
    pub async fn client(&self, db: &Db, id: &ClientId) -> Result<Option<Arc<Client>>> {
        let known = self.known_client(id);
        let client = storage::clients::find_any_pool(db, id, known.as_ref()).await?;
        if let Some(client) = &client {
            self.keep_client(client);
        }
        Ok(client)
    }

    /// The client as last read, to compare with the store.
    pub(crate) fn known_client(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.lock().clients.get(id).cloned()
    }

    pub(crate) fn keep_client(&self, client: &Arc<Client>) {
        let mut snapshots = self.lock();
        if snapshots.clients.get(&client.id).is_some_and(|kept| Arc::ptr_eq(kept, client)) {
            return;
        }
        if snapshots.clients.len() >= KEPT {
            snapshots.clients.clear();
        }
        snapshots.clients.insert(client.id.clone(), client.clone());
    }

    /// The live pool of this id, for callers led to it by what the pool itself issued.
    pub async fn by_id(&self, db: &Db, pool_id: &PoolId) -> Result<Option<Arc<LivePool>>> {
        let epoch = {
            let snapshots = self.lock();
            if let Some(live) = snapshots.pools.get(pool_id) {
                return Ok(Some(live.clone()));
            }
            snapshots.epoch
        };
        let Some((pool, pool_ref)) = storage::pools::resolve_any_account(db, pool_id).await? else {
            return Ok(None);
        };
        let live = Arc::new(load(db, pool, pool_ref).await?);
        let mut snapshots = self.lock();
        if snapshots.epoch == epoch {
            if snapshots.pools.len() >= KEPT {
                snapshots.pools.clear();
            }
            snapshots.pools.insert(pool_id.clone(), live.clone());
        }
        Ok(Some(live))
    }

    /// Drops the snapshot: the pool's configuration has just been changed.
    pub fn forget(&self, pool_id: &PoolId) {
        let mut snapshots = self.lock();
        snapshots.epoch += 1;
        snapshots.pools.remove(pool_id);
    }

    /// Drops every snapshot.
    pub fn forget_all(&self) {
        let mut snapshots = self.lock();
        snapshots.epoch += 1;
        snapshots.pools.clear();
        snapshots.clients.clear();
    }

    /// Drops the snapshots whose version is not the stored one.
    pub async fn compare(&self, db: &Db) -> Result<()> {
        let stored: HashMap<PoolId, i64> = storage::pools::versions(db).await?.into_iter().collect();
        let mut snapshots = self.lock();
        let before = snapshots.pools.len();
        snapshots.pools.retain(|id, live| stored.get(id) == Some(&live.pool.version));
        if snapshots.pools.len() != before {
            snapshots.epoch += 1;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Snapshots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn load(db: &Db, pool: Pool, pool_ref: PoolRef) -> Result<LivePool> {
    let (mut id_key, mut access_key) = (None, None);
    let mut jwks = Vec::new();
    for stored in storage::signing_keys::load(db, &pool_ref).await? {
        let key = SigningKey::from_pkcs8(&stored.pkcs8).map_err(Error::internal)?;
        jwks.push(key.to_jwk());
        match stored.token_use {
            TokenUse::Id => id_key = Some(key),
            TokenUse::Access => access_key = Some(key),
        }
    }
    let missing = || Error::internal("a pool has no signing key");
    let access_key = access_key.ok_or_else(missing)?;
    Ok(LivePool {
        access_verifying_key: access_key.verifying_key().map_err(Error::internal)?,
        access_key,
        id_key: id_key.ok_or_else(missing)?,
        jwks: serde_json::to_string(&serde_json::json!({ "keys": jwks })).map_err(Error::internal)?,
        pool,
        pool_ref,
    })
}
