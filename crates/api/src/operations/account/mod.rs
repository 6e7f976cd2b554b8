//! What signed-in users, and those who forgot their password, do with their own account.

pub mod change_password;
pub mod confirm_forgot_password;
pub mod delete_user;
pub mod delete_user_attributes;
pub mod forgot_password;
pub mod get_user;
pub mod get_user_attribute_verification_code;
pub mod update_user_attributes;
pub mod verify_user_attribute;
