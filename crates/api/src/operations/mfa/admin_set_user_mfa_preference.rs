//! AdminSetUserMFAPreference.

use domain::Result;
use flows::cx::PoolCx;
use flows::{mfa_preference, users};
use wire::Empty;
use wire::cognito_idp::shapes::AdminSetUserMFAPreferenceRequest;

pub async fn handle(cx: PoolCx, input: AdminSetUserMFAPreferenceRequest) -> Result<Empty> {
    let user = users::find(&cx, &input.username).await?;
    let wishes = super::wishes(
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
        input.webauthn_mfa_settings,
    );
    mfa_preference::set(&cx, &user, &wishes).await?;
    Ok(Empty {})
}
