//! SetUserSettings: SMS as second factor, in the older form.

use domain::Result;
use flows::cx::UserCx;
use flows::mfa_preference;
use wire::Empty;
use wire::cognito_idp::shapes::SetUserSettingsRequest;

pub async fn handle(cx: UserCx, input: SetUserSettingsRequest) -> Result<Empty> {
    mfa_preference::set(&cx, &cx.user, &super::sms_option(&input.mfa_options)?).await?;
    Ok(Empty {})
}
