//! Devices that users confirmed: the mark by which they are remembered, and the SRP verifier sealed.

use crypto::secret_box::Context;
use domain::Result;
use domain::device::{Device, MAX_PER_USER};
use domain::ids::UserId;
use domain::time::Time;
use domain::user::SrpVerifier;

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement, Value};

/// Condition: the user has no device of this key.
pub const KEY_FREE: &str = "device key free";
/// Condition: the device has not been forgotten.
pub const EXISTS: &str = "device exists";
/// Condition: the device is there and remembered as it was read.
pub const UNCHANGED: &str = "device unchanged";

/// A device of this user.
pub async fn find(db: &Db, pool: &PoolRef, user: &UserId, key: &str) -> Result<Option<Device>> {
    let row = db
        .row(
            "SELECT device_key, user_id, group_key, name, remembered, last_ip, user_agent, created_at, \
                    modified_at, authenticated_at \
             FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key = $3",
            &params(pool, user, key),
        )
        .await?;
    Ok(row.map(|row| from_row(&row)))
}

/// A device of this user with what it proves itself by.
pub async fn find_with_verifier(
    db: &Db,
    pool: &PoolRef,
    user: &UserId,
    key: &str,
) -> Result<Option<(Device, SrpVerifier)>> {
    let row = db
        .row(
            "SELECT device_key, user_id, group_key, name, remembered, last_ip, user_agent, created_at, \
                    modified_at, authenticated_at, srp_salt, srp_verifier \
             FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key = $3",
            &params(pool, user, key),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let opened = db
        .keys
        .open(&context(pool, &place(user, key)), row.blob(11))
        .map_err(|_| inconsistent("devices", "srp_verifier"))?;
    let srp = SrpVerifier { salt: row.text(10).to_owned(), verifier: opened.to_vec() };
    Ok(Some((from_row(&row), srp)))
}

/// Devices of a user after `after`, in the order of their keys; only remembered ones where that is asked.
pub async fn list(
    db: &Db,
    pool: &PoolRef,
    user: &UserId,
    only_remembered: bool,
    after: &str,
    limit: i64,
) -> Result<Vec<Device>> {
    let rows = db
        .rows(
            "SELECT device_key, user_id, group_key, name, remembered, last_ip, user_agent, created_at, \
                    modified_at, authenticated_at \
             FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key > $3 AND remembered >= $4 \
             ORDER BY device_key LIMIT $5",
            &[pool.param(), user.as_str().into(), after.into(), only_remembered.into(), limit.into()],
        )
        .await?;
    Ok(rows.iter().map(from_row).collect())
}

/// Adds a device and drops those that were not used for longest beyond what a user may have. The batch holds the
/// user before, so that its deletion finds the device and the limit counts devices confirmed at the same moment.
pub fn insert(db: &Db, pool: &PoolRef, device: &Device, srp: &SrpVerifier) -> [Statement; 2] {
    let sealed =
        db.keys.seal(&context(pool, &place(&device.user_id, &device.key)), &srp.verifier, db.random.as_ref());
    [
        Statement::new(
            "INSERT INTO devices (pool_id, user_id, device_key, group_key, name, remembered, srp_salt, srp_verifier, \
                                  last_ip, user_agent, created_at, modified_at, authenticated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
            vec![
                pool.param(),
                device.user_id.as_str().into(),
                device.key.as_str().into(),
                device.group_key.as_str().into(),
                device.name.clone().into(),
                device.remembered.into(),
                srp.salt.as_str().into(),
                sealed.into(),
                device.last_ip.as_str().into(),
                device.user_agent.clone().into(),
                device.created_at.millis().into(),
                device.modified_at.millis().into(),
                device.authenticated_at.millis().into(),
            ],
        )
        .must_insert(KEY_FREE),
        Statement::new(
            "DELETE FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key IN ( \
               SELECT device_key FROM ( \
                 SELECT device_key, ROW_NUMBER() OVER (ORDER BY authenticated_at DESC, device_key) AS place \
                 FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key <> $3) AS others \
               WHERE place >= $4)",
            vec![
                pool.param(),
                device.user_id.as_str().into(),
                device.key.as_str().into(),
                MAX_PER_USER.into(),
            ],
        ),
    ]
}

/// Remembers the device, or no longer.
pub fn set_remembered(pool: &PoolRef, user: &UserId, key: &str, remembered: bool, now: Time) -> Statement {
    let mut values = params(pool, user, key).to_vec();
    values.extend([remembered.into(), now.millis().into()]);
    Statement::new(
        "UPDATE devices SET remembered = $4, modified_at = $5 \
         WHERE pool_id = $1 AND user_id = $2 AND device_key = $3",
        values,
    )
    .must_change_one(EXISTS)
}

/// Notes a sign-in that the device had part in, if it is there and remembered as it was read.
pub fn authenticated(
    pool: &PoolRef,
    device: &Device,
    ip: &str,
    user_agent: Option<String>,
    now: Time,
) -> Statement {
    let mut values = params(pool, &device.user_id, &device.key).to_vec();
    values.extend([device.remembered.into(), ip.into(), user_agent.into(), now.millis().into()]);
    Statement::new(
        "UPDATE devices SET last_ip = $5, user_agent = $6, authenticated_at = $7 \
         WHERE pool_id = $1 AND user_id = $2 AND device_key = $3 AND remembered = $4",
        values,
    )
    .must_change_one(UNCHANGED)
}

/// Keeps the Session of a sign-in that now waits for this device, for the client that proved the password by the
/// `SRP_A` of this digest. Only the latest is kept.
pub fn await_proof(pool: &PoolRef, device: &Device, a_digest: &[u8; 32], session: &str) -> Statement {
    let mut values = params(pool, &device.user_id, &device.key).to_vec();
    values.extend([a_digest.to_vec().into(), session.into()]);
    Statement::new(
        "UPDATE devices SET awaited_a = $4, awaited_session = $5 \
         WHERE pool_id = $1 AND user_id = $2 AND device_key = $3",
        values,
    )
    .must_change_one(UNCHANGED)
}

/// The Session that [`await_proof`] kept for a client of this `SRP_A`.
pub async fn awaited_session(
    db: &Db,
    pool: &PoolRef,
    user: &UserId,
    key: &str,
    a_digest: &[u8; 32],
) -> Result<Option<String>> {
    let mut values = params(pool, user, key).to_vec();
    values.push(a_digest.to_vec().into());
    let row = db
        .row(
            "SELECT awaited_session FROM devices \
             WHERE pool_id = $1 AND user_id = $2 AND device_key = $3 AND awaited_a = $4",
            &values,
        )
        .await?;
    Ok(row.and_then(|row| row.opt_text(0).map(str::to_owned)))
}

/// Forgets the device and ends the sessions that were begun on it.
pub fn delete(pool: &PoolRef, user: &UserId, key: &str) -> [Statement; 2] {
    [
        Statement::new(
            "DELETE FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key = $3",
            params(pool, user, key).to_vec(),
        )
        .must_change_one(EXISTS),
        Statement::new(
            "DELETE FROM sessions WHERE pool_id = $1 AND user_id = $2 AND device_key = $3",
            params(pool, user, key).to_vec(),
        ),
    ]
}

fn params(pool: &PoolRef, user: &UserId, key: &str) -> [Value; 3] {
    [pool.param(), user.as_str().into(), key.into()]
}

fn place(user: &UserId, key: &str) -> String {
    format!("{user}/{key}")
}

fn context<'a>(pool: &'a PoolRef, place: &'a str) -> Context<'a> {
    Context {
        purpose: "srp-verifier",
        table: "devices",
        column: "srp_verifier",
        account: pool.account().as_str(),
        pool: pool.pool_id().as_str(),
        row: place,
    }
}

/// Columns in the order of the SELECTs above.
fn from_row(row: &Row) -> Device {
    Device {
        key: row.text(0).to_owned(),
        user_id: UserId::new(row.text(1)),
        group_key: row.text(2).to_owned(),
        name: row.opt_text(3).map(str::to_owned),
        remembered: row.int(4) != 0,
        last_ip: row.text(5).to_owned(),
        user_agent: row.opt_text(6).map(str::to_owned),
        created_at: Time::from_millis(row.int(7)),
        modified_at: Time::from_millis(row.int(8)),
        authenticated_at: Time::from_millis(row.int(9)),
    }
}
