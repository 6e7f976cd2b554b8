//! A user pool: its settings as AWS shapes them, and what the rest of the product asks of them.

mod acr;
mod mfa;
mod not_enforced;
pub mod schema;
pub mod settings;

pub use mfa::MfaSettings;
pub use not_enforced::{EntrySetting, NOT_ENFORCED, first_not_enforced};

use std::time::Duration;

use wire::cognito_idp::shapes::{
    AliasAttributeType, PasswordPolicyType, SchemaAttributeType, UserPoolType, UsernameAttributeType,
    VerifiedAttributeType,
};

use crate::ids::{AccountId, PoolId, Region};
use crate::names;
use crate::session_tracking::SessionTracking;
use crate::time::{Time, days};

/// A live user pool. `settings` holds every settable member with Cognito's defaults filled in; its identity
/// and dates are the fields beside it.
#[derive(Clone, Debug)]
pub struct Pool {
    pub id: PoolId,
    pub account: AccountId,
    pub region: Region,
    /// The `iss` of its tokens, fixed at creation.
    pub issuer: String,
    pub settings: UserPoolType,
    pub mfa: MfaSettings,
    pub session_tracking: SessionTracking,
    pub version: i64,
    pub created_at: Time,
    pub modified_at: Time,
}

impl Pool {
    pub fn arn(&self) -> String {
        self.id.arn(&self.account, &self.region)
    }

    /// `UsernameConfiguration.CaseSensitive`: true unless set to false at creation.
    pub fn is_case_sensitive(&self) -> bool {
        self.settings.username_configuration.as_ref().is_none_or(|c| c.case_sensitive)
    }

    /// The key under which `name` is looked up in this pool.
    pub fn name_key(&self, name: &str) -> String {
        names::name_key(name, self.is_case_sensitive())
    }

    pub fn username_attributes(&self) -> &[UsernameAttributeType] {
        self.settings.username_attributes.as_deref().unwrap_or_default()
    }

    pub fn alias_attributes(&self) -> &[AliasAttributeType] {
        self.settings.alias_attributes.as_deref().unwrap_or_default()
    }

    pub fn auto_verified_attributes(&self) -> &[VerifiedAttributeType] {
        self.settings.auto_verified_attributes.as_deref().unwrap_or_default()
    }

    /// Attributes whose new value waits for a code before it replaces the old one.
    pub fn verified_before_update(&self) -> &[VerifiedAttributeType] {
        self.settings
            .user_attribute_update_settings
            .as_ref()
            .and_then(|s| s.attributes_require_verification_before_update.as_deref())
            .unwrap_or_default()
    }

    /// Whether `attribute` (`email` or `phone_number`) is the username of this pool's users.
    pub fn is_username_attribute(&self, attribute: &str) -> bool {
        self.username_attributes().iter().any(|a| a.as_str() == attribute)
    }

    /// Whether `attribute` (`email`, `phone_number`, `preferred_username`) is an alias in this pool.
    pub fn is_alias_attribute(&self, attribute: &str) -> bool {
        self.alias_attributes().iter().any(|a| a.as_str() == attribute)
    }

    pub fn schema(&self) -> &[SchemaAttributeType] {
        self.settings.schema_attributes.as_deref().unwrap_or_default()
    }

    pub fn password_policy(&self) -> PasswordPolicyType {
        self.settings.policies.as_ref().and_then(|p| p.password_policy.clone()).unwrap_or_default()
    }

    /// How long a temporary password can be used (`TemporaryPasswordValidityDays`, 0 and absent mean 7).
    pub fn temporary_password_validity(&self) -> Duration {
        match self.password_policy().temporary_password_validity_days {
            Some(n) if n > 0 => days(n.unsigned_abs().into()),
            _ => days(7),
        }
    }

    /// `AdminCreateUserConfig.AllowAdminCreateUserOnly`: the public cannot sign up.
    pub fn admin_create_only(&self) -> bool {
        self.settings
            .admin_create_user_config
            .as_ref()
            .and_then(|c| c.allow_admin_create_user_only)
            .unwrap_or(false)
    }
}
