//! DeleteUserPoolClientSecret. The last secret stays.

use domain::{Error, Result};
use flows::cx::PoolCx;
use storage::{client_secrets, clients};
use wire::Empty;
use wire::cognito_idp::shapes::DeleteUserPoolClientSecretRequest;

pub async fn handle(cx: PoolCx, input: DeleteUserPoolClientSecretRequest) -> Result<Empty> {
    let client = super::find(&cx, &input.client_id).await?;
    let secrets = client_secrets::list(cx.db(), cx.pool_ref(), &client.id).await?;
    let not_found = || Error::NotFound("Client secret not found.".into());
    if !secrets.iter().any(|secret| secret.id == input.client_secret_id) {
        return Err(not_found());
    }
    if secrets.len() == 1 {
        return Err(Error::invalid("The last client secret cannot be deleted."));
    }
    let batch = [
        clients::touch(cx.pool_ref(), &client),
        client_secrets::delete(cx.pool_ref(), &client.id, &input.client_secret_id),
    ];
    cx.apply(batch, |guard| (guard == client_secrets::EXISTS).then(not_found)).await?;
    Ok(Empty {})
}
