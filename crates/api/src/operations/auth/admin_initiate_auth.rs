//! AdminInitiateAuth.

use domain::Result;
use domain::auth::Surface;
use domain::ids::ClientId;
use flows::cx::PoolCx;
use flows::sign_in;
use wire::cognito_idp::shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use super::FromOutcome as _;

pub async fn handle(cx: PoolCx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse> {
    let cx = cx.with_client(&ClientId::new(input.client_id)).await?;
    let parameters = input.auth_parameters.unwrap_or_default();
    let outcome = sign_in::initiate(
        &cx,
        Surface::Administrator,
        input.auth_flow,
        &parameters,
        input.session.as_deref(),
    )
    .await?;
    Ok(AdminInitiateAuthResponse::from_outcome(outcome))
}
