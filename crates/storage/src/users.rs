//! Users: the profile row, its sign-in names' lookup, and the rows ListUsers searches.

use domain::ids::UserId;
use domain::time::Time;
use domain::user::{Attributes, User, UserStatus};
use domain::user_filter::SEARCHABLE;
use domain::{Error, Result};

use crate::columns;
use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};

/// Condition: the user's id is new.
pub const ID_FREE: &str = "user id free";
/// Condition: the user has not been deleted.
pub const EXISTS: &str = "user exists";
/// Condition: the user is still the version that was read.
pub const UNCHANGED: &str = "user unchanged";
/// Condition: no credential of the user changed, and it is enabled.
pub const CREDENTIALS_UNCHANGED: &str = "user credentials unchanged";

/// The user that a sign-in name (already folded) resolves to.
pub async fn find_by_name(db: &Db, pool: &PoolRef, name_key: &str) -> Result<Option<User>> {
    db.row(
        concat!(
            "SELECT ",
            columns::user!(),
            " \
             FROM login_names n JOIN users u ON u.pool_id = n.pool_id AND u.user_id = n.user_id \
             WHERE n.pool_id = $1 AND n.name_key = $2"
        ),
        &[pool.param(), name_key.into()],
    )
    .await?
    .map(|row| from_row(&row))
    .transpose()
}

pub async fn find(db: &Db, pool: &PoolRef, id: &UserId) -> Result<Option<User>> {
    db.row(
        concat!("SELECT ", columns::user!(), " FROM users u WHERE u.pool_id = $1 AND u.user_id = $2"),
        &[pool.param(), id.as_str().into()],
    )
    .await?
    .map(|row| from_row(&row))
    .transpose()
}

/// How many users the pool has, counted up to 100,000.
pub async fn estimate(db: &Db, pool: &PoolRef) -> Result<i64> {
    let row = db
        .row(
            "SELECT COUNT(*) FROM (SELECT 1 FROM users WHERE pool_id = $1 LIMIT 100000) AS counted",
            &[pool.param()],
        )
        .await?;
    Ok(row.map_or(0, |row| row.int(0)))
}

/// Inserts the profile row and its search rows. Sign-in names are claimed beside it.
pub fn insert(pool: &PoolRef, user: &User) -> Result<Vec<Statement>> {
    let mut statements = vec![
        Statement::new(
            "INSERT INTO users (pool_id, user_id, username, status, enabled, attributes, pending, factors, version, \
                                credential_version, created_at, modified_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, $9, $9) ON CONFLICT DO NOTHING",
            vec![
                pool.param(),
                user.id.as_str().into(),
                user.username.as_str().into(),
                user.status.as_str().into(),
                user.enabled.into(),
                attributes_text(&user.attributes)?.into(),
                attributes_text(&user.pending)?.into(),
                factors_text(user)?.into(),
                user.created_at.millis().into(),
            ],
        )
        .must_insert(ID_FREE),
        search_insert(pool, user, "username", &user.username),
    ];
    statements
        .extend(search_rows(&user.attributes).map(|(name, value)| search_insert(pool, user, name, value)));
    Ok(statements)
}

/// What a change of a user does to its open attempts and sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    Kept,
    /// Every attempt begun before dies.
    Changed,
}

/// Replaces the row of `before` by `after` if it is still of `before.version`, with the difference in search
/// rows. `version` moves on by one, `credential_version` where `credentials` says so. Where an address changes, or
/// whether it is verified, the user's sessions earn no credit any more: a code by it would prove somebody else.
pub fn update(
    pool: &PoolRef,
    before: &User,
    after: &User,
    credentials: Credentials,
    now: Time,
) -> Result<Vec<Statement>> {
    let bump = i64::from(credentials == Credentials::Changed);
    let mut statements = vec![
        Statement::new(
            "UPDATE users SET status = $3, enabled = $4, attributes = $5, pending = $6, factors = $7, \
                              version = version + 1, credential_version = credential_version + $8, \
                              modified_at = $9 \
             WHERE pool_id = $1 AND user_id = $2 AND version = $10",
            vec![
                pool.param(),
                after.id.as_str().into(),
                after.status.as_str().into(),
                after.enabled.into(),
                attributes_text(&after.attributes)?.into(),
                attributes_text(&after.pending)?.into(),
                factors_text(after)?.into(),
                bump.into(),
                now.millis().into(),
                before.version.into(),
            ],
        )
        .must_change_one(UNCHANGED),
    ];
    if addresses(before) != addresses(after) {
        statements.push(crate::sessions::end_credit(pool, &before.id));
    }
    for (name, value) in search_rows(&before.attributes) {
        if after.attributes.get(name) != Some(value) {
            statements.push(search_delete(pool, before, name, value));
        }
    }
    for (name, value) in search_rows(&after.attributes) {
        if before.attributes.get(name) != Some(value) {
            statements.push(search_insert(pool, after, name, value));
        }
    }
    Ok(statements)
}

/// Where codes can be sent, and whether they were.
fn addresses(user: &User) -> [Option<&String>; 4] {
    ["email", "email_verified", "phone_number", "phone_number_verified"]
        .map(|attribute| user.attributes.get(attribute))
}

