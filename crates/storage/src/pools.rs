//! Pools: their settings, and the mark that says whether they live.

use domain::ids::{AccountId, PoolId, Region};
use domain::session_tracking::SessionTracking;
use domain::time::Time;
use domain::{Error, Pool, Result};

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};

/// Condition: the pool has not been deleted. Every batch that grants or creates carries it.
pub const LIVES: &str = "pool lives";
/// Condition: the pool's settings are still the version that was read.
pub const UNCHANGED: &str = "pool unchanged";
/// Condition: the pool tracks sessions.
pub const TRACKS_SESSIONS: &str = "pool tracks sessions";
/// Condition: the pool id is new.
pub const ID_FREE: &str = "pool id free";

/// The live pool of this id within an account and region.
pub async fn resolve(
    db: &Db,
    account: &AccountId,
    region: &Region,
    pool_id: &PoolId,
) -> Result<Option<(Pool, PoolRef)>> {
    let found = resolve_any_account(db, pool_id).await?;
    Ok(found.filter(|(_, pool_ref)| pool_ref.account == *account && pool_ref.region == *region))
}

/// The live pool of this id: for callers that were led to it by something the pool itself issued (an app
/// client, a token), not by an administrator.
pub async fn resolve_any_account(db: &Db, pool_id: &PoolId) -> Result<Option<(Pool, PoolRef)>> {
    db.row(
        "SELECT pool_id, account, region, issuer, settings, version, created_at, modified_at, session_tracking, \
                sessions_per_user, mfa \
         FROM pools WHERE pool_id = $1 AND deleted_at IS NULL",
        &[pool_id.as_str().into()],
    )
    .await?
    .map(|row| from_row(&row))
    .transpose()
}

/// The pool as stored now, for configuration that must not come from a snapshot.
pub async fn read(db: &Db, pool: &PoolRef) -> Result<Option<Pool>> {
    Ok(resolve(db, &pool.account, &pool.region, &pool.pool_id).await?.map(|(pool, _)| pool))
}

/// The handle of a pool about to be inserted.
pub fn new_ref(pool: &Pool) -> PoolRef {
    PoolRef { account: pool.account.clone(), region: pool.region.clone(), pool_id: pool.id.clone() }
}

/// Live pools of an account and region after `after`, in the order of their ids.
pub async fn list(
    db: &Db,
    account: &AccountId,
    region: &Region,
    after: &str,
    limit: i64,
) -> Result<Vec<Pool>> {
    db.rows(
        "SELECT pool_id, account, region, issuer, settings, version, created_at, modified_at, session_tracking, \
                sessions_per_user, mfa \
         FROM pools WHERE account = $1 AND region = $2 AND pool_id > $3 AND deleted_at IS NULL \
         ORDER BY pool_id LIMIT $4",
        &[account.as_str().into(), region.as_str().into(), after.into(), limit.into()],
    )
    .await?
    .iter()
    .map(|row| from_row(row).map(|(pool, _)| pool))
    .collect()
}

/// Every live pool's id and version: what a node compares its cache with.
pub async fn versions(db: &Db) -> Result<Vec<(PoolId, i64)>> {
    let rows = db.rows("SELECT pool_id, version FROM pools WHERE deleted_at IS NULL", &[]).await?;
    Ok(rows.iter().map(|row| (PoolId::new(row.text(0)), row.int(1))).collect())
}

/// The condition that the pool lives until this batch is applied.
pub fn lives(pool: &PoolRef) -> Statement {
    Statement::new("SELECT 1 FROM pools WHERE pool_id = $1 AND deleted_at IS NULL", vec![pool.param()])
        .must_see(LIVES)
}

pub fn insert(pool: &Pool) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO pools (pool_id, account, region, issuer, settings, mfa, version, created_at, modified_at, \
                            deleted_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, NULL) ON CONFLICT DO NOTHING",
        vec![
            pool.id.as_str().into(),
            pool.account.as_str().into(),
            pool.region.as_str().into(),
            pool.issuer.as_str().into(),
            settings_text(pool)?.into(),
            mfa_text(pool)?.into(),
            pool.created_at.millis().into(),
        ],
    )
    .must_insert(ID_FREE))
}

