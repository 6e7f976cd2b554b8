//! What a pool offers to sign in with.

use super::*;

#[test]
fn a_pool_that_says_nothing_allows_passwords_and_puts_no_channel_first() {
    use wire::cognito_idp::shapes::{AccountRecoverySettingType, RecoveryOptionNameType, RecoveryOptionType};
    let mut pool = pool(UserPoolMfaType::On, [true; 3], false, None);
    assert!(Factor::ALL.into_iter().all(|factor| !pool.is_primary_recovery(factor)));
    pool.settings.policies = None;
    assert!(pool.allows_first_factor(AuthFactorType::Password));
    for factor in [AuthFactorType::EmailOtp, AuthFactorType::SmsOtp, AuthFactorType::WebAuthn] {
        assert!(!pool.allows_first_factor(factor), "{factor:?}");
    }
    let first = RecoveryOptionType { name: RecoveryOptionNameType::VerifiedEmail, priority: 1 };
    let second = RecoveryOptionType { name: RecoveryOptionNameType::VerifiedPhoneNumber, priority: 2 };
    let setting = AccountRecoverySettingType { recovery_mechanisms: Some(vec![second, first]) };
    pool.settings.account_recovery_setting = Some(setting);
    assert!(pool.is_primary_recovery(Factor::Email) && !pool.is_primary_recovery(Factor::Sms));
}

#[test]
fn a_pool_offers_what_it_is_set_up_for() {
    use wire::cognito_idp::shapes::UserVerificationType;
    let mut pool = pool(UserPoolMfaType::Optional, [true; 3], false, None);
    assert!(Factor::ALL.into_iter().all(|factor| pool.offers(factor)) && !pool.requires_user_verification());
    assert!(pool.has_passwordless_factor() && !pool.device_replaces_mfa());
    pool.settings.sms_configuration = None;
    pool.mfa.software_token = Some(SoftwareTokenMfaConfigType { enabled: Some(false) });
    pool.mfa.email = None;
    assert_eq!(pool.second_factors().count(), 0);
    for (user_verification, factor_configuration, required) in [
        (Some(UserVerificationType::Required), None, true),
        (Some(UserVerificationType::Preferred), None, false),
        (None, Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification), true),
        (None, Some(WebAuthnFactorConfigurationType::SingleFactor), false),
    ] {
        let configured =
            WebAuthnConfigurationType { user_verification, factor_configuration, ..Default::default() };
        pool.mfa.web_authn = Some(configured);
        assert_eq!(pool.requires_user_verification(), required, "{factor_configuration:?}");
    }
    for (factors, passwordless) in [
        (vec![AuthFactorType::EmailOtp], true),
        (vec![AuthFactorType::SmsOtp], true),
        (vec![AuthFactorType::Password, AuthFactorType::WebAuthn], false),
    ] {
        let policy = SignInPolicyType { allowed_first_auth_factors: Some(factors) };
        pool.settings.policies =
            Some(UserPoolPolicyType { sign_in_policy: Some(policy), ..Default::default() });
        assert_eq!(pool.has_passwordless_factor(), passwordless);
    }
}