/// The condition of every batch that grants: the user is enabled and its credentials are those that were
/// read, until the batch is applied.
pub fn credentials_unchanged(pool: &PoolRef, user: &User) -> Statement {
    Statement::new(
        "SELECT 1 FROM users WHERE pool_id = $1 AND user_id = $2 AND credential_version = $3 AND enabled = 1",
        vec![pool.param(), user.id.as_str().into(), user.credential_version.into()],
    )
    .must_find(CREDENTIALS_UNCHANGED)
}

/// The same condition, holding the row against every other batch that asks so: for limits that the batch counts
/// over what the user has.
pub fn hold_credentials_unchanged(pool: &PoolRef, user: &User) -> Statement {
    Statement::new(
        "UPDATE users SET version = version \
         WHERE pool_id = $1 AND user_id = $2 AND credential_version = $3 AND enabled = 1",
        vec![pool.param(), user.id.as_str().into(), user.credential_version.into()],
    )
    .must_change_one(CREDENTIALS_UNCHANGED)
}

/// Holds the user's row without changing it until this batch is applied: for limits that the same batch counts
/// over what the user has.
pub fn hold(pool: &PoolRef, id: &UserId) -> Statement {
    Statement::new(
        "UPDATE users SET version = version WHERE pool_id = $1 AND user_id = $2",
        vec![pool.param(), id.as_str().into()],
    )
    .must_change_one(EXISTS)
}

/// Moves the credential version on, if the user is enabled and its credentials are still those that were read.
/// Holds the user's row, so that limits can be counted over what the user has in the same batch.
pub fn change_credentials(pool: &PoolRef, user: &User) -> Statement {
    Statement::new(
        "UPDATE users SET credential_version = credential_version + 1 \
         WHERE pool_id = $1 AND user_id = $2 AND credential_version = $3 AND enabled = 1",
        vec![pool.param(), user.id.as_str().into(), user.credential_version.into()],
    )
    .must_change_one(CREDENTIALS_UNCHANGED)
}

/// Deletes the user with everything that is its own, if it is still of `user.version`.
pub fn delete(pool: &PoolRef, user: &User) -> Vec<Statement> {
    let params = || vec![pool.param(), user.id.as_str().into()];
    let mut statements = vec![
        Statement::new(
            "DELETE FROM users WHERE pool_id = $1 AND user_id = $2 AND version = $3",
            vec![pool.param(), user.id.as_str().into(), user.version.into()],
        )
        .must_change_one(UNCHANGED),
        crate::login_names::release_all(pool, &user.id),
        search_delete(pool, user, "username", &user.username),
    ];
    statements
        .extend(search_rows(&user.attributes).map(|(name, value)| search_delete(pool, user, name, value)));
    statements.extend([
        Statement::new("DELETE FROM passwords WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM software_tokens WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM group_members WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM devices WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM sessions WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM codes WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM passkeys WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM passkey_registrations WHERE pool_id = $1 AND user_id = $2", params()),
        Statement::new("DELETE FROM attempts WHERE pool_id = $1 AND subject = $2", params()),
    ]);
    statements
}

fn search_rows(attributes: &Attributes) -> impl Iterator<Item = (&'static str, &String)> {
    SEARCHABLE.into_iter().filter_map(|name| attributes.get(name).map(|value| (name, value)))
}

fn search_insert(pool: &PoolRef, user: &User, attribute: &'static str, value: &str) -> Statement {
    Statement::new(
        "INSERT INTO user_search (pool_id, attribute, value, user_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        vec![pool.param(), attribute.into(), value.into(), user.id.as_str().into()],
    )
}

fn search_delete(pool: &PoolRef, user: &User, attribute: &'static str, value: &str) -> Statement {
    Statement::new(
        "DELETE FROM user_search WHERE pool_id = $1 AND attribute = $2 AND value = $3 AND user_id = $4",
        vec![pool.param(), attribute.into(), value.into(), user.id.as_str().into()],
    )
}

fn attributes_text(attributes: &Attributes) -> Result<String> {
    serde_json::to_string(attributes).map_err(Error::internal)
}

fn factors_text(user: &User) -> Result<String> {
    serde_json::to_string(&user.factors).map_err(Error::internal)
}

/// A user from the columns of [`columns::user!`], which come first.
pub(crate) fn from_row(row: &Row) -> Result<User> {
    Ok(User {
        id: UserId::new(row.text(0)),
        username: row.text(1).to_owned(),
        status: UserStatus::parse(row.text(2)).ok_or_else(|| inconsistent("users", "status"))?,
        enabled: row.int(3) != 0,
        attributes: serde_json::from_str(row.text(4)).map_err(|_| inconsistent("users", "attributes"))?,
        pending: serde_json::from_str(row.text(5)).map_err(|_| inconsistent("users", "pending"))?,
        version: row.int(6),
        credential_version: row.int(7),
        created_at: Time::from_millis(row.int(8)),
        modified_at: Time::from_millis(row.int(9)),
        factors: serde_json::from_str(row.text(10)).map_err(|_| inconsistent("users", "factors"))?,
    })
}