/// Replaces the settings if they are still of `pool.version`; the version moves on by one.
pub fn update(pool: &PoolRef, changed: &Pool, now: Time) -> Result<Statement> {
    Ok(Statement::new(
        "UPDATE pools SET settings = $2, mfa = $3, version = version + 1, modified_at = $4 \
         WHERE pool_id = $1 AND version = $5 AND deleted_at IS NULL",
        vec![
            pool.param(),
            settings_text(changed)?.into(),
            mfa_text(changed)?.into(),
            now.millis().into(),
            changed.version.into(),
        ],
    )
    .must_change_one(UNCHANGED))
}

/// Replaces the session configuration if the pool is still of `changed.version`; the version moves on by one.
pub fn set_session_tracking(pool: &PoolRef, changed: &Pool, now: Time) -> Statement {
    Statement::new(
        "UPDATE pools SET session_tracking = $2, sessions_per_user = $3, version = version + 1, modified_at = $4 \
         WHERE pool_id = $1 AND version = $5 AND deleted_at IS NULL",
        vec![
            pool.param(),
            changed.session_tracking.enabled.into(),
            i64::from(changed.session_tracking.max_per_user).into(),
            now.millis().into(),
            changed.version.into(),
        ],
    )
    .must_change_one(UNCHANGED)
}

/// The condition that the pool tracks sessions.
pub fn tracks_sessions(pool: &PoolRef) -> Statement {
    Statement::new(
        "SELECT 1 FROM pools WHERE pool_id = $1 AND session_tracking = 1 AND deleted_at IS NULL",
        vec![pool.param()],
    )
    .must_see(TRACKS_SESSIONS)
}

/// Moves the version on: configuration that hangs on the pool (limits counted over several rows) changed.
pub fn touch(pool: &PoolRef, version: i64) -> Statement {
    Statement::new(
        "UPDATE pools SET version = version + 1 WHERE pool_id = $1 AND version = $2 AND deleted_at IS NULL",
        vec![pool.param(), version.into()],
    )
    .must_change_one(UNCHANGED)
}

/// Holds the live pool's row without changing it until this batch is applied: for limits that the same batch
/// counts over what the pool has.
pub fn hold(pool: &PoolRef) -> Statement {
    Statement::new(
        "UPDATE pools SET version = version WHERE pool_id = $1 AND deleted_at IS NULL",
        vec![pool.param()],
    )
    .must_change_one(LIVES)
}

/// Sets the tombstone: from then on no lookup finds the pool or anything in it.
pub fn delete(pool: &PoolRef, version: i64, now: Time) -> Statement {
    Statement::new(
        "UPDATE pools SET deleted_at = $2, version = version + 1 \
         WHERE pool_id = $1 AND version = $3 AND deleted_at IS NULL",
        vec![pool.param(), now.millis().into(), version.into()],
    )
    .must_change_one(UNCHANGED)
}

fn settings_text(pool: &Pool) -> Result<String> {
    serde_json::to_string(&pool.settings).map_err(Error::internal)
}

fn mfa_text(pool: &Pool) -> Result<String> {
    serde_json::to_string(&pool.mfa).map_err(Error::internal)
}

fn from_row(row: &Row) -> Result<(Pool, PoolRef)> {
    let settings = serde_json::from_str(row.text(4)).map_err(|_| inconsistent("pools", "settings"))?;
    let pool_ref = PoolRef {
        pool_id: PoolId::new(row.text(0)),
        account: AccountId::new(row.text(1)),
        region: Region::new(row.text(2)),
    };
    let pool = Pool {
        id: pool_ref.pool_id.clone(),
        account: pool_ref.account.clone(),
        region: pool_ref.region.clone(),
        issuer: row.text(3).to_owned(),
        settings,
        mfa: serde_json::from_str(row.text(10)).map_err(|_| inconsistent("pools", "mfa"))?,
        version: row.int(5),
        created_at: Time::from_millis(row.int(6)),
        modified_at: Time::from_millis(row.int(7)),
        session_tracking: SessionTracking {
            enabled: row.int(8) != 0,
            max_per_user: i32::try_from(row.int(9))
                .map_err(|_| inconsistent("pools", "sessions_per_user"))?,
        },
    };
    Ok((pool, pool_ref))
}
