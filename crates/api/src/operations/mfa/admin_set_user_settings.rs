//! AdminSetUserSettings: SMS as second factor, in the older form.

use domain::Result;
use flows::cx::PoolCx;
use flows::{mfa_preference, users};
use wire::Empty;
use wire::cognito_idp::shapes::AdminSetUserSettingsRequest;

pub async fn handle(cx: PoolCx, input: AdminSetUserSettingsRequest) -> Result<Empty> {
    let user = users::find(&cx, &input.username).await?;
    mfa_preference::set(&cx, &user, &super::sms_option(&input.mfa_options)?).await?;
    Ok(Empty {})
}
