//! GetUserAttributeVerificationCode.

use domain::Result;
use flows::cx::UserCx;
use flows::profile;
use wire::cognito_idp::shapes::{
    GetUserAttributeVerificationCodeRequest, GetUserAttributeVerificationCodeResponse,
};

pub async fn handle(
    cx: UserCx,
    input: GetUserAttributeVerificationCodeRequest,
) -> Result<GetUserAttributeVerificationCodeResponse> {
    let details = profile::send_code(&cx, &input.attribute_name).await?;
    Ok(GetUserAttributeVerificationCodeResponse { code_delivery_details: Some(details) })
}
