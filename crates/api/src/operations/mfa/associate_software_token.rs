//! AssociateSoftwareToken.

use domain::Result;
use flows::cx::HolderCx;
use flows::software_token;
use wire::cognito_idp::shapes::{AssociateSoftwareTokenRequest, AssociateSoftwareTokenResponse};

pub async fn handle(
    cx: HolderCx,
    _: AssociateSoftwareTokenRequest,
) -> Result<AssociateSoftwareTokenResponse> {
    let (secret, session) = software_token::associate(&cx.pool_cx, &cx.holder).await?;
    Ok(AssociateSoftwareTokenResponse { secret_code: Some(secret), session })
}
