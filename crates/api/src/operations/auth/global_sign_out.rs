//! GlobalSignOut.

use domain::Result;
use flows::cx::UserCx;
use flows::sign_out;
use wire::cognito_idp::shapes::{GlobalSignOutRequest, GlobalSignOutResponse};

pub async fn handle(cx: UserCx, _input: GlobalSignOutRequest) -> Result<GlobalSignOutResponse> {
    sign_out::everywhere(&cx, &cx.user).await?;
    Ok(GlobalSignOutResponse::default())
}
