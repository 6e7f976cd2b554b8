//! GetGroup.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{GetGroupRequest, GetGroupResponse};

pub async fn handle(cx: PoolCx, input: GetGroupRequest) -> Result<GetGroupResponse> {
    let group = super::find(&cx, &input.group_name).await?;
    Ok(GetGroupResponse { group: Some(super::describe(cx.pool(), group)) })
}
