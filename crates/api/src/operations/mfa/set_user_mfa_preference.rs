//! SetUserMFAPreference.

use domain::Result;
use flows::cx::UserCx;
use flows::mfa_preference;
use wire::Empty;
use wire::cognito_idp::shapes::SetUserMFAPreferenceRequest;

pub async fn handle(cx: UserCx, input: SetUserMFAPreferenceRequest) -> Result<Empty> {
    let wishes = super::wishes(
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
        input.webauthn_mfa_settings,
    );
    mfa_preference::set(&cx, &cx.user, &wishes).await?;
    Ok(Empty {})
}
