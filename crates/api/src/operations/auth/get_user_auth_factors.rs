//! GetUserAuthFactors.

use domain::Result;
use flows::cx::UserCx;
use wire::cognito_idp::shapes::{GetUserAuthFactorsRequest, GetUserAuthFactorsResponse};

use crate::operations::mfa;

pub async fn handle(cx: UserCx, _: GetUserAuthFactorsRequest) -> Result<GetUserAuthFactorsResponse> {
    let (user_mfa_setting_list, preferred_mfa_setting) = mfa::shown(&cx.user);
    Ok(GetUserAuthFactorsResponse {
        username: cx.user.username.clone(),
        preferred_mfa_setting,
        user_mfa_setting_list,
        configured_user_auth_factors: Some(flows::auth_factors::configured(&cx, &cx.user).await?),
    })
}
