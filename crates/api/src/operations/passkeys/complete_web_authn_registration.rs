//! CompleteWebAuthnRegistration.

use domain::Result;
use flows::cx::UserCx;
use flows::passkeys;
use wire::cognito_idp::shapes::{CompleteWebAuthnRegistrationRequest, CompleteWebAuthnRegistrationResponse};

pub async fn handle(
    cx: UserCx,
    input: CompleteWebAuthnRegistrationRequest,
) -> Result<CompleteWebAuthnRegistrationResponse> {
    super::refuse_reset(&cx)?;
    passkeys::register(&cx, input.credential).await?;
    Ok(CompleteWebAuthnRegistrationResponse {})
}
