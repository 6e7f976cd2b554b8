//! AddUserPoolClientSecret: a second secret, so that the first can be retired.

use domain::{Error, Result};
use flows::cx::PoolCx;
use storage::{client_secrets, clients};
use wire::Timestamp;
use wire::cognito_idp::shapes::{
    AddUserPoolClientSecretRequest, AddUserPoolClientSecretResponse, ClientSecretDescriptorType,
};

pub async fn handle(
    cx: PoolCx,
    input: AddUserPoolClientSecretRequest,
) -> Result<AddUserPoolClientSecretResponse> {
    let client = super::find(&cx, &input.client_id).await?;
    let existing = client_secrets::list(cx.db(), cx.pool_ref(), &client.id).await?;
    if existing.len() >= super::MAX_SECRETS {
        return Err(Error::LimitExceeded("Client secrets cannot exceed limit of 2 secrets.".into()));
    }
    let generated = input.client_secret.is_none();
    let secret = super::new_secret(&cx, &client.id, input.client_secret, &existing);
    // The client's version holds the limit when two callers add at once.
    let batch = [
        clients::touch(cx.pool_ref(), &client),
        client_secrets::insert(cx.db(), cx.pool_ref(), &client.id, &secret),
    ];
    cx.apply(batch, |_| None).await?;
    Ok(AddUserPoolClientSecretResponse {
        client_secret_descriptor: Some(ClientSecretDescriptorType {
            client_secret_id: Some(secret.id),
            client_secret_value: generated.then(|| secret.value.to_string()),
            client_secret_create_date: Some(Timestamp(secret.created_at.millis())),
        }),
    })
}
