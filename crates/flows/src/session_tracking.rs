//! Session tracking: the record that a sign-in makes and a refresh moves on, the limit per user, lists and
//! revocation. Where a pool does not track, nothing here is written and nothing is found.

use domain::device_type;
use domain::session::Session;
use domain::session_tracking::{Activity, SessionRecord, SessionTracking, check_tier, new_public_id};
use domain::{Client, Error, Pool, Result, User};
use storage::engine::Statement;
use storage::{clients, pools, session_records, sessions, users};

use crate::cx::{PoolCx, UserCx};

/// The condition of a granting batch that the user is as it was judged. Where sessions are tracked it also holds
/// the user's row, so that the limit counts every sign-in at the same moment.
pub(crate) fn credentials_unchanged(cx: &PoolCx, user: &User) -> Statement {
    if cx.pool().session_tracking.enabled {
        users::hold_credentials_unchanged(cx.pool_ref(), user)
    } else {
        users::credentials_unchanged(cx.pool_ref(), user)
    }
}

/// The record of a session inserted before in the same batch, which holds the user's row; the least recently
/// active sessions beyond the limit end.
pub(crate) fn begin(cx: &PoolCx, session: &Session) -> Vec<Statement> {
    let SessionTracking { enabled, max_per_user } = cx.pool().session_tracking;
    if !enabled {
        return Vec::new();
    }
    let others = i64::from(max_per_user) - 1;
    vec![
        session_records::evict(cx.pool_ref(), &session.user_id, others, cx.now()),
        session_records::begin(cx.pool_ref(), &session.id, &new_public_id(cx.random()), &activity(cx)),
    ]
}

/// What a refresh writes: the latest activity. It fails by [`sessions::LIVES`] if the session has been revoked.
pub(crate) fn touch(cx: &PoolCx, session: &Session) -> Option<Statement> {
    let tracked = cx.pool().session_tracking.enabled;
    tracked.then(|| session_records::touch(cx.pool_ref(), &session.id, &activity(cx)))
}

/// [`touch`], where a refresh writes nothing else.
pub(crate) async fn touch_now(cx: &PoolCx, session: &Session) -> Result<()> {
    match touch(cx, session) {
        Some(write) => {
            let refusal = |guard| (guard == sessions::LIVES).then_some(Error::RefreshTokenRevoked);
            cx.apply([write], refusal).await
        }
        None => Ok(()),
    }
}

fn activity(cx: &PoolCx) -> Activity {
    Activity {
        at: cx.now(),
        ip_address: cx.caller.ip.to_string(),
        device_type: device_type::of(cx.caller.user_agent.as_deref()),
    }
}

/// The user's active sessions, the latest active first.
pub async fn list(cx: &PoolCx, user: &User) -> Result<Vec<SessionRecord>> {
    if !cx.pool().session_tracking.enabled {
        return Ok(Vec::new());
    }
    session_records::list(cx.db(), cx.pool_ref(), &user.id, cx.now()).await
}

/// AdminRevokeUserSession: ends a session of the user with its tokens.
pub async fn revoke(cx: &PoolCx, user: &User, public_id: &str) -> Result<()> {
    let record = find(cx, user, public_id).await?;
    cx.apply([sessions::revoke(cx.pool_ref(), &record.session_id)], |_| None).await
}

/// RevokeUserSession: ends a session of the caller's that is not the present one, which lives until then.
pub async fn revoke_other(cx: &UserCx, public_id: &str) -> Result<()> {
    let record = find(cx, &cx.user, public_id).await?;
    if record.session_id == cx.session.id {
        return Err(Error::CurrentUserSession);
    }
    let batch =
        [sessions::lives(cx.pool_ref(), &cx.session.id), sessions::revoke(cx.pool_ref(), &record.session_id)];
    let refusal = |guard| (guard == sessions::LIVES).then_some(Error::AccessTokenRevoked);
    cx.apply(batch, refusal).await
}

async fn find(cx: &PoolCx, user: &User, public_id: &str) -> Result<SessionRecord> {
    if !cx.pool().session_tracking.enabled {
        return Err(Error::UserSessionNotFound);
    }
    session_records::find(cx.db(), cx.pool_ref(), &user.id, public_id, cx.now())
        .await?
        .ok_or(Error::UserSessionNotFound)
}

/// SetUserPoolSessionConfiguration. Where tracking ends its records are forgotten.
pub async fn configure(cx: &PoolCx, tracking: SessionTracking) -> Result<()> {
    crate::pools::retry(cx, |mut pool: Pool| {
        check_tier(&pool.settings)?;
        pool.session_tracking = tracking;
        let mut batch = vec![pools::set_session_tracking(cx.pool_ref(), &pool, cx.now())];
        if !tracking.enabled {
            batch.push(session_records::forget_all(cx.pool_ref()));
        }
        Ok(batch)
    })
    .await
}

/// SetUserPoolClientSessionConfiguration: replaces the single sign-on validity, in minutes.
pub async fn configure_client(cx: &PoolCx, client: &Client, sso_validity: i32) -> Result<()> {
    check_tier(&cx.pool().settings)?;
    let changed = Client { sso_validity, ..client.clone() };
    let batch =
        [pools::tracks_sessions(cx.pool_ref()), clients::set_sso_validity(cx.pool_ref(), &changed, cx.now())];
    let refusal = |guard| {
        (guard == pools::TRACKS_SESSIONS)
            .then(|| Error::invalid("Session tracking is not enabled for the user pool."))
    };
    cx.apply(batch, refusal).await
}
