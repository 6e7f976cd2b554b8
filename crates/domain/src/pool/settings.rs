//! Settings of a pool as CreateUserPool and UpdateUserPool take them: Cognito's defaults filled in, and
//! what cannot be refused.

use wire::cognito_idp::shapes::{
    AdminCreateUserConfigType, AdvancedSecurityModeType, AuthFactorType, CreateUserPoolRequest,
    DefaultEmailOptionType, DeletionProtectionType, EmailConfigurationType, EmailSendingAccountType,
    EncryptionKeyType, PasswordPolicyType, RecoveryOptionNameType, SignInPolicyType, UpdateUserPoolRequest,
    UserPoolMfaType, UserPoolPolicyType, UserPoolTierType, UserPoolType, VerificationMessageTemplateType,
};

use super::schema;
use crate::{Error, Result};

/// Copies the members that both requests have.
macro_rules! settable {
    ($request:expr) => {
        UserPoolType {
            policies: $request.policies,
            deletion_protection: $request.deletion_protection,
            lambda_config: $request.lambda_config,
            auto_verified_attributes: $request.auto_verified_attributes,
            sms_verification_message: $request.sms_verification_message,
            email_verification_message: $request.email_verification_message,
            email_verification_subject: $request.email_verification_subject,
            verification_message_template: $request.verification_message_template,
            sms_authentication_message: $request.sms_authentication_message,
            mfa_configuration: $request.mfa_configuration,
            user_attribute_update_settings: $request.user_attribute_update_settings,
            device_configuration: $request.device_configuration,
            email_configuration: $request.email_configuration,
            sms_configuration: $request.sms_configuration,
            user_pool_tags: $request.user_pool_tags,
            admin_create_user_config: $request.admin_create_user_config,
            user_pool_add_ons: $request.user_pool_add_ons,
            dcr_configuration: $request.dcr_configuration,
            account_recovery_setting: $request.account_recovery_setting,
            user_pool_tier: $request.user_pool_tier,
            key_configuration: $request.key_configuration,
            issuer_configuration: $request.issuer_configuration,
            acr_configuration: $request.acr_configuration,
            ..Default::default()
        }
    };
}

/// The settings of a new pool.
pub fn create(request: CreateUserPoolRequest) -> Result<UserPoolType> {
    let username_attributes = request.username_attributes.filter(|list| !list.is_empty());
    let alias_attributes = request.alias_attributes.filter(|list| !list.is_empty());
    if username_attributes.is_some() && alias_attributes.is_some() {
        return Err(Error::invalid(
            "Only one of the aliasAttributes or usernameAttributes can be set in an user pool.",
        ));
    }
    let schema = schema::create(request.schema.as_deref().unwrap_or_default())?;
    let mut settings = settable!(request);
    settings.name = Some(request.pool_name);
    settings.username_attributes = username_attributes;
    settings.alias_attributes = alias_attributes;
    settings.username_configuration = request.username_configuration;
    settings.schema_attributes = Some(schema);
    complete(&mut settings)?;
    Ok(settings)
}

/// The settings after an update: every settable member is replaced, absent ones by their default. What is
/// fixed at creation stays, and so do name, tags and deletion protection when they are not given.
pub fn update(before: &UserPoolType, request: UpdateUserPoolRequest) -> Result<UserPoolType> {
    let mut settings = settable!(request);
    settings.name = request.pool_name.or_else(|| before.name.clone());
    settings.user_pool_tags = settings.user_pool_tags.or_else(|| before.user_pool_tags.clone());
    settings.deletion_protection = settings.deletion_protection.or(before.deletion_protection);
    settings.user_pool_tier = settings.user_pool_tier.or(before.user_pool_tier);
    settings.username_attributes = before.username_attributes.clone();
    settings.alias_attributes = before.alias_attributes.clone();
    settings.username_configuration = before.username_configuration.clone();
    settings.schema_attributes = before.schema_attributes.clone();
    complete(&mut settings)?;
    Ok(settings)
}

