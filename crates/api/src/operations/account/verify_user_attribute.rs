//! VerifyUserAttribute.

use domain::Result;
use flows::cx::UserCx;
use flows::profile;
use wire::cognito_idp::shapes::{VerifyUserAttributeRequest, VerifyUserAttributeResponse};

pub async fn handle(cx: UserCx, input: VerifyUserAttributeRequest) -> Result<VerifyUserAttributeResponse> {
    profile::verify(&cx, &input.attribute_name, &input.code).await?;
    Ok(VerifyUserAttributeResponse::default())
}
