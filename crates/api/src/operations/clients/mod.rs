//! App clients and their secrets.

pub mod add_user_pool_client_secret;
pub mod create_user_pool_client;
pub mod delete_user_pool_client;
pub mod delete_user_pool_client_secret;
pub mod describe_user_pool_client;
pub mod list_user_pool_client_secrets;
pub mod list_user_pool_clients;
pub mod update_user_pool_client;

use domain::client::Client;
use domain::ids::ClientId;
use domain::{Error, Result};
use flows::cx::PoolCx;
use storage::client_secrets::{self, ClientSecret};
use wire::Timestamp;
use wire::cognito_idp::shapes::UserPoolClientType;
use zeroize::Zeroizing;

/// Secrets a client can have, so that one can replace the other.
const MAX_SECRETS: usize = 2;

/// A client as Create, Describe and Update show it, with its newest secret.
async fn describe(cx: &PoolCx, client: &Client) -> Result<UserPoolClientType> {
    let secrets = client_secrets::list(cx.db(), cx.pool_ref(), &client.id).await?;
    Ok(UserPoolClientType {
        user_pool_id: Some(client.pool_id.as_str().to_owned()),
        client_id: Some(client.id.as_str().to_owned()),
        client_secret: secrets.last().map(|secret| secret.value.to_string()),
        creation_date: Some(Timestamp(client.created_at.millis())),
        last_modified_date: Some(Timestamp(client.modified_at.millis())),
        ..client.settings.clone()
    })
}

pub(super) async fn find(cx: &PoolCx, id: &str) -> Result<Client> {
    let id = ClientId::new(id);
    storage::clients::find(cx.db(), cx.pool_ref(), &id).await?.ok_or(Error::ClientNotFound(id))
}

/// A secret for a client: the caller's own, or 52 characters of `[0-9a-z]`. `taken` are the ids in use.
fn new_secret(cx: &PoolCx, client: &ClientId, given: Option<String>, taken: &[ClientSecret]) -> ClientSecret {
    let now = cx.now();
    let mut id = format!("{client}--{}", now.secs());
    if taken.iter().any(|secret| secret.id == id) {
        id = format!("{client}--{}", now.secs() + 1);
    }
    let value = given.unwrap_or_else(|| crypto::random::alphanumeric_lower(cx.random(), 52));
    ClientSecret { id, value: Zeroizing::new(value), created_at: now }
}
