//! Recognising a user by id token, for who trusts a user pool from outside it.

use crypto::jose::JwsError;
use data_encoding::BASE64URL_NOPAD;
use domain::Error;
use domain::ids::{ClientId, PoolId, SessionId, UserId};
use serde::Deserialize;
use storage::sessions::{self, Bearer};

use crate::services::Services;

/// Whom an id token is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebIdentity {
    /// The pool's, as the token has it.
    pub issuer: String,
    /// The app client.
    pub audience: String,
    /// The user's `sub`.
    pub subject: String,
}

impl WebIdentity {
    /// The issuer as IAM names providers: without its scheme.
    pub fn provider(&self) -> &str {
        self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, rest)| rest)
    }
}

/// Why a token says nothing.
#[derive(Debug)]
pub enum Refusal {
    Invalid,
    /// Epoch seconds.
    Expired {
        now: i64,
        end: i64,
    },
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iss: String,
    aud: String,
    token_use: String,
    exp: i64,
    origin_jti: Option<String>,
    /// Names the session where the client's tokens carry no `origin_jti`.
    event_id: String,
}

/// The user of an id token: issued here by a live pool and client, unexpired, its session not revoked, its user
/// enabled.
pub async fn verify(services: &Services, token: &str) -> Result<WebIdentity, Refusal> {
    // Until the signature is checked they say no more than where to look.
    let claims = claims(token).ok_or(Refusal::Invalid)?;
    let pool_id = PoolId::of_issuer(&claims.iss).ok_or(Refusal::Invalid)?;
    let live = services.directory.by_id(&services.db, &pool_id).await?.ok_or(Refusal::Invalid)?;
    let key = live.id_key.verifying_key().map_err(Error::internal)?;
    crypto::jose::verify(token, [&key]).map_err(|_: JwsError| Refusal::Invalid)?;
    if claims.iss != live.pool.issuer || claims.token_use != "id" {
        return Err(Refusal::Invalid);
    }
    let now = services.clock.now().secs();
    if now >= claims.exp {
        return Err(Refusal::Expired { now, end: claims.exp });
    }
    let (user_id, client_id) = (UserId::new(&*claims.sub), ClientId::new(&*claims.aud));
    let session_id = SessionId::new(claims.origin_jti.unwrap_or(claims.event_id));
    let known = services.directory.known_client(&client_id);
    let bearer =
        sessions::bearer(&services.db, &live.pool_ref, &user_id, &session_id, &client_id, known.as_ref());
    let Bearer { user, session, client } = bearer.await?.ok_or(Refusal::Invalid)?;
    let live_session = session.is_some_and(|session| session.client_id == client_id);
    if !user.enabled || !live_session || client.is_none() {
        return Err(Refusal::Invalid);
    }
    Ok(WebIdentity { issuer: claims.iss, audience: claims.aud, subject: claims.sub })
}

fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let bytes = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok()
}
