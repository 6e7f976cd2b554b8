//! Passwords: the hash, and the SRP verifier sealed.

use crypto::secret_box::Context;
use domain::ids::UserId;
use domain::time::Time;
use domain::user::{Password, SrpVerifier, User};
use domain::{Error, Result};

use crate::columns::{self, AFTER_USER};
use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};

/// The user's password; `None` for users that have none.
pub async fn find(db: &Db, pool: &PoolRef, user: &User) -> Result<Option<Password>> {
    let row = db
        .row(
            concat!(
                "SELECT ",
                columns::password!(),
                " FROM passwords p WHERE p.pool_id = $1 AND p.user_id = $2"
            ),
            &[pool.param(), user.id.as_str().into()],
        )
        .await?;
    row.map(|row| from_row(db, pool, &user.id, &row, 0)).transpose()
}

/// The user that a sign-in name (already folded) resolves to, with its password, in one read.
pub async fn find_with_user_by_name(
    db: &Db,
    pool: &PoolRef,
    name_key: &str,
) -> Result<Option<(User, Option<Password>)>> {
    let row = db
        .row(
            concat!(
                "SELECT ",
                columns::user!(),
                ", ",
                columns::password!(),
                " \
                 FROM login_names n JOIN users u ON u.pool_id = n.pool_id AND u.user_id = n.user_id \
                 LEFT JOIN passwords p ON p.pool_id = u.pool_id AND p.user_id = u.user_id \
                 WHERE n.pool_id = $1 AND n.name_key = $2"
            ),
            &[pool.param(), name_key.into()],
        )
        .await?;
    row.map(|row| with_user(db, pool, &row)).transpose()
}

/// A user with its password, in one read.
pub async fn find_with_user(
    db: &Db,
    pool: &PoolRef,
    id: &UserId,
) -> Result<Option<(User, Option<Password>)>> {
    let row = db
        .row(
            concat!(
                "SELECT ",
                columns::user!(),
                ", ",
                columns::password!(),
                " \
                 FROM users u LEFT JOIN passwords p ON p.pool_id = u.pool_id AND p.user_id = u.user_id \
                 WHERE u.pool_id = $1 AND u.user_id = $2"
            ),
            &[pool.param(), id.as_str().into()],
        )
        .await?;
    row.map(|row| with_user(db, pool, &row)).transpose()
}

fn with_user(db: &Db, pool: &PoolRef, row: &Row) -> Result<(User, Option<Password>)> {
    let user = crate::users::from_row(row)?;
    let password =
        row.opt_text(AFTER_USER).map(|_| from_row(db, pool, &user.id, row, AFTER_USER)).transpose()?;
    Ok((user, password))
}

fn from_row(db: &Db, pool: &PoolRef, user: &UserId, row: &Row, first: usize) -> Result<Password> {
    let srp = match (row.opt_text(first + 1), row.opt_blob(first + 2)) {
        (Some(salt), Some(sealed)) => {
            let opened = db.keys.open(&context(pool, user), sealed);
            let verifier = opened.map_err(|_| inconsistent("passwords", "srp_verifier"))?.to_vec();
            Some(SrpVerifier { salt: salt.to_owned(), verifier })
        }
        _ => None,
    };
    Ok(Password {
        hash: row.text(first).to_owned(),
        srp,
        history: serde_json::from_str(row.text(first + 3))
            .map_err(|_| inconsistent("passwords", "history"))?,
        set_at: Time::from_millis(row.int(first + 4)),
        expires_at: row.opt_int(first + 5).map(Time::from_millis),
    })
}

/// Sets the user's password, whatever was there before.
pub fn put(db: &Db, pool: &PoolRef, user: &User, password: &Password) -> Result<Statement> {
    let sealed = password
        .srp
        .as_ref()
        .map(|srp| db.keys.seal(&context(pool, &user.id), &srp.verifier, db.random.as_ref()));
    Ok(Statement::new(
        "INSERT INTO passwords (pool_id, user_id, hash, srp_salt, srp_verifier, history, set_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (pool_id, user_id) DO UPDATE SET hash = $3, srp_salt = $4, srp_verifier = $5, history = $6, \
             set_at = $7, expires_at = $8",
        vec![
            pool.param(),
            user.id.as_str().into(),
            password.hash.as_str().into(),
            password.srp.as_ref().map(|srp| srp.salt.clone()).into(),
            sealed.into(),
            serde_json::to_string(&password.history).map_err(Error::internal)?.into(),
            password.set_at.millis().into(),
            password.expires_at.map(Time::millis).into(),
        ],
    ))
}

/// Removes the password, so that nothing matches any more (AdminResetUserPassword keeps the user).
pub fn delete(pool: &PoolRef, user: &User) -> Statement {
    Statement::new(
        "DELETE FROM passwords WHERE pool_id = $1 AND user_id = $2",
        vec![pool.param(), user.id.as_str().into()],
    )
}

fn context<'a>(pool: &'a PoolRef, user: &'a UserId) -> Context<'a> {
    Context {
        purpose: "srp-verifier",
        table: "passwords",
        column: "srp_verifier",
        account: pool.account().as_str(),
        pool: pool.pool_id().as_str(),
        row: user.as_str(),
    }
}
