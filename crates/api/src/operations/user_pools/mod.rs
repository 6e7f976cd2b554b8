//! User pools and their schema.

pub mod add_custom_attributes;
pub mod create_user_pool;
pub mod delete_user_pool;
pub mod describe_user_pool;
pub mod list_user_pools;
pub mod update_user_pool;

use domain::Pool;
use wire::Timestamp;
use wire::cognito_idp::shapes::UserPoolType;

/// A pool as Create and Describe show it: its settings with its identity and dates.
fn describe(pool: &Pool, estimated_users: i64) -> UserPoolType {
    UserPoolType {
        id: Some(pool.id.as_str().to_owned()),
        arn: Some(pool.arn()),
        creation_date: Some(Timestamp(pool.created_at.millis())),
        last_modified_date: Some(Timestamp(pool.modified_at.millis())),
        estimated_number_of_users: Some(i32::try_from(estimated_users).unwrap_or(i32::MAX)),
        ..pool.settings.clone()
    }
}
