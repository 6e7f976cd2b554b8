//! The end of a sign-in: one batch that makes the session, and only then the tokens.

use domain::acr::Authentication;
use domain::ids::SessionId;
use domain::session::{Rotation, Session};
use domain::{Result, User};
use storage::sessions;
use tokio::sync::SemaphorePermit;

use super::Outcome;
use super::stage::{Also, Stage, refusal};
use crate::cx::ClientCx;
use crate::devices;
use crate::session_tracking;
use crate::tokens;

/// Makes a session for a user who proved everything, if user, pool and client are still as they were judged.
pub(super) async fn grant(cx: &ClientCx, stage: &Stage, also: Also) -> Result<Outcome> {
    let now = cx.now();
    let user = &stage.user;
    let course = &stage.course;
    let proved = course.device_key.clone().filter(|_| stage.proofs.device);
    // A session that goes on from another's is of its device.
    let credit = course.credit(user);
    let followed = credit.and_then(|credit| credit.device_key.clone());
    let known = proved.or(followed);
    let is_new = course.device_key.is_none() && known.is_none();
    let offered = if is_new { devices::offer(cx) } else { None };
    let methods = stage.proofs.methods(course.goal(user).credit);
    let session = Session {
        id: SessionId::generate(cx.random()),
        user_id: user.id.clone(),
        client_id: cx.client.id.clone(),
        auth_time: now,
        expires_at: now + cx.client.refresh_token_validity(),
        device_key: known.or_else(|| offered.as_ref()?.device_key.clone()),
        rotation: Rotation { generation: 0, rotated_at: now },
        authentication: stage.facts(cx).level(methods).map(|level| Authentication {
            acr: cx.pool().acr(level).to_owned(),
            methods,
            credential_version: user.credential_version,
            proved_at: credit.map_or(now, |credit| now.min(credit.proved_at)),
        }),
    };
    let groups = storage::groups::of_user(cx.db(), cx.pool_ref(), &user.id).await?;
    let mut batch = vec![storage::clients::exists(cx.pool_ref(), &cx.client.id)];
    let credits = credit.map(|credit| sessions::credits(cx.pool_ref(), &credit.session, user, now));
    match also.user_change {
        // It fails where the user changed at all, and may itself be what ends the credit.
        Some(change) => {
            batch.extend(credits);
            batch.extend(change);
        }
        // What ends credit changes the user's row, which is held from here on.
        None => {
            batch.push(session_tracking::credentials_unchanged(cx, user));
            batch.extend(credits);
        }
    }
    batch.extend(also.more);
    batch.push(sessions::insert(cx.pool_ref(), &session, now));
    batch.extend(session_tracking::begin(cx, &session));
    batch.extend(stage.forgiven(cx));
    cx.apply(batch, |guard| refusal(cx, guard)).await?;
    let mut result = tokens::issue(cx, user, groups, &session, Some(session.rotation.generation))?;
    result.new_device_metadata = offered;
    Ok(Outcome::Granted(Box::new(result)))
}

/// Waits for a turn of this name: attempts are charged before the proof is looked at, so that without turns
/// a user's own parallel sign-ins would lock each other out. Few at a time is enough, since few stay below
/// the lockout's threshold.
pub(super) async fn turn<'a>(
    cx: &'a ClientCx,
    user: Option<&User>,
    name: &str,
) -> Result<SemaphorePermit<'a>> {
    let key = user.map_or_else(|| cx.pool().name_key(name), |user| user.id.to_string());
    cx.services.turnstile.enter(cx.pool().id.as_str(), &key).await
}
