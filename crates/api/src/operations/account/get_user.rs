//! GetUser: the attributes that the token's client may read.

use domain::Result;
use domain::attributes::{may_read, to_list};
use flows::cx::UserCx;
use wire::cognito_idp::shapes::{GetUserRequest, GetUserResponse};

use crate::operations::mfa;

pub async fn handle(cx: UserCx, _input: GetUserRequest) -> Result<GetUserResponse> {
    let (user_mfa_setting_list, preferred_mfa_setting) = mfa::shown(&cx.user);
    Ok(GetUserResponse {
        username: cx.user.username.clone(),
        user_attributes: to_list(&cx.user, |name| may_read(&cx.client, name)),
        mfa_options: mfa::options(&cx.user),
        preferred_mfa_setting,
        user_mfa_setting_list,
    })
}
