//! UpdateUserPoolClient: replaces every settable member, absent ones by their default.

use domain::Result;
use domain::client::settings;
use flows::cx::PoolCx;
use storage::clients;
use wire::cognito_idp::shapes::{UpdateUserPoolClientRequest, UpdateUserPoolClientResponse};

pub async fn handle(cx: PoolCx, input: UpdateUserPoolClientRequest) -> Result<UpdateUserPoolClientResponse> {
    let mut client = super::find(&cx, &input.client_id).await?;
    client.settings = settings::update(cx.pool(), &client, input, client.has_secret)?;
    let now = cx.now();
    cx.apply([clients::update(cx.pool_ref(), &client, now)?], |_| None).await?;
    client.modified_at = now;
    Ok(UpdateUserPoolClientResponse { user_pool_client: Some(super::describe(&cx, &client).await?) })
}
