//! Passkeys: the WebAuthn credentials a user signs in with.

use domain::ids::UserId;
use domain::passkeys::{MAX_PER_USER, Passkey};
use domain::time::Time;
use domain::{Error, Result, User};

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};
use crate::users;

/// Condition: no passkey of the pool has this credential id.
pub const CREDENTIAL_FREE: &str = "passkey credential id free";
/// Condition: the user has no more passkeys than it may.
pub const WITHIN_USER_LIMIT: &str = "passkeys of the user within the limit";
/// Condition: the user still has the passkey.
pub const EXISTS: &str = "passkey exists";
/// Condition: the user still has the passkey, and its counter moves on.
pub const COUNTER_MOVES_ON: &str = "passkey counter moves on";

/// Every passkey of a user, oldest first.
pub async fn of_user(db: &Db, pool: &PoolRef, user: &UserId) -> Result<Vec<Passkey>> {
    db.rows(
        "SELECT credential_id, credential, sign_count, name, rp_id, attachment, transports, created_at \
         FROM passkeys WHERE pool_id = $1 AND user_id = $2 ORDER BY created_at, credential_id",
        &[pool.param(), user.as_str().into()],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// Gives the user a passkey. The user is held, so that the limit counts every one registered at the same
/// moment, and its credentials must be those that were read; they change by this.
pub fn insert(pool: &PoolRef, user: &User, passkey: &Passkey) -> Result<[Statement; 3]> {
    Ok([
        users::change_credentials(pool, user),
        Statement::new(
            "INSERT INTO passkeys (pool_id, credential_id, user_id, credential, sign_count, name, rp_id, \
                                   attachment, transports, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            vec![
                pool.param(),
                passkey.credential_id.as_str().into(),
                user.id.as_str().into(),
                passkey.credential.as_str().into(),
                i64::from(passkey.sign_count).into(),
                passkey.name.as_str().into(),
                passkey.rp_id.as_str().into(),
                passkey.attachment.clone().into(),
                serde_json::to_string(&passkey.transports).map_err(Error::internal)?.into(),
                passkey.created_at.millis().into(),
            ],
        )
        .must_insert(CREDENTIAL_FREE),
        Statement::new(
            "SELECT 1 FROM users WHERE pool_id = $1 AND user_id = $2 \
             AND (SELECT COUNT(*) FROM passkeys WHERE pool_id = $1 AND user_id = $2) <= $3",
            vec![pool.param(), user.id.as_str().into(), MAX_PER_USER.into()],
        )
        .must_see(WITHIN_USER_LIMIT),
    ])
}

/// Records the counter of a sign-in, which must exceed the one before; an authenticator without a counter
/// always says 0. Two uses of one counter, at the same moment too, cannot both pass.
pub fn count(pool: &PoolRef, user: &UserId, credential_id: &str, counter: u32) -> Statement {
    Statement::new(
        "UPDATE passkeys SET sign_count = $4 WHERE pool_id = $1 AND credential_id = $2 AND user_id = $3 \
         AND (sign_count < $4 OR (sign_count = 0 AND $4 = 0))",
        vec![pool.param(), credential_id.into(), user.as_str().into(), i64::from(counter).into()],
    )
    .must_change_one(COUNTER_MOVES_ON)
}

/// Takes a passkey from its user; attempts begun before are dead.
pub fn delete(pool: &PoolRef, user: &User, credential_id: &str) -> [Statement; 2] {
    [
        Statement::new(
            "DELETE FROM passkeys WHERE pool_id = $1 AND credential_id = $2 AND user_id = $3",
            vec![pool.param(), credential_id.into(), user.id.as_str().into()],
        )
        .must_change_one(EXISTS),
        users::change_credentials(pool, user),
    ]
}

fn from_row(row: &Row) -> Result<Passkey> {
    Ok(Passkey {
        credential_id: row.text(0).to_owned(),
        credential: row.text(1).to_owned(),
        sign_count: u32::try_from(row.int(2)).map_err(|_| inconsistent("passkeys", "sign_count"))?,
        name: row.text(3).to_owned(),
        rp_id: row.text(4).to_owned(),
        attachment: row.opt_text(5).map(str::to_owned),
        transports: serde_json::from_str(row.text(6)).map_err(|_| inconsistent("passkeys", "transports"))?,
        created_at: Time::from_millis(row.int(7)),
    })
}
