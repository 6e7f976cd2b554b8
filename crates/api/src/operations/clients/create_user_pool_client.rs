//! CreateUserPoolClient.

use domain::Result;
use domain::client::{Client, settings};
use domain::ids::ClientId;
use domain::session_tracking::DEFAULT_SSO_VALIDITY;
use flows::cx::PoolCx;
use storage::{client_secrets, clients};
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
        has_secret,
        // Random, so that no snapshot of a deleted client is taken for a new one under its id.
        version: i64::from(u32::from_be_bytes(crypto::random::bytes(cx.random()))) + 1,
        created_at: now,
        modified_at: now,
        sso_validity: DEFAULT_SSO_VALIDITY,
    };
    let mut batch = vec![clients::insert(cx.pool_ref(), &client)?];
    if has_secret {
        let secret = super::new_secret(&cx, &client.id, given, &[]);
        batch.push(client_secrets::insert(cx.db(), cx.pool_ref(), &client.id, &secret));
    }
    cx.apply(batch, |_| None).await?;
    Ok(CreateUserPoolClientResponse { user_pool_client: Some(super::describe(&cx, &client).await?) })
}
