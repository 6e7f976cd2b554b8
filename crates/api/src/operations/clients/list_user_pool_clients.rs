//! ListUserPoolClients.

use domain::Result;
use domain::client::Client;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{
    ListUserPoolClientsRequest, ListUserPoolClientsResponse, UserPoolClientDescription,
};

use crate::pagination::{self, Listing};

const DEFAULT_LIMIT: i32 = 60;

pub async fn handle(cx: PoolCx, input: ListUserPoolClientsRequest) -> Result<ListUserPoolClientsResponse> {
    let listing = Listing::of_pool("ListUserPoolClients", &cx);
    let after = listing.position(&cx.services, input.next_token.as_deref())?;
    let limit = i64::from(input.max_results.unwrap_or(DEFAULT_LIMIT));
    let clients = storage::clients::list(cx.db(), cx.pool_ref(), &after, limit + 1).await?;
    let (clients, next_token) =
        pagination::cut(&listing, &cx.services, clients, limit.unsigned_abs() as usize, |c| c.id.to_string());
    let describe = |client: Client| UserPoolClientDescription {
        client_id: Some(client.id.into_string()),
        user_pool_id: Some(client.pool_id.into_string()),
        client_name: client.settings.client_name,
    };
    Ok(ListUserPoolClientsResponse {
        user_pool_clients: Some(clients.into_iter().map(describe).collect()),
        next_token,
    })
}
