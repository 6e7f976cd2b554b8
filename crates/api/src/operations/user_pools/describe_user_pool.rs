//! DescribeUserPool. Reads the store, never a snapshot.

use domain::{Error, Result};
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{DescribeUserPoolRequest, DescribeUserPoolResponse};

pub async fn handle(cx: PoolCx, _input: DescribeUserPoolRequest) -> Result<DescribeUserPoolResponse> {
    let pool = storage::pools::read(cx.db(), cx.pool_ref())
        .await?
        .ok_or_else(|| Error::PoolNotFound(cx.pool().id.clone()))?;
    let users = storage::users::estimate(cx.db(), cx.pool_ref()).await?;
    Ok(DescribeUserPoolResponse { user_pool: Some(super::describe(&pool, users)) })
}
