//! A user's passkeys (WebAuthn).

pub mod complete_web_authn_registration;
pub mod delete_web_authn_credential;
pub mod list_web_authn_credentials;
pub mod start_web_authn_registration;

use domain::user::UserStatus;
use domain::{Error, Result};
use flows::cx::UserCx;

/// Whoever must set a new password first does not change factors by a token from before.
fn refuse_reset(cx: &UserCx) -> Result<()> {
    if cx.user.status == UserStatus::ResetRequired { Err(Error::PasswordResetRequired) } else { Ok(()) }
}
