//! Passkeys: registering them and signing in by them. What a response proves is decided by the WebAuthn library;
//! where challenges lie, whose they are and what they write is decided here.

mod assertion;
mod ceremony;
mod registration;
mod response;

pub use assertion::{Assertion, assertion_options, is_available, refusal, verify_assertion};
pub use registration::{register, registration_options};

use domain::passkeys::{self, Passkey};
use domain::{Result, User};

use crate::cx::PoolCx;

/// The user's passkeys that sign for the pool's relying party as it is now, oldest first.
async fn usable(cx: &PoolCx, user: &User) -> Result<Vec<Passkey>> {
    let Some(rp_id) = passkeys::relying_party(cx.pool()) else { return Ok(Vec::new()) };
    let mut found = storage::passkeys::of_user(cx.db(), cx.pool_ref(), &user.id).await?;
    found.retain(|passkey| passkey.rp_id == rp_id);
    Ok(found)
}
