//! Refresh tokens: REFRESH_TOKEN_AUTH, and GetTokensFromRefreshToken with rotation.

use domain::session::{Rotation, RotationStep, Session};
use domain::{Error, Result, User};
use storage::{sessions, users};
use wire::cognito_idp::shapes::{AuthenticationResultType, ExplicitAuthFlowsType};

use super::{Outcome, Parameters, refuse_unenforced, required};
use crate::client_auth;
use crate::cx::ClientCx;
use crate::session_tracking;
use crate::tokens::{self, RefreshToken};

/// How often a rotation is judged again when another call rotated in between.
const TRIES: u32 = 5;

/// REFRESH_TOKEN_AUTH. The hash is over the real username, which the token knows.
pub(super) async fn by_parameters(cx: &ClientCx, parameters: &Parameters) -> Result<Outcome> {
    let token = required(parameters, "REFRESH_TOKEN")?;
    let hash = parameters.get("SECRET_HASH").map(String::as_str);
    let secrets = client_auth::secrets(cx).await?;
    if !secrets.is_empty() && hash.is_none() {
        return Err(Error::ClientSecretMissing(cx.client.id.clone()));
    }
    let (user, session, generation) =
        find(cx, token, parameters.get("DEVICE_KEY").map(String::as_str)).await?;
    client_auth::check_hash_with(cx, &secrets, &[&user.username, user.id.as_str()], hash)
        .map_err(|_| Error::RefreshSecretMismatch(cx.client.id.clone()))?;
    check_present(&session, generation)?;
    session_tracking::touch_now(cx, &session).await?;
    let groups = storage::groups::of_user(cx.db(), cx.pool_ref(), &user.id).await?;
    Ok(Outcome::Granted(Box::new(tokens::issue(cx, &user, groups, &session, None)?)))
}

/// GetTokensFromRefreshToken, after the client has been authenticated.
pub async fn refresh(
    cx: &ClientCx,
    token: &str,
    device_key: Option<&str>,
) -> Result<AuthenticationResultType> {
    refuse_unenforced(cx)?;
    let grace = cx.client.rotation_grace();
    // A client that rotates cannot allow the flow; any other must.
    if grace.is_none() && !cx.client.allows(ExplicitAuthFlowsType::AllowRefreshTokenAuth) {
        return Err(Error::AuthFlowNotEnabled("REFRESH_TOKEN_AUTH"));
    }
    for _ in 0..TRIES {
        let (user, session, generation) = find(cx, token, device_key).await?;
        let next = match grace {
            None => {
                check_present(&session, generation)?;
                session_tracking::touch_now(cx, &session).await?;
                None
            }
            Some(grace) => match session.rotation.judge(generation, grace, cx.now()) {
                RotationStep::Reused => return Err(Error::RefreshTokenReused),
                RotationStep::Repeat => {
                    session_tracking::touch_now(cx, &session).await?;
                    Some(session.rotation.generation)
                }
                RotationStep::Advance => {
                    let next = Rotation { generation: generation + 1, rotated_at: cx.now() };
                    let mut batch = vec![
                        users::credentials_unchanged(cx.pool_ref(), &user),
                        sessions::rotate(cx.pool_ref(), &session, next),
                    ];
                    batch.extend(session_tracking::touch(cx, &session));
                    match cx.apply(batch, |_| None).await {
                        Ok(()) => Some(next.generation),
                        Err(Error::ConcurrentModification) => continue,
                        Err(error) => return Err(error),
                    }
                }
            },
        };
        let groups = storage::groups::of_user(cx.db(), cx.pool_ref(), &user.id).await?;
        return tokens::issue(cx, &user, groups, &session, next);
    }
    Err(Error::TooManyRequests)
}

/// A token that rotation replaced stays dead after rotation was switched off.
fn check_present(session: &Session, generation: i64) -> Result<()> {
    if generation == session.rotation.generation { Ok(()) } else { Err(Error::RefreshTokenRevoked) }
}

/// The user and session of a refresh token that this client was given, with the token's generation.
async fn find(cx: &ClientCx, token: &str, device_key: Option<&str>) -> Result<(User, Session, i64)> {
    let token = RefreshToken::open(cx, token).ok_or(Error::RefreshTokenInvalid)?;
    if token.client != cx.client.id.as_str() {
        return Err(Error::RefreshTokenInvalid);
    }
    let (user, session) = sessions::find_with_user(cx.db(), cx.pool_ref(), &token.session)
        .await?
        .ok_or(Error::RefreshTokenRevoked)?;
    if session.client_id != cx.client.id {
        return Err(Error::RefreshTokenInvalid);
    }
    if cx.now() >= session.expires_at {
        return Err(Error::RefreshTokenExpired);
    }
    if session.device_key.as_deref().is_some_and(|key| device_key != Some(key)) {
        return Err(Error::RefreshTokenInvalid);
    }
    if !user.enabled {
        return Err(Error::UserDisabled);
    }
    Ok((user, session, token.generation))
}
