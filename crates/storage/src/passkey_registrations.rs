//! Registrations of passkeys that have begun: one per user, answered once.

use domain::Result;
use domain::ids::{ClientId, UserId};
use domain::time::Time;

use crate::db::{Db, PoolRef};
use crate::engine::Statement;

/// Condition: this very registration still waits for its response.
pub const WAITS: &str = "passkey registration waits";

/// A registration between its challenge and the response.
#[derive(Clone, Debug)]
pub struct Registration {
    pub id: String,
    /// The client whose token began it.
    pub client_id: ClientId,
    /// What the response is checked against, in the form of the WebAuthn library.
    pub challenge: String,
    pub expires_at: Time,
}

pub async fn find(db: &Db, pool: &PoolRef, user: &UserId) -> Result<Option<Registration>> {
    let row = db
        .row(
            "SELECT registration_id, client_id, challenge, expires_at FROM passkey_registrations \
             WHERE pool_id = $1 AND user_id = $2",
            &[pool.param(), user.as_str().into()],
        )
        .await?;
    Ok(row.map(|row| Registration {
        id: row.text(0).to_owned(),
        client_id: ClientId::new(row.text(1)),
        challenge: row.text(2).to_owned(),
        expires_at: Time::from_millis(row.int(3)),
    }))
}

/// Makes `registration` the user's one; the one before is dead.
pub fn put(pool: &PoolRef, user: &UserId, registration: &Registration) -> Statement {
    Statement::new(
        "INSERT INTO passkey_registrations (pool_id, user_id, registration_id, client_id, challenge, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (pool_id, user_id) DO UPDATE SET \
           registration_id = $3, client_id = $4, challenge = $5, expires_at = $6",
        vec![
            pool.param(),
            user.as_str().into(),
            registration.id.as_str().into(),
            registration.client_id.as_str().into(),
            registration.challenge.as_str().into(),
            registration.expires_at.millis().into(),
        ],
    )
}

/// Uses the registration up; fails by [`WAITS`] when it was used or replaced meanwhile.
pub fn consume(pool: &PoolRef, user: &UserId, id: &str) -> Statement {
    Statement::new(
        "DELETE FROM passkey_registrations WHERE pool_id = $1 AND user_id = $2 AND registration_id = $3",
        vec![pool.param(), user.as_str().into(), id.into()],
    )
    .must_change_one(WAITS)
}

/// Forgets registrations that have expired.
pub fn prune(now: Time) -> Statement {
    Statement::new("DELETE FROM passkey_registrations WHERE expires_at <= $1", vec![now.millis().into()])
}
