//! Second factors: what a pool offers, what a user chose, and software tokens.

pub mod admin_delete_software_token;
pub mod admin_set_user_mfa_preference;
pub mod admin_set_user_settings;
pub mod associate_software_token;
pub mod get_user_pool_mfa_config;
pub mod set_user_mfa_preference;
pub mod set_user_pool_mfa_config;
pub mod set_user_settings;
pub mod verify_software_token;

use domain::factors::Factor;
use domain::{Error, Pool, Result, User};
use flows::mfa_preference::{Wish, Wishes};
use wire::cognito_idp::shapes::{
    DeliveryMediumType, EmailMfaSettingsType, MFAOptionType, SMSMfaSettingsType, SmsMfaConfigType,
    SoftwareTokenMfaSettingsType, UserPoolMfaType, WebAuthnMfaSettingsType,
};

/// The four blocks of SetUserMFAPreference and its administrative twin.
fn wishes(
    sms: Option<SMSMfaSettingsType>,
    software_token: Option<SoftwareTokenMfaSettingsType>,
    email: Option<EmailMfaSettingsType>,
    passkey: Option<WebAuthnMfaSettingsType>,
) -> Wishes {
    let sms = sms.map(|w| (Factor::Sms, Wish { enabled: w.enabled, preferred: w.preferred_mfa }));
    let software_token = software_token
        .map(|w| (Factor::SoftwareToken, Wish { enabled: w.enabled, preferred: w.preferred_mfa }));
    let email = email.map(|w| (Factor::Email, Wish { enabled: w.enabled, preferred: w.preferred_mfa }));
    Wishes {
        factors: sms.into_iter().chain(software_token).chain(email).collect(),
        passkey: passkey.and_then(|w| w.enabled),
    }
}

/// SetUserSettings knows one option, SMS to the phone number; an empty list turns it off.
fn sms_option(options: &[MFAOptionType]) -> Result<Wishes> {
    let by_sms = |option: &MFAOptionType| {
        option.delivery_medium.is_none_or(|medium| medium == DeliveryMediumType::Sms)
            && option.attribute_name.as_deref().is_none_or(|name| name == "phone_number")
    };
    if !options.iter().all(by_sms) {
        return Err(Error::invalid("MFAOptions can only be SMS to phone_number."));
    }
    let wish = Wish { enabled: Some(!options.is_empty()), preferred: None };
    Ok(Wishes { factors: vec![(Factor::Sms, wish)], passkey: None })
}

/// `UserMFASettingList` and `PreferredMfaSetting`, absent where there is nothing to say.
pub(super) fn shown(user: &User) -> (Option<Vec<String>>, Option<String>) {
    let list: Vec<String> = user.factors.chosen().map(|factor| factor.as_str().to_owned()).collect();
    let preferred = user.factors.preferred.map(|factor| factor.as_str().to_owned());
    ((!list.is_empty()).then_some(list), preferred)
}

/// `MFAOptions`, which shows SMS only.
pub(super) fn options(user: &User) -> Option<Vec<MFAOptionType>> {
    user.factors.sms.then(|| {
        vec![MFAOptionType {
            delivery_medium: Some(DeliveryMediumType::Sms),
            attribute_name: Some("phone_number".into()),
        }]
    })
}

/// The SMS block of a pool's MFA configuration.
fn sms_block(pool: &Pool) -> Option<SmsMfaConfigType> {
    let off = pool.mfa_configuration() == UserPoolMfaType::Off;
    (pool.mfa.sms || (!off && pool.settings.sms_configuration.is_some())).then(|| SmsMfaConfigType {
        sms_authentication_message: pool.settings.sms_authentication_message.clone(),
        sms_configuration: pool.settings.sms_configuration.clone(),
    })
}
