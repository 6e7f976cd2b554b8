//! CreateGroup.

use domain::group::{Group, MAX_PER_POOL};
use domain::{Error, Result};
use flows::cx::PoolCx;
use storage::groups;
use wire::cognito_idp::shapes::{CreateGroupRequest, CreateGroupResponse};

pub async fn handle(cx: PoolCx, input: CreateGroupRequest) -> Result<CreateGroupResponse> {
    let now = cx.now();
    let group = Group {
        name: input.group_name,
        description: input.description,
        role_arn: input.role_arn,
        precedence: input.precedence.map(i64::from),
        version: 1,
        created_at: now,
        modified_at: now,
    };
    let refusal = |guard| match guard {
        groups::NAME_FREE => Some(Error::GroupExists),
        groups::WITHIN_POOL_LIMIT => {
            Some(Error::LimitExceeded(format!("Groups cannot exceed limit of {MAX_PER_POOL} per user pool.")))
        }
        _ => None,
    };
    cx.apply(groups::insert(cx.pool_ref(), &group), refusal).await?;
    Ok(CreateGroupResponse { group: Some(super::describe(cx.pool(), group)) })
}
