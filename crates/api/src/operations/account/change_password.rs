//! ChangePassword.

use domain::Result;
use flows::cx::UserCx;
use flows::passwords;
use wire::cognito_idp::shapes::{ChangePasswordRequest, ChangePasswordResponse};

pub async fn handle(cx: UserCx, input: ChangePasswordRequest) -> Result<ChangePasswordResponse> {
    passwords::change(&cx, input.previous_password.as_deref(), &input.proposed_password).await?;
    Ok(ChangePasswordResponse::default())
}
