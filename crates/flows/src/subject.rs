//! Who is trying to sign in, and the attempts charged to it.

use data_encoding::BASE64URL_NOPAD;
use domain::time::hours;
use domain::user::Password;
use domain::{Error, Result, User};
use storage::attempts::{self, Subject};
use storage::engine::Statement;
use storage::{passwords, users};

use crate::cx::{ClientCx, PoolCx};

/// Password attempts, in plain and by SRP together.
const PURPOSE: &str = "password";
/// Unknown names share this many counters per pool, so that guessing names cannot fill the store.
const UNKNOWN_BUCKETS: u16 = 4096;

/// The user that a name means, or nobody.
pub(crate) async fn find(cx: &PoolCx, name: &str) -> Result<Option<User>> {
    users::find_by_name(cx.db(), cx.pool_ref(), &cx.pool().name_key(name)).await
}

/// The user that a name means, with its password.
pub(crate) async fn find_with_password(cx: &PoolCx, name: &str) -> Result<Option<(User, Option<Password>)>> {
    passwords::find_with_user_by_name(cx.db(), cx.pool_ref(), &cx.pool().name_key(name)).await
}

/// For clients that do not hide who exists, an unknown name is refused at once.
pub(crate) fn refuse_unknown(cx: &ClientCx, user: Option<&User>) -> Result<()> {
    if user.is_none() && !cx.client.hides_user_existence() { Err(Error::UserNotFound) } else { Ok(()) }
}

/// Whether `name` means this user, by any of its names.
pub(crate) async fn is_named(cx: &PoolCx, user: &User, name: &str) -> Result<bool> {
    if name == user.username || name == user.id.as_str() {
        return Ok(true);
    }
    Ok(find(cx, name).await?.is_some_and(|found| found.id == user.id))
}

fn key(cx: &PoolCx, user: Option<&User>, name: &str) -> String {
    match user {
        Some(user) => user.id.to_string(),
        None => unknown_key(cx, name),
    }
}

/// The counter that a name nobody has falls into.
pub(crate) fn unknown_key(cx: &PoolCx, name: &str) -> String {
    let digest = name_digest(cx, name);
    format!("unknown-{}", u16::from_be_bytes([digest[0], digest[1]]) % UNKNOWN_BUCKETS)
}

/// A keyed digest of a name nobody has: stable, and telling nothing.
pub(crate) fn name_digest(cx: &PoolCx, name: &str) -> [u8; 32] {
    let key = cx.services.keys.mac_key("unknown-name", cx.pool().id.as_str());
    crypto::mac::hmac_sha256(key.as_ref(), &[cx.pool().name_key(name).as_bytes()])
}

/// [`name_digest`] as text.
pub(crate) fn digest_text(cx: &PoolCx, name: &str) -> String {
    BASE64URL_NOPAD.encode(&name_digest(cx, name))
}

/// The charge of one attempt, as a statement; it fails by [`attempts::ALLOWED`] while locked out.
pub(crate) fn charge(cx: &PoolCx, user: Option<&User>, name: &str) -> Statement {
    attempts::lockout_statement(cx.pool_ref(), Subject(&key(cx, user, name)), PURPOSE, cx.now())
}

/// Charges one of `limit` attempts an hour.
pub(crate) async fn charge_hourly(cx: &PoolCx, key: &str, purpose: &str, limit: i64) -> Result<()> {
    let charge = attempts::charge_statement(cx.pool_ref(), Subject(key), purpose, limit, hours(1), cx.now());
    cx.charge([charge], |guard| (guard == attempts::ALLOWED).then_some(Error::AttemptLimitExceeded)).await
}

/// Forgets the failures of a user who proved the password.
pub(crate) fn forget(cx: &PoolCx, user: &User) -> Statement {
    attempts::forget(cx.pool_ref(), Subject(user.id.as_str()), PURPOSE)
}

pub(crate) async fn give_back(cx: &ClientCx, user: &User) -> Result<()> {
    cx.apply([forget(cx, user)], |_| None).await
}
