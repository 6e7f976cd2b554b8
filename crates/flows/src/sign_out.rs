//! Ending sessions: RevokeToken, GlobalSignOut, AdminUserGlobalSignOut.

use domain::{Error, Result, User};
use storage::sessions;
use storage::users::{self, Credentials};

use crate::cx::{ClientCx, PoolCx};
use crate::tokens::RefreshToken;

/// RevokeToken, after the client has been authenticated. What is revoked or expired already is a success.
pub async fn revoke(cx: &ClientCx, token: &str) -> Result<()> {
    if !cx.client.revocation_enabled() {
        return Err(Error::RevocationNotEnabled);
    }
    let token = RefreshToken::open(cx, token).ok_or(Error::UnsupportedTokenType)?;
    if token.client != cx.client.id.as_str() {
        return Err(Error::TokenOfAnotherClient);
    }
    cx.apply([sessions::revoke(cx.pool_ref(), &token.session)], |_| None).await
}

/// How often a sign-out is tried again when the user changed in between.
const TRIES: u32 = 5;

/// Ends every session of a user, and every attempt under way.
pub async fn everywhere(cx: &PoolCx, user: &User) -> Result<()> {
    let mut user = user.clone();
    for _ in 0..TRIES {
        let mut batch = users::update(cx.pool_ref(), &user, &user, Credentials::Changed, cx.now())?;
        batch.push(sessions::revoke_all_of(cx.pool_ref(), &user));
        match cx.apply(batch, |_| None).await {
            Err(Error::ConcurrentModification) => {}
            done => return done,
        }
        user = users::find(cx.db(), cx.pool_ref(), &user.id).await?.ok_or(Error::UserNotFound)?;
    }
    Err(Error::TooManyRequests)
}
