//! What SetUserPoolMfaConfig sets beside the pool's other settings, and what it means for sign-in.

use serde::{Deserialize, Serialize};
use wire::cognito_idp::shapes::{
    AuthFactorType, EmailMfaConfigType, EmailSendingAccountType, RecoveryOptionNameType, RecoveryOptionType,
    SetUserPoolMfaConfigRequest, SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolTierType, UserPoolType,
    UserVerificationType, WebAuthnConfigurationType, WebAuthnFactorConfigurationType,
};

use super::Pool;
use crate::factors::Factor;
use crate::passkeys;
use crate::{Error, Result};

/// Second factors and passkeys of a pool. `MfaConfiguration` itself, the SMS settings and the SMS text are
/// among the pool's settings, since CreateUserPool sets them too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MfaSettings {
    /// Text messages are a second factor.
    pub sms: bool,
    pub software_token: Option<SoftwareTokenMfaConfigType>,
    pub email: Option<EmailMfaConfigType>,
    pub web_authn: Option<WebAuthnConfigurationType>,
}

impl MfaSettings {
    /// Follows what CreateUserPool or UpdateUserPool made of the pool's settings. To them a second factor is a
    /// text message, unless SetUserPoolMfaConfig set up another.
    pub fn follow(&mut self, settings: &UserPoolType) -> Result<()> {
        let off = settings.mfa_configuration.is_none_or(|mfa| mfa == UserPoolMfaType::Off);
        let another = self.offers_software_token() || self.email.is_some();
        if !off && !another {
            if settings.sms_configuration.is_none() {
                return Err(Error::invalid(
                    "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
                ));
            }
            self.sms = true;
        }
        check(settings)
    }

    /// SetUserPoolMfaConfig: what is given replaces what was there.
    pub fn set(&mut self, settings: &mut UserPoolType, request: SetUserPoolMfaConfigRequest) -> Result<()> {
        if let Some(sms) = request.sms_mfa_configuration {
            settings.sms_authentication_message = sms.sms_authentication_message;
            self.sms = sms.sms_configuration.is_some();
            settings.sms_configuration = sms.sms_configuration.or(settings.sms_configuration.take());
        }
        if let Some(email) = request.email_mfa_configuration {
            check_email(settings)?;
            self.email = Some(email);
        }
        self.software_token = request.software_token_mfa_configuration.or(self.software_token.take());
        if let Some(web_authn) = request.webauthn_configuration {
            web_authn.relying_party_id.as_deref().map(passkeys::check_relying_party).transpose()?;
            self.web_authn = Some(web_authn);
        }
        settings.mfa_configuration = request.mfa_configuration.or(settings.mfa_configuration);
        let off = settings.mfa_configuration.is_none_or(|mfa| mfa == UserPoolMfaType::Off);
        if !off && !self.sms && !self.offers_software_token() && self.email.is_none() {
            return Err(Error::invalid(
                "Invalid MFA configuration given, can't turn MFA on without configuring any of the MFA types.",
            ));
        }
        check(settings)
    }

    fn offers_software_token(&self) -> bool {
        self.software_token.as_ref().is_some_and(|c| c.enabled == Some(true))
    }
}

/// What a second factor proves must not be all that the first one proves.
fn check(settings: &UserPoolType) -> Result<()> {
    let policy = settings.policies.as_ref().and_then(|p| p.sign_in_policy.as_ref());
    let first = policy.and_then(|p| p.allowed_first_auth_factors.as_deref()).unwrap_or_default();
    let by_code = first.iter().any(|f| matches!(f, AuthFactorType::EmailOtp | AuthFactorType::SmsOtp));
    if settings.mfa_configuration == Some(UserPoolMfaType::On) && by_code {
        return Err(Error::invalid(
            "MFA cannot be required while EMAIL_OTP or SMS_OTP is among the allowed first authentication factors.",
        ));
    }
    Ok(())
}

