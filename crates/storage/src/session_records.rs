//! The records of tracked sessions: columns of `sessions` that only sessions of a tracking pool fill.
//!
//! Whoever adds one holds the user's row, so that the limit per user counts every sign-in at the same moment.

use domain::Result;
use domain::ids::{ClientId, SessionId, UserId};
use domain::session_tracking::{Activity, SessionRecord};
use domain::time::Time;

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};
use crate::sessions::LIVES;

/// Most sessions a list shows (`SessionsListType`); more than a user can have.
const LISTED: i64 = 125;

/// The user's tracked sessions that have not expired, the latest active first.
pub async fn list(db: &Db, pool: &PoolRef, user: &UserId, now: Time) -> Result<Vec<SessionRecord>> {
    db.rows(
        "SELECT public_id, session_id, client_id, created_at, last_active_at, last_ip_address, device_type \
         FROM sessions WHERE pool_id = $1 AND user_id = $2 AND public_id IS NOT NULL AND expires_at > $3 \
         ORDER BY last_active_at DESC, created_at DESC, session_id LIMIT $4",
        &[pool.param(), user.as_str().into(), now.millis().into(), LISTED.into()],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// The user's unexpired tracked session of this id.
pub async fn find(
    db: &Db,
    pool: &PoolRef,
    user: &UserId,
    public_id: &str,
    now: Time,
) -> Result<Option<SessionRecord>> {
    db.row(
        "SELECT public_id, session_id, client_id, created_at, last_active_at, last_ip_address, device_type \
         FROM sessions WHERE pool_id = $1 AND user_id = $2 AND public_id = $3 AND expires_at > $4",
        &[pool.param(), user.as_str().into(), public_id.into(), now.millis().into()],
    )
    .await?
    .map(|row| from_row(&row))
    .transpose()
}

/// Deletes the user's tracked sessions but the `kept` latest active of those that have not expired.
pub fn evict(pool: &PoolRef, user: &UserId, kept: i64, now: Time) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE pool_id = $1 AND user_id = $2 AND public_id IS NOT NULL \
         AND session_id NOT IN \
           (SELECT session_id FROM sessions \
            WHERE pool_id = $1 AND user_id = $2 AND public_id IS NOT NULL AND expires_at > $3 \
            ORDER BY last_active_at DESC, created_at DESC, session_id LIMIT $4)",
        vec![pool.param(), user.as_str().into(), now.millis().into(), kept.into()],
    )
}

/// Gives a session, inserted before in the same batch, its record.
pub fn begin(pool: &PoolRef, session: &SessionId, public_id: &str, activity: &Activity) -> Statement {
    Statement::new(
        "UPDATE sessions SET public_id = $3, last_active_at = $4, last_ip_address = $5, device_type = $6 \
         WHERE pool_id = $1 AND session_id = $2",
        vec![
            pool.param(),
            session.as_str().into(),
            public_id.into(),
            activity.at.millis().into(),
            activity.ip_address.as_str().into(),
            activity.device_type.as_str().into(),
        ],
    )
    .must_change_one(LIVES)
}

/// Notes the latest activity of a session, which must live; one without a record stays without.
pub fn touch(pool: &PoolRef, session: &SessionId, activity: &Activity) -> Statement {
    Statement::new(
        "UPDATE sessions SET last_active_at = CASE WHEN public_id IS NULL THEN NULL ELSE $3 END, \
                             last_ip_address = CASE WHEN public_id IS NULL THEN NULL ELSE $4 END, \
                             device_type = CASE WHEN public_id IS NULL THEN NULL ELSE $5 END \
         WHERE pool_id = $1 AND session_id = $2",
        vec![
            pool.param(),
            session.as_str().into(),
            activity.at.millis().into(),
            activity.ip_address.as_str().into(),
            activity.device_type.as_str().into(),
        ],
    )
    .must_change_one(LIVES)
}

/// Forgets every record of the pool. The sessions live on.
pub fn forget_all(pool: &PoolRef) -> Statement {
    Statement::new(
        "UPDATE sessions SET public_id = NULL, last_active_at = NULL, last_ip_address = NULL, device_type = NULL \
         WHERE pool_id = $1 AND public_id IS NOT NULL",
        vec![pool.param()],
    )
}

fn from_row(row: &Row) -> Result<SessionRecord> {
    let text = |column: usize, name| row.opt_text(column).ok_or_else(|| inconsistent("sessions", name));
    let at = row.opt_int(4).ok_or_else(|| inconsistent("sessions", "last_active_at"))?;
    Ok(SessionRecord {
        public_id: text(0, "public_id")?.to_owned(),
        session_id: SessionId::new(row.text(1)),
        client_id: ClientId::new(row.text(2)),
        created_at: Time::from_millis(row.int(3)),
        last_active: Activity {
            at: Time::from_millis(at),
            ip_address: text(5, "last_ip_address")?.to_owned(),
            device_type: text(6, "device_type")?.to_owned(),
        },
    })
}
