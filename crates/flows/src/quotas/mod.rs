//! Request rate quotas: what a call is charged with before its handler runs.
//!
//! What an account and region, and a pool, may do is shared by all nodes; what a user and a source address may do,
//! each node counts by itself.

mod common;
mod leases;
mod name;
mod settings;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use domain::ids::{AccountId, Region};
use domain::time::Time;
use domain::{Error, Result};
use guard::buckets::Buckets;
use guard::throttle::Limit;
use storage::Db;
use storage::provisioned_limits::{self, ProvisionedLimit};
use wire::authorization::Authorization;
use wire::cognito_idp::Operation;
use wire::quota::{CHALLENGE_BUDGET, QuotaCategory};

use crate::directory::LivePool;
use crate::services::Services;
use common::Common;
use name::Name;
pub use settings::{Rate, Settings};

/// Buckets of users, and of source addresses, that are kept at most.
const KEPT: usize = 65_536;

/// Whose buckets are charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody's.
    Off,
    /// Those of this process, the only one.
    Alone,
    /// Those that this process shares with others through the store.
    Shared,
}

/// The limits of this process, and what is left of them.
#[derive(Debug)]
pub struct Quotas {
    settings: Settings,
    mode: Mode,
    /// `None` when nothing is charged.
    buckets: Option<AllBuckets>,
    /// What UpdateProvisionedLimit set, by the name of the bucket.
    provisioned: RwLock<HashMap<String, u32>>,
}

#[derive(Debug)]
struct AllBuckets {
    sources: Buckets,
    users: Buckets,
    common: Common,
}

/// A call about to be handled.
#[derive(Debug)]
pub struct Call<'a> {
    pub operation: Operation,
    pub account: &'a AccountId,
    pub region: &'a Region,
    pub pool: Option<&'a LivePool>,
    /// The user it is about, by the name the call gives.
    pub user: Option<&'a str>,
    /// `ChallengeName`, where the call answers one.
    pub challenge: Option<&'a str>,
}

impl Quotas {
    pub fn new(settings: Settings, mode: Mode) -> Self {
        let buckets = || AllBuckets {
            sources: Buckets::with_capacity(KEPT),
            users: Buckets::with_capacity(KEPT),
            common: Common::new(mode),
        };
        Self { settings, mode, buckets: (mode != Mode::Off).then(buckets), provisioned: RwLock::default() }
    }

    /// Nothing is charged.
    pub fn off() -> Self {
        Self::new(Settings::for_development(), Mode::Off)
    }

    /// The same limits with full buckets, for another process.
    pub fn afresh(&self) -> Self {
        Self::new(self.settings.clone(), self.mode)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Charges a request of this address, before anything else is looked at.
    pub fn admit(&self, address: IpAddr, now: Time) -> Result<()> {
        let (Some(buckets), rate @ 1..) = (&self.buckets, self.settings.per_address) else { return Ok(()) };
        let source = guard::forwarded::source(address);
        let now = now.millis().unsigned_abs();
        buckets.sources.take(&source, Limit::per_second(rate), now).map_err(|_| Error::TooManyRequests)
    }

    /// The limit in force, in requests per second; 0 is none.
    fn rate(&self, account: &AccountId, region: &Region, category: QuotaCategory) -> u32 {
        let rate = self.settings.rate(category);
        let provisioned = self.provisioned.read().unwrap_or_else(PoisonError::into_inner);
        if provisioned.is_empty() {
            return rate.default;
        }
        let name = Name::Category { account, region, category }.to_string();
        provisioned.get(&name).map_or(rate.default, |value| rate.within(*value))
    }

    /// Reads anew what UpdateProvisionedLimit set on any node.
    pub async fn notice_provisioned(&self, db: &Db) -> Result<()> {
        if self.mode == Mode::Off {
            return Ok(());
        }
        let limits = provisioned_limits::all(db).await?;
        let known = limits.iter().filter_map(|limit| Some((name_of(limit)?, limit.value))).collect();
        *self.provisioned.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// Takes a limit into account that has just been stored.
    pub fn provision(&self, limit: &ProvisionedLimit) {
        if let Some(name) = name_of(limit) {
            let mut provisioned = self.provisioned.write().unwrap_or_else(PoisonError::into_inner);
            provisioned.insert(name, limit.value);
        }
    }
}

fn name_of(limit: &ProvisionedLimit) -> Option<String> {
    let category = QuotaCategory::from_name(&limit.category)?;
    Some(Name::Category { account: &limit.account, region: &limit.region, category }.to_string())
}

/// Charges a call with everything it draws on, or with nothing and refuses it.
pub async fn charge(services: &Services, call: &Call<'_>) -> Result<()> {
    let quotas = &services.quotas;
    let Some(buckets) = &quotas.buckets else { return Ok(()) };
    let now = services.clock.real().millis().unsigned_abs();
    let user = match (call.pool, call.user, call.operation.user_access()) {
        (Some(live), Some(user), Some(access)) => {
            let is_stranger = call.operation.authorization() == Authorization::Public;
            Some(Name::User { pool: &live.pool.id, user, access, is_stranger })
        }
        _ => None,
    };
    let of_user = Limit::per_second(quotas.settings.per_user);
    let user = user.filter(|_| of_user.per_second > 0);
    if let Some(user) = &user {
        buckets.users.take(user, of_user, now).map_err(|_| Error::TooManyRequests)?;
    }
    let granted = charge_common(services, buckets, call).await;
    if let (Some(user), false) = (&user, granted) {
        buckets.users.give_back(user, of_user);
    }
    if granted { Ok(()) } else { Err(Error::TooManyRequests) }
}

/// Charges what all nodes share: the pool, then the category.
async fn charge_common(services: &Services, buckets: &AllBuckets, call: &Call<'_>) -> bool {
    let quotas = &services.quotas;
    let Some(category) = call.operation.quota_of_call(call.challenge) else { return true };
    let of_pool = quotas.settings.per_pool;
    let pool = call.pool.filter(|_| category.is_limited_per_pool());
    let pool = pool.map(|live| Name::Pool { pool: &live.pool.id, operation: call.operation });
    if let Some(pool) = &pool
        && !buckets.common.take(services, pool, of_pool).await
    {
        return false;
    }
    let Call { account, region, .. } = *call;
    let rate = quotas.rate(account, region, category);
    if call.operation.answers_challenge() && category == QuotaCategory::UserAuthentication {
        let own = Name::Challenges { account, region };
        if buckets.common.take(services, &own, rate.saturating_mul(CHALLENGE_BUDGET)).await {
            return true;
        }
    }
    let granted = buckets.common.take(services, &Name::Category { account, region, category }, rate).await;
    if let (Some(pool), false) = (&pool, granted) {
        buckets.common.give_back(pool, of_pool);
    }
    granted
}
