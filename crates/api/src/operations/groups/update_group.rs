//! UpdateGroup: replaces the properties that are given and keeps the others, so that no role is lost by a
//! change of the description.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{UpdateGroupRequest, UpdateGroupResponse};

pub async fn handle(cx: PoolCx, input: UpdateGroupRequest) -> Result<UpdateGroupResponse> {
    let change = storage::groups::update(
        cx.pool_ref(),
        &input.group_name,
        input.description,
        input.role_arn,
        input.precedence.map(i64::from),
        cx.now(),
    );
    cx.apply([change], super::not_found).await?;
    let group = super::find(&cx, &input.group_name).await?;
    Ok(UpdateGroupResponse { group: Some(super::describe(cx.pool(), group)) })
}
