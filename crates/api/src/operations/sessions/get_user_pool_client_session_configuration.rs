//! GetUserPoolClientSessionConfiguration.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{
    ClientSSOSessionConfigType, GetUserPoolClientSessionConfigurationRequest,
    GetUserPoolClientSessionConfigurationResponse,
};

use crate::operations::clients;

pub async fn handle(
    cx: PoolCx,
    input: GetUserPoolClientSessionConfigurationRequest,
) -> Result<GetUserPoolClientSessionConfigurationResponse> {
    let client = clients::find(&cx, &input.client_id).await?;
    Ok(GetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        client_id: Some(input.client_id),
        sso_session: Some(ClientSSOSessionConfigType { max_validity_minutes: client.sso_validity }),
    })
}