fn complete(settings: &mut UserPoolType) -> Result<()> {
    let tier = *settings.user_pool_tier.get_or_insert(UserPoolTierType::Essentials);
    settings.deletion_protection.get_or_insert(DeletionProtectionType::Inactive);
    settings.mfa_configuration.get_or_insert(UserPoolMfaType::Off);
    settings.lambda_config.get_or_insert_default();
    settings.user_pool_tags.get_or_insert_default();
    settings.email_configuration.get_or_insert_with(|| EmailConfigurationType {
        email_sending_account: Some(EmailSendingAccountType::CognitoDefault),
        ..Default::default()
    });
    complete_policies(settings);
    complete_invitation(settings);
    complete_verification_messages(settings);
    super::acr::complete(settings)?;
    check_tier(settings, tier)?;
    check_recovery(settings)?;
    check_verification(settings)?;
    check_tags(settings)?;
    check_unsupported(settings)
}

fn complete_policies(settings: &mut UserPoolType) {
    let policies: &mut UserPoolPolicyType = settings.policies.get_or_insert_default();
    let policy = match policies.password_policy.take() {
        None => PasswordPolicyType {
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            ..Default::default()
        },
        Some(given) => given,
    };
    policies.password_policy = Some(PasswordPolicyType {
        minimum_length: Some(policy.minimum_length.unwrap_or(8)),
        require_uppercase: Some(policy.require_uppercase.unwrap_or(false)),
        require_lowercase: Some(policy.require_lowercase.unwrap_or(false)),
        require_numbers: Some(policy.require_numbers.unwrap_or(false)),
        require_symbols: Some(policy.require_symbols.unwrap_or(false)),
        password_history_size: policy.password_history_size,
        temporary_password_validity_days: Some(
            policy.temporary_password_validity_days.filter(|n| *n > 0).unwrap_or(7),
        ),
    });
    let sign_in: &mut SignInPolicyType = policies.sign_in_policy.get_or_insert_default();
    if sign_in.allowed_first_auth_factors.as_ref().is_none_or(Vec::is_empty) {
        sign_in.allowed_first_auth_factors = Some(vec![AuthFactorType::Password]);
    }
}

fn complete_invitation(settings: &mut UserPoolType) {
    let days = settings
        .policies
        .as_ref()
        .and_then(|p| p.password_policy.as_ref())
        .and_then(|p| p.temporary_password_validity_days);
    let config: &mut AdminCreateUserConfigType = settings.admin_create_user_config.get_or_insert_default();
    config.allow_admin_create_user_only.get_or_insert(false);
    // The legacy member follows the policy that replaced it.
    config.unused_account_validity_days = days;
}

/// The messages can be given in two places; both show what is in force.
fn complete_verification_messages(settings: &mut UserPoolType) {
    let template: &mut VerificationMessageTemplateType =
        settings.verification_message_template.get_or_insert_default();
    template.default_email_option.get_or_insert(DefaultEmailOptionType::ConfirmWithCode);
    for (old, new) in [
        (&mut settings.sms_verification_message, &mut template.sms_message),
        (&mut settings.email_verification_message, &mut template.email_message),
        (&mut settings.email_verification_subject, &mut template.email_subject),
    ] {
        match new {
            Some(text) => *old = Some(text.clone()),
            None => new.clone_from(old),
        }
    }
}

fn check_tier(settings: &UserPoolType, tier: UserPoolTierType) -> Result<()> {
    let unavailable = |feature: &str| {
        Err(Error::FeatureUnavailableInTier(format!(
            "{feature} is not available in the feature plan {}.",
            tier.as_str()
        )))
    };
    let policies = settings.policies.as_ref();
    if tier == UserPoolTierType::Lite {
        let factors = policies.and_then(|p| p.sign_in_policy.as_ref()?.allowed_first_auth_factors.as_deref());
        if factors.unwrap_or_default().iter().any(|f| *f != AuthFactorType::Password) {
            return unavailable("Passwordless sign-in");
        }
        let history = policies.and_then(|p| p.password_policy.as_ref()?.password_history_size);
        if history.is_some_and(|n| n > 0) {
            return unavailable("Password history");
        }
    }
    let mode = settings.user_pool_add_ons.as_ref().map(|a| a.advanced_security_mode);
    if tier != UserPoolTierType::Plus && mode.is_some_and(|m| m != AdvancedSecurityModeType::Off) {
        return unavailable("Threat protection");
    }
    Ok(())
}