/// E-mail as second factor needs a sender of the pool's own, and another way to recover.
fn check_email(settings: &UserPoolType) -> Result<()> {
    if settings.user_pool_tier == Some(UserPoolTierType::Lite) {
        return Err(Error::FeatureUnavailableInTier(
            "Email MFA is not available in the feature plan LITE.".into(),
        ));
    }
    let sender = settings.email_configuration.as_ref().and_then(|c| c.email_sending_account);
    if sender != Some(EmailSendingAccountType::Developer) {
        return Err(Error::invalid("Email MFA requires an email configuration with the DEVELOPER sender."));
    }
    let recovery = settings.account_recovery_setting.as_ref().and_then(|s| s.recovery_mechanisms.as_deref());
    let only_email = |list: &[RecoveryOptionType]| {
        !list.is_empty() && list.iter().all(|m| m.name == RecoveryOptionNameType::VerifiedEmail)
    };
    if recovery.is_some_and(only_email) {
        return Err(Error::invalid("Email MFA requires a recovery mechanism other than verified_email."));
    }
    Ok(())
}

impl Pool {
    pub fn mfa_configuration(&self) -> UserPoolMfaType {
        self.settings.mfa_configuration.unwrap_or(UserPoolMfaType::Off)
    }

    /// The second factors that the pool offers.
    pub fn second_factors(&self) -> impl Iterator<Item = Factor> {
        Factor::ALL.into_iter().filter(|factor| self.offers(*factor))
    }

