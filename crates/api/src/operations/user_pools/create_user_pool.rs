//! CreateUserPool.

use domain::ids::PoolId;
use domain::pool::MfaSettings;
use domain::session_tracking::SessionTracking;
use domain::{Pool, Result};
use flows::cx::AccountCx;
use flows::pools;
use wire::cognito_idp::shapes::{CreateUserPoolRequest, CreateUserPoolResponse};

pub async fn handle(cx: AccountCx, input: CreateUserPoolRequest) -> Result<CreateUserPoolResponse> {
    let id = PoolId::generate(&cx.region, cx.services.random.as_ref());
    create(cx, id, input).await
}

/// The operation under a chosen id, for seeds.
pub(crate) async fn create(
    cx: AccountCx,
    id: PoolId,
    input: CreateUserPoolRequest,
) -> Result<CreateUserPoolResponse> {
    let settings = domain::pool::settings::create(input)?;
    let mut mfa = MfaSettings::default();
    mfa.follow(&settings)?;
    let now = cx.now();
    let pool = Pool {
        issuer: format!("{}/{id}", cx.services.base_url),
        id,
        account: cx.account.clone(),
        region: cx.region.clone(),
        settings,
        mfa,
        version: 1,
        created_at: now,
        modified_at: now,
        session_tracking: SessionTracking::default(),
    };
    pools::create(&cx.services, &pool).await?;
    Ok(CreateUserPoolResponse { user_pool: Some(super::describe(&pool, 0)) })
}