fn check_recovery(settings: &UserPoolType) -> Result<()> {
    let Some(setting) = &settings.account_recovery_setting else { return Ok(()) };
    let mechanisms = setting.recovery_mechanisms.as_deref().unwrap_or_default();
    let admin_only = mechanisms.iter().any(|m| m.name == RecoveryOptionNameType::AdminOnly);
    if admin_only && mechanisms.len() > 1 {
        return Err(Error::invalid(
            "Invalid account recovery setting parameter. Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
        ));
    }
    let twice = |i: usize| {
        mechanisms[..i].iter().any(|m| m.name == mechanisms[i].name || m.priority == mechanisms[i].priority)
    };
    if (1..mechanisms.len()).any(twice) {
        return Err(Error::invalid(
            "Invalid account recovery setting parameter. Account Recovery Setting cannot use the same mechanism or priority twice.",
        ));
    }
    Ok(())
}

/// An attribute whose change waits for verification must be one that is verified automatically.
fn check_verification(settings: &UserPoolType) -> Result<()> {
    let automatic = settings.auto_verified_attributes.as_deref().unwrap_or_default();
    let waiting = settings
        .user_attribute_update_settings
        .as_ref()
        .and_then(|s| s.attributes_require_verification_before_update.as_deref())
        .unwrap_or_default();
    if waiting.iter().all(|a| automatic.contains(a)) {
        Ok(())
    } else {
        Err(Error::invalid(
            "Please enable auto verification for attributes that require verification before update.",
        ))
    }
}

/// At most 50 tags; names beginning with `aws:` are not the user's to set.
pub fn check_tags(settings: &UserPoolType) -> Result<()> {
    let Some(tags) = &settings.user_pool_tags else { return Ok(()) };
    if tags.len() > 50 {
        return Err(Error::invalid("A user pool can have at most 50 tags."));
    }
    if tags.keys().any(|name| name.to_ascii_lowercase().starts_with("aws:")) {
        return Err(Error::invalid("Tag keys that begin with aws: are reserved."));
    }
    Ok(())
}

/// Settings that would promise what an installation of its own cannot do.
fn check_unsupported(settings: &UserPoolType) -> Result<()> {
    let key = settings.key_configuration.as_ref().and_then(|k| k.key_type);
    if key == Some(EncryptionKeyType::CustomerManagedKey) {
        return Err(Error::invalid(
            "KeyConfiguration: customer managed keys are not supported; data is sealed under the installation's root key.",
        ));
    }
    if settings.dcr_configuration.is_some() {
        return Err(Error::invalid("DcrConfiguration: dynamic client registration is not supported yet."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> CreateUserPoolRequest {
        CreateUserPoolRequest { pool_name: "p".into(), ..Default::default() }
    }

    #[test]
    fn defaults_are_filled_in() {
        let settings = create(request()).unwrap();
        let policy = settings.policies.unwrap();
        let password = policy.password_policy.unwrap();
        assert_eq!((password.minimum_length, password.require_symbols), (Some(8), Some(true)));
        assert_eq!(password.temporary_password_validity_days, Some(7));
        assert_eq!(
            policy.sign_in_policy.unwrap().allowed_first_auth_factors,
            Some(vec![AuthFactorType::Password])
        );
        assert_eq!(settings.mfa_configuration, Some(UserPoolMfaType::Off));
        assert_eq!(settings.user_pool_tier, Some(UserPoolTierType::Essentials));
    }

    #[test]
    fn an_update_replaces_all_but_what_is_fixed() {
        let before = create(CreateUserPoolRequest {
            sms_authentication_message: Some("code {####}".into()),
            user_pool_tags: Some([("a".to_owned(), "b".to_owned())].into()),
            ..request()
        })
        .unwrap();
        let after = update(&before, UpdateUserPoolRequest::default()).unwrap();
        assert_eq!(after.sms_authentication_message, None);
        assert_eq!(after.user_pool_tags, before.user_pool_tags);
        assert_eq!(after.schema_attributes, before.schema_attributes);
        assert_eq!(after.name, before.name);
    }

    #[test]
    fn contradictions_are_refused() {
        use wire::cognito_idp::shapes::{AliasAttributeType, UserPoolAddOnsType, UsernameAttributeType};
        assert!(matches!(
            create(CreateUserPoolRequest {
                username_attributes: Some(vec![UsernameAttributeType::Email]),
                alias_attributes: Some(vec![AliasAttributeType::Email]),
                ..request()
            }),
            Err(Error::InvalidParameter(_))
        ));
        assert!(matches!(
            create(CreateUserPoolRequest {
                user_pool_add_ons: Some(UserPoolAddOnsType {
                    advanced_security_mode: AdvancedSecurityModeType::Enforced,
                    ..Default::default()
                }),
                ..request()
            }),
            Err(Error::FeatureUnavailableInTier(_))
        ));
    }
}
