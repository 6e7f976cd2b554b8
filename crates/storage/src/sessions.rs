//! Sessions: one row per sign-in, whose tokens are good while it lives.

use std::sync::Arc;

use domain::acr::{Authentication, Method, Methods};
use domain::ids::{ClientId, SessionId, UserId};
use domain::session::{Rotation, Session};
use domain::time::Time;
use domain::{Client, Result, User};

use crate::clients::{from_row_or, known_version};
use crate::columns::{self, AFTER_SESSION, AFTER_USER};
use crate::db::{Db, PoolRef};
use crate::engine::{Row, Statement};

/// Condition: the session id is new.
pub const ID_FREE: &str = "session id free";
/// Condition: the refresh token's rotation stands where it was read, and the session lives.
pub const UNROTATED: &str = "session unrotated";
/// Condition: the session lives, and what it proved still counts for its user.
pub const CREDITS: &str = "session credits";
/// Condition: the session has not been revoked.
pub const LIVES: &str = "session lives";

pub async fn find(db: &Db, pool: &PoolRef, id: &SessionId) -> Result<Option<Session>> {
    let row = db
        .row(
            concat!(
                "SELECT ",
                columns::session!(),
                " FROM sessions s WHERE s.pool_id = $1 AND s.session_id = $2"
            ),
            &[pool.param(), id.as_str().into()],
        )
        .await?;
    Ok(row.map(|row| from_row(&row, 0)))
}

/// Whom an access token stands for.
#[derive(Debug)]
pub struct Bearer {
    pub user: User,
    /// `None` when it was revoked, or is not this user's.
    pub session: Option<Session>,
    /// `None` when it was deleted.
    pub client: Option<Arc<Client>>,
}

/// What an access token names, in one read: the user, its session and the client. `known` saves reading
/// client settings that have not changed.
pub async fn bearer(
    db: &Db,
    pool: &PoolRef,
    user: &UserId,
    session: &SessionId,
    client: &ClientId,
    known: Option<&Arc<Client>>,
) -> Result<Option<Bearer>> {
    let row = db
        .row(
            concat!(
                "SELECT ", columns::user!(), ", ", columns::session!(), ", \
                    c.client_id, c.pool_id, CASE WHEN c.version = $5 THEN NULL ELSE c.settings END, c.version, \
                        c.created_at, c.modified_at, c.sso_validity, \
                        CASE WHEN c.version = $5 THEN NULL \
                             ELSE (SELECT COUNT(*) FROM client_secrets t WHERE t.client_id = c.client_id) END \
                 FROM users u \
                 LEFT JOIN sessions s \
                   ON s.pool_id = u.pool_id AND s.session_id = $3 AND s.user_id = u.user_id \
                 LEFT JOIN clients c ON c.client_id = $4 AND c.pool_id = u.pool_id \
                 WHERE u.pool_id = $1 AND u.user_id = $2"
            ),
            &[
                pool.param(),
                user.as_str().into(),
                session.as_str().into(),
                client.as_str().into(),
                known_version(known).into(),
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let session = row.opt_text(AFTER_USER).map(|_| from_row(&row, AFTER_USER));
    let client = row.opt_text(AFTER_SESSION).map(|_| from_row_or(&row, AFTER_SESSION, known)).transpose()?;
    Ok(Some(Bearer { user: crate::users::from_row(&row)?, session, client }))
}

/// A session with the user it is of, in one read.
pub async fn find_with_user(db: &Db, pool: &PoolRef, id: &SessionId) -> Result<Option<(User, Session)>> {
    let row = db
        .row(
            concat!(
                "SELECT ",
                columns::user!(),
                ", ",
                columns::session!(),
                " \
                 FROM sessions s JOIN users u ON u.pool_id = s.pool_id AND u.user_id = s.user_id \
                 WHERE s.pool_id = $1 AND s.session_id = $2"
            ),
            &[pool.param(), id.as_str().into()],
        )
        .await?;
    row.map(|row| Ok((crate::users::from_row(&row)?, from_row(&row, AFTER_USER)))).transpose()
}

pub fn insert(pool: &PoolRef, session: &Session, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO sessions (pool_id, session_id, user_id, client_id, auth_time, expires_at, device_key, \
                               generation, rotated_at, created_at, acr, methods, credential_version, \
                               proved_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
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
            session.authentication.as_ref().map(|a| a.acr.clone()).into(),
            session.authentication.as_ref().map(|a| names(a.methods)).into(),
            session.authentication.as_ref().map(|a| a.credential_version).into(),
            session.authentication.as_ref().map(|a| a.proved_at.millis()).into(),
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

/// The condition that the session is this user's, lives, and was begun with the credentials that the user was read
/// with. It holds nothing: a session revoked right after is as good as one revoked once the batch is applied, and
/// whatever else ends credit changes the user's row, which the batch must hold.
pub fn credits(pool: &PoolRef, id: &SessionId, user: &User, now: Time) -> Statement {
    Statement::new(
        "SELECT 1 FROM sessions \
         WHERE pool_id = $1 AND session_id = $2 AND user_id = $3 AND credential_version = $4 AND expires_at > $5",
        vec![
            pool.param(),
            id.as_str().into(),
            user.id.as_str().into(),
            user.credential_version.into(),
            now.millis().into(),
        ],
    )
    .must_see(CREDITS)
}

/// The user's sessions live on, but what they proved counts no more toward a higher level.
pub fn end_credit(pool: &PoolRef, user: &UserId) -> Statement {
    Statement::new(
        "UPDATE sessions SET credential_version = 0 WHERE pool_id = $1 AND user_id = $2 AND credential_version > 0",
        vec![pool.param(), user.as_str().into()],
    )
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

fn from_row(row: &Row, first: usize) -> Session {
    let time = |column: usize| Time::from_millis(row.int(first + column));
    Session {
        id: SessionId::new(row.text(first)),
        user_id: UserId::new(row.text(first + 1)),
        client_id: ClientId::new(row.text(first + 2)),
        auth_time: time(3),
        expires_at: time(4),
        device_key: row.opt_text(first + 5).map(str::to_owned),
        rotation: Rotation { generation: row.int(first + 6), rotated_at: time(7) },
        authentication: authentication(row, first + 8),
    }
}

/// How the user authenticated, of four columns from `first` on. A method of a later version is not taken for
/// another.
fn authentication(row: &Row, first: usize) -> Option<Authentication> {
    Some(Authentication {
        acr: row.opt_text(first)?.to_owned(),
        methods: row.opt_text(first + 1)?.split(' ').filter_map(Method::parse).collect(),
        credential_version: row.opt_int(first + 2)?,
        proved_at: Time::from_millis(row.opt_int(first + 3)?),
    })
}

/// Methods as they are stored.
fn names(methods: Methods) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(" ")
}
