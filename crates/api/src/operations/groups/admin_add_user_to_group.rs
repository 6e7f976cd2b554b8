//! AdminAddUserToGroup. A user who is in the group already stays in it.

use domain::group::MAX_PER_USER;
use domain::{Error, Result};
use flows::cx::PoolCx;
use storage::{groups, users};
use wire::Empty;
use wire::cognito_idp::shapes::AdminAddUserToGroupRequest;

pub async fn handle(cx: PoolCx, input: AdminAddUserToGroupRequest) -> Result<Empty> {
    let user = flows::users::find(&cx, &input.username).await?;
    let batch = groups::add_member(cx.pool_ref(), &input.group_name, &user.id, cx.now());
    let refusal = |guard| match guard {
        users::EXISTS => Some(Error::UserNotFound),
        // The model has no LimitExceededException for this operation.
        groups::WITHIN_USER_LIMIT => {
            Some(Error::invalid(format!("A user cannot belong to more than {MAX_PER_USER} groups.")))
        }
        other => super::not_found(other),
    };
    cx.apply(batch, refusal).await?;
    Ok(Empty {})
}
