//! VerifySoftwareToken.

use domain::Result;
use flows::cx::HolderCx;
use flows::software_token;
use wire::cognito_idp::shapes::{
    VerifySoftwareTokenRequest, VerifySoftwareTokenResponse, VerifySoftwareTokenResponseType,
};

pub async fn handle(cx: HolderCx, input: VerifySoftwareTokenRequest) -> Result<VerifySoftwareTokenResponse> {
    let name = input.friendly_device_name.as_deref();
    let session = software_token::verify(&cx.pool_cx, &cx.holder, &input.user_code, name).await?;
    Ok(VerifySoftwareTokenResponse { status: Some(VerifySoftwareTokenResponseType::Success), session })
}
