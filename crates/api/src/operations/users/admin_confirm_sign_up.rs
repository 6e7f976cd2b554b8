//! AdminConfirmSignUp: confirms without a code; addresses stay unverified.

use domain::Result;
use flows::cx::PoolCx;
use flows::{sign_up, users};
use wire::cognito_idp::shapes::{AdminConfirmSignUpRequest, AdminConfirmSignUpResponse};

pub async fn handle(cx: PoolCx, input: AdminConfirmSignUpRequest) -> Result<AdminConfirmSignUpResponse> {
    let user = users::find(&cx, &input.username).await?;
    sign_up::confirm_by_administrator(&cx, &user).await?;
    Ok(AdminConfirmSignUpResponse::default())
}
