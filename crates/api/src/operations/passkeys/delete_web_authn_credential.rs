//! DeleteWebAuthnCredential.

use domain::{Error, Result};
use flows::cx::UserCx;
use storage::{passkeys, users};
use wire::cognito_idp::shapes::{DeleteWebAuthnCredentialRequest, DeleteWebAuthnCredentialResponse};

pub async fn handle(
    cx: UserCx,
    input: DeleteWebAuthnCredentialRequest,
) -> Result<DeleteWebAuthnCredentialResponse> {
    super::refuse_reset(&cx)?;
    let refusal = |guard| match guard {
        passkeys::EXISTS => Some(Error::NotFound("Credential does not exist.".into())),
        // The token was good when it was looked at, and the user has been disabled or signed out since.
        users::CREDENTIALS_UNCHANGED => Some(Error::AccessTokenRevoked),
        _ => None,
    };
    cx.apply(passkeys::delete(cx.pool_ref(), &cx.user, &input.credential_id), refusal).await?;
    Ok(DeleteWebAuthnCredentialResponse {})
}
