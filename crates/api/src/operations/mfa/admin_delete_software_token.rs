//! AdminDeleteSoftwareToken.

use domain::Result;
use flows::cx::PoolCx;
use flows::{software_token, users};
use wire::Empty;
use wire::cognito_idp::shapes::AdminDeleteSoftwareTokenRequest;

pub async fn handle(cx: PoolCx, input: AdminDeleteSoftwareTokenRequest) -> Result<Empty> {
    let user = users::find(&cx, &input.username).await?;
    software_token::delete(&cx, &user).await?;
    Ok(Empty {})
}
