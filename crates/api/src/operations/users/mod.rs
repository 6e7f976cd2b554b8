//! Users, by administrators.

pub mod admin_confirm_sign_up;
pub mod admin_create_user;
pub mod admin_delete_user;
pub mod admin_delete_user_attributes;
pub mod admin_disable_user;
pub mod admin_enable_user;
pub mod admin_get_user;
pub mod admin_reset_user_password;
pub mod admin_set_user_password;
pub mod admin_update_user_attributes;
pub mod list_users;

use domain::attributes::to_list;
use domain::user::{User, UserStatus};
use wire::Timestamp;
use wire::cognito_idp::shapes::{UserStatusType, UserType};

/// A user as lists and AdminCreateUser show it, with the attributes that are `visible`.
pub(super) fn describe_user(user: &User, visible: impl Fn(&str) -> bool) -> UserType {
    UserType {
        username: Some(user.username.clone()),
        attributes: Some(to_list(user, visible)),
        user_create_date: Some(Timestamp(user.created_at.millis())),
        user_last_modified_date: Some(Timestamp(user.modified_at.millis())),
        enabled: Some(user.enabled),
        user_status: Some(status(user.status)),
        mfa_options: super::mfa::options(user),
    }
}

const fn status(status: UserStatus) -> UserStatusType {
    match status {
        UserStatus::Unconfirmed => UserStatusType::Unconfirmed,
        UserStatus::Confirmed => UserStatusType::Confirmed,
        UserStatus::ForceChangePassword => UserStatusType::ForceChangePassword,
        UserStatus::ResetRequired => UserStatusType::ResetRequired,
        UserStatus::ExternalProvider => UserStatusType::ExternalProvider,
    }
}
