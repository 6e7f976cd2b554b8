//! AdminRemoveUserFromGroup. A user who is not in the group stays out of it.

use domain::Result;
use flows::cx::PoolCx;
use wire::Empty;
use wire::cognito_idp::shapes::AdminRemoveUserFromGroupRequest;

pub async fn handle(cx: PoolCx, input: AdminRemoveUserFromGroupRequest) -> Result<Empty> {
    let user = flows::users::find(&cx, &input.username).await?;
    let batch = storage::groups::remove_member(cx.pool_ref(), &input.group_name, &user.id);
    cx.apply(batch, super::not_found).await?;
    Ok(Empty {})
}
