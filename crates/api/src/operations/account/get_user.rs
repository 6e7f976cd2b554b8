//! GetUser: the attributes that the token's client may read.

use domain::Result;
use domain::attributes::{may_read, to_list};
use flows::cx::UserCx;
use wire::cognito_idp::shapes::{GetUserRequest, GetUserResponse};

pub async fn handle(cx: UserCx, _input: GetUserRequest) -> Result<GetUserResponse> {
    Ok(GetUserResponse {
        username: cx.user.username.clone(),
        user_attributes: to_list(&cx.user, |name| may_read(&cx.client, name)),
        ..Default::default()
    })
}
