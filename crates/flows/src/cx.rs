//! Who asks, and where: one value that a request carries from the dispatcher down to the store.
//!
//! The four kinds nest, each reaching what the one before it knows by dereference:
//! [`AccountCx`] (an administrator of an account) and [`PoolCx`] (one live pool, named once and resolved
//! once) - [`ClientCx`] (an app client of that pool) - [`UserCx`] (a signed-in user, by access token). Beside
//! them stands [`HolderCx`], for what can be done signed in or in the middle of a sign-in.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use domain::ids::{AccountId, ClientId, Region};
use domain::session::Session;
use domain::time::Time;
use domain::{Client, Error, Pool, Result, User};
use storage::engine::Statement;
use storage::{Db, PoolRef, pools};

use crate::directory::LivePool;
use crate::services::Services;
use crate::software_token::Holder;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    pub ip: IpAddr,
    pub user_agent: Option<String>,
    pub request_id: String,
}

/// An administrator acting on an account and region, outside any pool.
#[derive(Clone, Debug)]
pub struct AccountCx {
    pub services: Arc<Services>,
    pub caller: Caller,
    pub account: AccountId,
    pub region: Region,
}

/// A request that concerns one live pool.
#[derive(Clone, Debug)]
pub struct PoolCx {
    pub services: Arc<Services>,
    pub caller: Caller,
    pub live: Arc<LivePool>,
}

/// A request through an app client of the pool.
#[derive(Clone, Debug)]
pub struct ClientCx {
    pub pool_cx: PoolCx,
    pub client: Arc<Client>,
}

/// A request by a signed-in user.
#[derive(Clone, Debug)]
pub struct UserCx {
    pub client_cx: ClientCx,
    pub user: User,
    pub session: Session,
}

/// A request by someone whose second factor is being set up: signed in, or in the middle of a sign-in.
#[derive(Debug)]
pub struct HolderCx {
    pub pool_cx: PoolCx,
    pub holder: Holder,
}

impl AccountCx {
    pub fn db(&self) -> &Db {
        &self.services.db
    }

    pub fn now(&self) -> Time {
        self.services.clock.now()
    }
}

impl PoolCx {
    pub fn db(&self) -> &Db {
        &self.services.db
    }

    pub fn now(&self) -> Time {
        self.services.clock.now()
    }

    pub fn random(&self) -> &dyn crypto::random::Random {
        self.services.random.as_ref()
    }

    pub fn pool(&self) -> &Pool {
        &self.live.pool
    }

    /// The handle that storage takes: proof that the pool was resolved.
    pub fn pool_ref(&self) -> &PoolRef {
        &self.live.pool_ref
    }

    /// Applies what is written in the pool all or none, and only while the pool lives. `refusal` is as in
    /// [`Db::apply`].
    pub async fn apply(
        &self,
        statements: impl IntoIterator<Item = Statement>,
        refusal: impl Fn(&'static str) -> Option<Error>,
    ) -> Result<()> {
        self.db().apply(self.guarded(statements), |guard| self.refused(guard, &refusal)).await
    }

    /// As [`PoolCx::apply`], for what is charged before a proof is looked at. Does not wait for the disk:
    /// a machine or a database that fails may forget the charge. What the proof brings about comes after it in the log;
    /// since Poolhouse may outlive its database, the batch that follows a proof good only once asks whether the mark is
    /// still there (`spent::is_spent`).
    pub(crate) async fn charge(
        &self,
        statements: impl IntoIterator<Item = Statement>,
        refusal: impl Fn(&'static str) -> Option<Error>,
    ) -> Result<()> {
        self.db().apply_ordered(self.guarded(statements), |guard| self.refused(guard, &refusal)).await
    }

    fn guarded(&self, statements: impl IntoIterator<Item = Statement>) -> impl Iterator<Item = Statement> {
        std::iter::once(pools::lives(self.pool_ref())).chain(statements)
    }

    fn refused(&self, guard: &'static str, refusal: impl Fn(&'static str) -> Option<Error>) -> Option<Error> {
        match guard {
            pools::LIVES => Some(Error::PoolNotFound(self.pool().id.clone())),
            other => refusal(other),
        }
    }

    /// Narrows the request to an app client, which must be of this pool.
    pub async fn with_client(self, id: &ClientId) -> Result<ClientCx> {
        let found = self.services.directory.client(self.db(), id).await?;
        let client = found
            .filter(|client| client.pool_id == self.pool().id)
            .ok_or_else(|| Error::ClientNotFound(id.clone()))?;
        Ok(ClientCx { pool_cx: self, client })
    }
}

impl Deref for ClientCx {
    type Target = PoolCx;

    fn deref(&self) -> &PoolCx {
        &self.pool_cx
    }
}

impl Deref for UserCx {
    type Target = ClientCx;

    fn deref(&self) -> &ClientCx {
        &self.client_cx
    }
}