    /// Whether the pool offers this second factor.
    pub fn offers(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.mfa.sms && self.settings.sms_configuration.is_some(),
            Factor::SoftwareToken => self.mfa.offers_software_token(),
            Factor::Email => self.mfa.email.is_some(),
        }
    }

    /// Whether this factor is by the channel that `AccountRecoverySetting`, if set, puts first: it would prove
    /// nothing beside a password that was reset by the same channel.
    pub fn is_primary_recovery(&self, factor: Factor) -> bool {
        let mechanisms =
            self.settings.account_recovery_setting.as_ref().and_then(|s| s.recovery_mechanisms.as_ref());
        let first = mechanisms.and_then(|list| list.iter().min_by_key(|m| m.priority)).map(|m| m.name);
        match factor {
            Factor::Sms => first == Some(RecoveryOptionNameType::VerifiedPhoneNumber),
            Factor::Email => first == Some(RecoveryOptionNameType::VerifiedEmail),
            Factor::SoftwareToken => false,
        }
    }

    /// `SignInPolicy.AllowedFirstAuthFactors`.
    pub fn allows_first_factor(&self, factor: AuthFactorType) -> bool {
        let policy = self.settings.policies.as_ref().and_then(|p| p.sign_in_policy.as_ref());
        match policy.and_then(|p| p.allowed_first_auth_factors.as_deref()) {
            Some(allowed) => allowed.contains(&factor),
            None => factor == AuthFactorType::Password,
        }
    }

    /// Users can be without a password: a code is a first factor.
    pub fn has_passwordless_factor(&self) -> bool {
        self.allows_first_factor(AuthFactorType::EmailOtp) || self.allows_first_factor(AuthFactorType::SmsOtp)
    }

    /// A passkey whose authenticator verified the user counts as two factors.
    pub fn passkey_is_multi_factor(&self) -> bool {
        let configured = self.mfa.web_authn.as_ref().and_then(|c| c.factor_configuration);
        configured == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
    }

    /// The authenticator must verify the user: it is said so, or passkeys count as two factors, which they do
    /// only then.
    pub fn requires_user_verification(&self) -> bool {
        let required = self.mfa.web_authn.as_ref().and_then(|c| c.user_verification);
        required == Some(UserVerificationType::Required) || self.passkey_is_multi_factor()
    }

    /// `ChallengeRequiredOnNewDevice`: a remembered device stands for the second factor.
    pub fn device_replaces_mfa(&self) -> bool {
        let configuration = self.settings.device_configuration.as_ref();
        configuration.and_then(|c| c.challenge_required_on_new_device) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use wire::cognito_idp::shapes::{
        AccountRecoverySettingType, EmailConfigurationType, SignInPolicyType, SmsConfigurationType,
        SmsMfaConfigType, UserPoolPolicyType,
    };

    use super::*;

    fn settings(mfa: UserPoolMfaType) -> UserPoolType {
        UserPoolType { mfa_configuration: Some(mfa), ..Default::default() }
    }

    fn with_sms(mfa: UserPoolMfaType) -> UserPoolType {
        UserPoolType { sms_configuration: Some(SmsConfigurationType::default()), ..settings(mfa) }
    }

    fn first_factors(factors: &[AuthFactorType]) -> UserPoolPolicyType {
        let policy = SignInPolicyType { allowed_first_auth_factors: Some(factors.to_vec()) };
        UserPoolPolicyType { sign_in_policy: Some(policy), ..Default::default() }
    }

    fn token(enabled: bool) -> Option<SoftwareTokenMfaConfigType> {
        Some(SoftwareTokenMfaConfigType { enabled: Some(enabled) })
    }

    fn refused<T>(result: Result<T>) -> bool {
        matches!(result, Err(Error::InvalidParameter(_)))
    }

    /// To CreateUserPool and UpdateUserPool MFA is by text message, unless another factor is set up.
    #[test]
    fn mfa_without_another_factor_needs_text_messages() {
        for mfa in [UserPoolMfaType::On, UserPoolMfaType::Optional] {
            assert!(refused(MfaSettings::default().follow(&settings(mfa))), "{mfa:?}");
            let mut by_sms = MfaSettings::default();
            by_sms.follow(&with_sms(mfa)).unwrap();
            assert!(by_sms.sms);
            let mut disabled = MfaSettings { software_token: token(false), ..Default::default() };
            assert!(refused(disabled.follow(&settings(mfa))));
            for mut another in [
                MfaSettings { software_token: token(true), ..Default::default() },
                MfaSettings { email: Some(EmailMfaConfigType::default()), ..Default::default() },
            ] {
                another.follow(&with_sms(mfa)).unwrap();
                assert!(!another.sms, "{another:?}");
            }
        }
        let mut off = MfaSettings::default();
        off.follow(&with_sms(UserPoolMfaType::Off)).unwrap();
        off.follow(&UserPoolType { mfa_configuration: None, ..with_sms(UserPoolMfaType::On) }).unwrap();
        assert!(!off.sms);
    }

    #[test]
    fn a_code_is_no_first_factor_where_mfa_is_on() {
        for (mfa, code, fits) in [
            (UserPoolMfaType::On, AuthFactorType::EmailOtp, false),
            (UserPoolMfaType::On, AuthFactorType::SmsOtp, false),
            (UserPoolMfaType::On, AuthFactorType::WebAuthn, true),
            (UserPoolMfaType::Optional, AuthFactorType::EmailOtp, true),
            (UserPoolMfaType::Off, AuthFactorType::SmsOtp, true),
        ] {
            let policies = Some(first_factors(&[AuthFactorType::Password, code]));
            let pool = UserPoolType { policies, ..with_sms(mfa) };
            assert_eq!(MfaSettings::default().follow(&pool).is_ok(), fits, "{mfa:?} {code:?}");
            let mut set = MfaSettings { sms: true, ..Default::default() };
            let result = set.set(&mut pool.clone(), SetUserPoolMfaConfigRequest::default());
            assert_eq!(result.is_ok(), fits, "{mfa:?} {code:?}");
        }
    }

    #[test]
    fn what_is_not_given_is_kept() {
        let mut mfa = MfaSettings { sms: true, software_token: token(true), ..Default::default() };
        let mut pool = with_sms(UserPoolMfaType::Optional);
        let before = (mfa.clone(), pool.clone());
        mfa.set(&mut pool, SetUserPoolMfaConfigRequest::default()).unwrap();
        assert_eq!((&mfa, &pool), (&before.0, &before.1));
        // A block without its configuration takes the factor away, and leaves the sender.
        let sms_mfa_configuration = Some(SmsMfaConfigType::default());
        let request = SetUserPoolMfaConfigRequest { sms_mfa_configuration, ..Default::default() };
        mfa.set(&mut pool, request).unwrap();
        assert!(!mfa.sms && pool.sms_configuration.is_some() && mfa.software_token == token(true));
    }

    #[test]
    fn mfa_needs_some_factor() {
        let set = |mut mfa: MfaSettings, configuration| {
            let request =
                SetUserPoolMfaConfigRequest { mfa_configuration: Some(configuration), ..Default::default() };
            mfa.set(&mut UserPoolType::default(), request)
        };
        let factors = [
            MfaSettings { sms: true, ..Default::default() },
            MfaSettings { software_token: token(true), ..Default::default() },
            MfaSettings { email: Some(EmailMfaConfigType::default()), ..Default::default() },
        ];
        for configuration in [UserPoolMfaType::On, UserPoolMfaType::Optional] {
            assert!(refused(set(MfaSettings::default(), configuration)));
            let disabled = MfaSettings { software_token: token(false), ..Default::default() };
            assert!(refused(set(disabled, configuration)));
            for factor in &factors {
                set(factor.clone(), configuration).unwrap();
            }
        }
        set(MfaSettings::default(), UserPoolMfaType::Off).unwrap();
    }

    /// E-mail as second factor: a sender of one's own, a plan that has it, and another way to recover.
    #[test]
    fn mfa_by_email_asks_for_more() {
        let pool = |tier, sender, recovery: Option<&[RecoveryOptionNameType]>| {
            let mechanism = |(name, priority): (&RecoveryOptionNameType, i32)| RecoveryOptionType {
                name: *name,
                priority,
            };
            UserPoolType {
                user_pool_tier: Some(tier),
                email_configuration: Some(EmailConfigurationType {
                    email_sending_account: Some(sender),
                    ..Default::default()
                }),
                account_recovery_setting: recovery.map(|names| AccountRecoverySettingType {
                    recovery_mechanisms: Some(names.iter().zip(1..).map(mechanism).collect()),
                }),
                ..Default::default()
            }
        };
        let set = |mut pool: UserPoolType| {
            let email_mfa_configuration = Some(EmailMfaConfigType::default());
            let request = SetUserPoolMfaConfigRequest { email_mfa_configuration, ..Default::default() };
            MfaSettings::default().set(&mut pool, request)
        };
        use EmailSendingAccountType::{CognitoDefault, Developer};
        use RecoveryOptionNameType::{VerifiedEmail, VerifiedPhoneNumber};
        use UserPoolTierType::{Essentials, Lite};
        for recovery in [None, Some(&[][..]), Some(&[VerifiedPhoneNumber, VerifiedEmail])] {
            set(pool(Essentials, Developer, recovery)).unwrap();
        }
        assert!(refused(set(pool(Essentials, CognitoDefault, None))));
        assert!(refused(set(pool(Essentials, Developer, Some(&[VerifiedEmail])))));
        let in_lite = set(pool(Lite, Developer, None));
        assert!(matches!(in_lite, Err(Error::FeatureUnavailableInTier(_))));
    }

    #[test]
    fn a_relying_party_must_be_a_domain() {
        let set = |id: &str| {
            let configuration =
                WebAuthnConfigurationType { relying_party_id: Some(id.into()), ..Default::default() };
            let request = SetUserPoolMfaConfigRequest {
                webauthn_configuration: Some(configuration),
                ..Default::default()
            };
            let mut mfa = MfaSettings::default();
            mfa.set(&mut UserPoolType::default(), request).map(|()| mfa.web_authn.is_some())
        };
        assert_eq!(set("example.com"), Ok(true));
        assert!(refused(set("https://example.com")));
    }
}
