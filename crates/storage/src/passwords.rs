//! Passwords: the hash, and the SRP verifier sealed.

use crypto::secret_box::Context;
use domain::time::Time;
use domain::user::{Password, SrpVerifier, User};
use domain::{Error, Result};

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::Statement;

/// The user's password; `None` for users that have none.
pub async fn find(db: &Db, pool: &PoolRef, user: &User) -> Result<Option<Password>> {
    let row = db
        .row(
            "SELECT hash, srp_salt, srp_verifier, history, set_at, expires_at FROM passwords \
             WHERE pool_id = $1 AND user_id = $2",
            &[pool.param(), user.id.as_str().into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let srp = match (row.opt_text(1), row.opt_blob(2)) {
        (Some(salt), Some(sealed)) => Some(SrpVerifier {
            salt: salt.to_owned(),
            verifier: db
                .keys
                .open(&context(pool, user), sealed)
                .map_err(|_| inconsistent("passwords", "srp_verifier"))?
                .to_vec(),
        }),
        _ => None,
    };
    Ok(Some(Password {
        hash: row.text(0).to_owned(),
        srp,
        history: serde_json::from_str(row.text(3)).map_err(|_| inconsistent("passwords", "history"))?,
        set_at: Time::from_millis(row.int(4)),
        expires_at: row.opt_int(5).map(Time::from_millis),
    }))
}

/// Sets the user's password, whatever was there before.
pub fn put(db: &Db, pool: &PoolRef, user: &User, password: &Password) -> Result<Statement> {
    let sealed = password
        .srp
        .as_ref()
        .map(|srp| db.keys.seal(&context(pool, user), &srp.verifier, db.random.as_ref()));
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

fn context<'a>(pool: &'a PoolRef, user: &'a User) -> Context<'a> {
    Context {
        purpose: "srp-verifier",
        table: "passwords",
        column: "srp_verifier",
        account: pool.account().as_str(),
        pool: pool.pool_id().as_str(),
        row: user.id.as_str(),
    }
}
