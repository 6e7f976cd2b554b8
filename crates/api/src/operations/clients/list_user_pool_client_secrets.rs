//! ListUserPoolClientSecrets: ids and dates, never values.

use domain::Result;
use flows::cx::PoolCx;
use storage::client_secrets;
use wire::Timestamp;
use wire::cognito_idp::shapes::{
    ClientSecretDescriptorType, ListUserPoolClientSecretsRequest, ListUserPoolClientSecretsResponse,
};

/// At most two secrets exist, so there is never a second page and a token for one is invalid.
pub async fn handle(
    cx: PoolCx,
    input: ListUserPoolClientSecretsRequest,
) -> Result<ListUserPoolClientSecretsResponse> {
    if input.next_token.is_some() {
        return Err(domain::Error::invalid("Invalid pagination token"));
    }
    let client = super::find(&cx, &input.client_id).await?;
    let secrets = client_secrets::list(cx.db(), cx.pool_ref(), &client.id).await?;
    let describe = |secret: &client_secrets::ClientSecret| ClientSecretDescriptorType {
        client_secret_id: Some(secret.id.clone()),
        client_secret_value: None,
        client_secret_create_date: Some(Timestamp(secret.created_at.millis())),
    };
    Ok(ListUserPoolClientSecretsResponse {
        client_secrets: Some(secrets.iter().map(describe).collect()),
        ..Default::default()
    })
}
