//! CreateUserPoolClient.

use domain::client::{Client, settings};
use domain::ids::ClientId;
use domain::{Error, Result};
use flows::cx::PoolCx;
use storage::{client_secrets, clients, pools};
use wire::cognito_idp::shapes::{CreateUserPoolClientRequest, CreateUserPoolClientResponse};

pub async fn handle(cx: PoolCx, input: CreateUserPoolClientRequest) -> Result<CreateUserPoolClientResponse> {
    let id = ClientId::generate(cx.random());
    create(cx, id, input).await
}

/// The operation under a chosen id, for seeds.
pub(crate) async fn create(
    cx: PoolCx,
    id: ClientId,
    mut input: CreateUserPoolClientRequest,
) -> Result<CreateUserPoolClientResponse> {
    let given = input.client_secret.take();
    let has_secret = given.is_some() || input.generate_secret == Some(true);
    let now = cx.now();
    let client = Client {
        id,
        pool_id: cx.pool().id.clone(),
        settings: settings::create(cx.pool(), input, has_secret)?,
        // Random, so that no snapshot of a deleted client is taken for a new one under its id.
        version: i64::from(u32::from_be_bytes(crypto::random::bytes(cx.random()))) + 1,
        created_at: now,
        modified_at: now,
    };
    let mut batch = vec![pools::lives(cx.pool_ref()), clients::insert(cx.pool_ref(), &client)?];
    if has_secret {
        let secret = super::new_secret(&cx, &client.id, given, &[]);
        batch.push(client_secrets::insert(cx.db(), cx.pool_ref(), &client.id, &secret));
    }
    let deleted = |guard| (guard == pools::LIVES).then(|| Error::PoolNotFound(cx.pool().id.clone()));
    cx.db().apply(batch, deleted).await?;
    Ok(CreateUserPoolClientResponse { user_pool_client: Some(super::describe(&cx, &client).await?) })
}
