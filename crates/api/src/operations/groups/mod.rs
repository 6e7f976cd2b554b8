//! Groups of users.

pub mod admin_add_user_to_group;
pub mod admin_list_groups_for_user;
pub mod admin_remove_user_from_group;
pub mod create_group;
pub mod delete_group;
pub mod get_group;
pub mod list_groups;
pub mod list_users_in_group;
pub mod update_group;

use domain::group::Group;
use domain::{Error, Pool, Result};
use flows::cx::PoolCx;
use storage::groups;
use wire::Timestamp;
use wire::cognito_idp::shapes::GroupType;

fn describe(pool: &Pool, group: Group) -> GroupType {
    GroupType {
        group_name: Some(group.name),
        user_pool_id: Some(pool.id.as_str().to_owned()),
        description: group.description,
        role_arn: group.role_arn,
        precedence: group.precedence.and_then(|n| i32::try_from(n).ok()),
        last_modified_date: Some(Timestamp(group.modified_at.millis())),
        creation_date: Some(Timestamp(group.created_at.millis())),
    }
}

async fn find(cx: &PoolCx, name: &str) -> Result<Group> {
    groups::find(cx.db(), cx.pool_ref(), name).await?.ok_or(Error::GroupNotFound)
}

fn not_found(guard: &str) -> Option<Error> {
    (guard == groups::EXISTS).then_some(Error::GroupNotFound)
}
