//! AdminGetUser.

use domain::Result;
use domain::attributes::to_list;
use flows::cx::PoolCx;
use flows::users;
use wire::Timestamp;
use wire::cognito_idp::shapes::{AdminGetUserRequest, AdminGetUserResponse};

use crate::operations::mfa;

pub async fn handle(cx: PoolCx, input: AdminGetUserRequest) -> Result<AdminGetUserResponse> {
    let user = users::find(&cx, &input.username).await?;
    let (user_mfa_setting_list, preferred_mfa_setting) = mfa::shown(&user);
    Ok(AdminGetUserResponse {
        user_attributes: Some(to_list(&user, |_| true)),
        user_create_date: Some(Timestamp(user.created_at.millis())),
        user_last_modified_date: Some(Timestamp(user.modified_at.millis())),
        enabled: Some(user.enabled),
        user_status: Some(super::status(user.status)),
        mfa_options: mfa::options(&user),
        preferred_mfa_setting,
        user_mfa_setting_list,
        username: user.username,
    })
}
