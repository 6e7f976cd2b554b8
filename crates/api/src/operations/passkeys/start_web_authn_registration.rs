//! StartWebAuthnRegistration.

use domain::Result;
use flows::cx::UserCx;
use flows::passkeys;
use wire::cognito_idp::shapes::{StartWebAuthnRegistrationRequest, StartWebAuthnRegistrationResponse};

pub async fn handle(
    cx: UserCx,
    _input: StartWebAuthnRegistrationRequest,
) -> Result<StartWebAuthnRegistrationResponse> {
    super::refuse_reset(&cx)?;
    let credential_creation_options = passkeys::registration_options(&cx).await?;
    Ok(StartWebAuthnRegistrationResponse { credential_creation_options })
}
