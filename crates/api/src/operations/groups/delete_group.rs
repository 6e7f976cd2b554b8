//! DeleteGroup. Its members stay in the pool.

use domain::Result;
use flows::cx::PoolCx;
use wire::Empty;
use wire::cognito_idp::shapes::DeleteGroupRequest;

pub async fn handle(cx: PoolCx, input: DeleteGroupRequest) -> Result<Empty> {
    cx.apply(storage::groups::delete(cx.pool_ref(), &input.group_name), super::not_found).await?;
    Ok(Empty {})
}
