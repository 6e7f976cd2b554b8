//! AdminGetUserAuthFactors.

use domain::Result;
use flows::cx::PoolCx;
use flows::users;
use wire::cognito_idp::shapes::{AdminGetUserAuthFactorsRequest, AdminGetUserAuthFactorsResponse};

use crate::operations::mfa;

pub async fn handle(
    cx: PoolCx,
    input: AdminGetUserAuthFactorsRequest,
) -> Result<AdminGetUserAuthFactorsResponse> {
    let user = users::find(&cx, &input.username).await?;
    let (user_mfa_setting_list, preferred_mfa_setting) = mfa::shown(&user);
    Ok(AdminGetUserAuthFactorsResponse {
        preferred_mfa_setting,
        user_mfa_setting_list,
        configured_user_auth_factors: Some(flows::auth_factors::configured(&cx, &user).await?),
        username: user.username,
    })
}
