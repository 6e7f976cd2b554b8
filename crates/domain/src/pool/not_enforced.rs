//! Settings that restrict who gets in and that this build stores but cannot enforce yet. A pool that uses
//! one refuses sign-in, sign-up and refresh. The table may only shrink.

use wire::cognito_idp::shapes::UserPoolType;

/// One restricting setting: the name callers read, and whether a pool uses it.
#[derive(Debug)]
pub struct EntrySetting {
    pub name: &'static str,
    pub in_use: fn(&UserPoolType) -> bool,
}

macro_rules! trigger {
    ($member:ident, $name:literal) => {
        EntrySetting {
            name: concat!("LambdaConfig.", $name),
            in_use: |pool| pool.lambda_config.as_ref().is_some_and(|c| c.$member.is_some()),
        }
    };
}

pub static NOT_ENFORCED: &[EntrySetting] = &[
    EntrySetting {
        name: "UserPoolAddOns.AdvancedSecurityMode ENFORCED",
        in_use: |pool| {
            pool.user_pool_add_ons.as_ref().is_some_and(|a| a.advanced_security_mode.as_str() == "ENFORCED")
        },
    },
    trigger!(pre_sign_up, "PreSignUp"),
    trigger!(pre_authentication, "PreAuthentication"),
    trigger!(post_authentication, "PostAuthentication"),
    trigger!(post_confirmation, "PostConfirmation"),
    trigger!(pre_token_generation, "PreTokenGeneration"),
    trigger!(pre_token_generation_config, "PreTokenGenerationConfig"),
    trigger!(user_migration, "UserMigration"),
    trigger!(custom_message, "CustomMessage"),
    trigger!(custom_email_sender, "CustomEmailSender"),
    trigger!(custom_sms_sender, "CustomSMSSender"),
];

/// The first setting of this pool that keeps everyone out, if any.
pub fn first_not_enforced(settings: &UserPoolType) -> Option<&'static str> {
    NOT_ENFORCED.iter().find(|setting| (setting.in_use)(settings)).map(|setting| setting.name)
}
