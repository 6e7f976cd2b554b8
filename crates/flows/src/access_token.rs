//! Recognising a signed-in user by access token.

use std::sync::Arc;

use crypto::jose::JwsError;
use data_encoding::BASE64URL_NOPAD;
use domain::ids::{ClientId, PoolId, SessionId, UserId};
use domain::{Error, Result};
use serde::Deserialize;
use storage::sessions::{self, Bearer};

use crate::cx::{Caller, ClientCx, PoolCx, UserCx};
use crate::services::Services;

/// The scope by which a token may act on its user through the API.
pub const USER_ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iss: String,
    token_use: String,
    client_id: String,
    #[serde(default)]
    scope: String,
    exp: i64,
    origin_jti: Option<String>,
    /// Names the session where the client's tokens carry no `origin_jti`.
    event_id: String,
}

/// The user of an access token: issued here, by a live pool and client, unexpired, with the user scope, its
/// session not revoked, its user enabled.
pub async fn authenticate(services: &Arc<Services>, caller: Caller, token: &str) -> Result<UserCx> {
    // Until the signature is checked they say no more than where to look.
    let claims = claims(token).ok_or(Error::AccessTokenInvalid)?;
    let pool_id = PoolId::of_issuer(&claims.iss).ok_or(Error::AccessTokenInvalid)?;
    let live = services.directory.by_id(&services.db, &pool_id).await?.ok_or(Error::AccessTokenInvalid)?;
    crypto::jose::verify(token, [&live.access_verifying_key]).map_err(|e| match e {
        JwsError::Signature => Error::AccessTokenSignature,
        JwsError::Malformed | JwsError::UnknownHeader => Error::AccessTokenInvalid,
    })?;
    if claims.iss != live.pool.issuer || claims.token_use != "access" {
        return Err(Error::AccessTokenInvalid);
    }
    if services.clock.now().secs() >= claims.exp {
        return Err(Error::AccessTokenExpired);
    }
    if !claims.scope.split(' ').any(|scope| scope == USER_ADMIN_SCOPE) {
        return Err(Error::AccessTokenLacksScope);
    }
    let pool_cx = PoolCx { services: services.clone(), caller, live };
    let user_id = UserId::new(claims.sub);
    let session_id = SessionId::new(claims.origin_jti.unwrap_or(claims.event_id));
    let client_id = ClientId::new(claims.client_id);
    let known = services.directory.known_client(&client_id);
    let (db, pool_ref) = (pool_cx.db(), pool_cx.pool_ref());
    let Bearer { user, session, client } =
        sessions::bearer(db, pool_ref, &user_id, &session_id, &client_id, known.as_ref())
            .await?
            .ok_or(Error::UserNotFound)?;
    if !user.enabled {
        return Err(Error::UserDisabled);
    }
    let session = session.ok_or(Error::AccessTokenRevoked)?;
    if session.client_id != client_id {
        return Err(Error::AccessTokenInvalid);
    }
    let client = client.ok_or(Error::ClientNotFound(client_id))?;
    services.directory.keep_client(&client);
    Ok(UserCx { client_cx: ClientCx { pool_cx, client }, user, session })
}

fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let bytes = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok()
}
