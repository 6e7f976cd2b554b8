//! AdminSetUserPassword: a permanent password, or a temporary one to be replaced at the next sign-in.

use domain::Result;
use flows::cx::PoolCx;
use flows::{passwords, users};
use wire::cognito_idp::shapes::{AdminSetUserPasswordRequest, AdminSetUserPasswordResponse};

pub async fn handle(cx: PoolCx, input: AdminSetUserPasswordRequest) -> Result<AdminSetUserPasswordResponse> {
    let user = users::find(&cx, &input.username).await?;
    passwords::set(&cx, &user, &input.password, input.permanent.unwrap_or(false)).await?;
    Ok(AdminSetUserPasswordResponse::default())
}
