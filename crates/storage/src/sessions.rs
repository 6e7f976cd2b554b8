//! Sessions: one row per sign-in, whose tokens are good while it lives.

use domain::ids::{ClientId, SessionId, UserId};
use domain::session::{Rotation, Session};
use domain::time::Time;
use domain::{Result, User};

use crate::db::{Db, PoolRef};
use crate::engine::{Row, Statement};

/// Condition: the session id is new.
pub const ID_FREE: &str = "session id free";
/// Condition: the refresh token's rotation stands where it was read, and the session lives.
pub const UNROTATED: &str = "session unrotated";
/// Condition: the session has not been revoked.
pub const LIVES: &str = "session lives";

pub async fn find(db: &Db, pool: &PoolRef, id: &SessionId) -> Result<Option<Session>> {
    let row = db
        .row(
            "SELECT session_id, user_id, client_id, auth_time, expires_at, device_key, generation, rotated_at \
             FROM sessions WHERE pool_id = $1 AND session_id = $2",
            &[pool.param(), id.as_str().into()],
        )
        .await?;
    Ok(row.map(|row| from_row(&row)))
}

/// The user of an access token and its session: two point reads.
pub async fn find_with_user(
    db: &Db,
    pool: &PoolRef,
    id: &SessionId,
    user: &UserId,
) -> Result<(Option<User>, Option<Session>)> {
    let user = crate::users::find(db, pool, user).await?;
    Ok((user, find(db, pool, id).await?))
}

pub fn insert(pool: &PoolRef, session: &Session, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO sessions (pool_id, session_id, user_id, client_id, auth_time, expires_at, device_key, \
                               generation, rotated_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        vec![
            pool.param(),
            session.id.as_str().into(),
            session.user_id.as_str().into(),
            session.client_id.as_str().into(),
            session.auth_time.millis().into(),
            session.expires_at.millis().into(),
            session.device_key.clone().into(),
            session.rotation.generation.into(),
            session.rotation.rotated_at.millis().into(),
            now.millis().into(),
        ],
    )
    .must_insert(ID_FREE)
}

/// Moves the rotation from where it was read to `next`.
pub fn rotate(pool: &PoolRef, session: &Session, next: Rotation) -> Statement {
    Statement::new(
        "UPDATE sessions SET generation = $3, rotated_at = $4 \
         WHERE pool_id = $1 AND session_id = $2 AND generation = $5",
        vec![
            pool.param(),
            session.id.as_str().into(),
            next.generation.into(),
            next.rotated_at.millis().into(),
            session.rotation.generation.into(),
        ],
    )
    .must_change_one(UNROTATED)
}

/// The condition that the session lives until this batch is applied.
pub fn lives(pool: &PoolRef, id: &SessionId) -> Statement {
    Statement::new(
        "SELECT 1 FROM sessions WHERE pool_id = $1 AND session_id = $2",
        vec![pool.param(), id.as_str().into()],
    )
    .must_find(LIVES)
}

pub fn revoke(pool: &PoolRef, id: &SessionId) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE pool_id = $1 AND session_id = $2",
        vec![pool.param(), id.as_str().into()],
    )
}

pub fn revoke_all_of(pool: &PoolRef, user: &User) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE pool_id = $1 AND user_id = $2",
        vec![pool.param(), user.id.as_str().into()],
    )
}

/// Forgets sessions whose refresh token has expired.
pub fn prune(now: Time) -> Statement {
    Statement::new("DELETE FROM sessions WHERE expires_at <= $1", vec![now.millis().into()])
}

fn from_row(row: &Row) -> Session {
    Session {
        id: SessionId::new(row.text(0)),
        user_id: UserId::new(row.text(1)),
        client_id: ClientId::new(row.text(2)),
        auth_time: Time::from_millis(row.int(3)),
        expires_at: Time::from_millis(row.int(4)),
        device_key: row.opt_text(5).map(str::to_owned),
        rotation: Rotation { generation: row.int(6), rotated_at: Time::from_millis(row.int(7)) },
    }
}
