//! SetUserPoolClientSessionConfiguration, for pools that track sessions.

use domain::Result;
use flows::cx::PoolCx;
use flows::session_tracking;
use wire::cognito_idp::shapes::{
    SetUserPoolClientSessionConfigurationRequest, SetUserPoolClientSessionConfigurationResponse,
};

use crate::operations::clients;

pub async fn handle(
    cx: PoolCx,
    input: SetUserPoolClientSessionConfigurationRequest,
) -> Result<SetUserPoolClientSessionConfigurationResponse> {
    let client = clients::find(&cx, &input.client_id).await?;
    session_tracking::configure_client(&cx, &client, input.sso_session.max_validity_minutes).await?;
    Ok(SetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        client_id: Some(input.client_id),
        sso_session: Some(input.sso_session),
    })
}
