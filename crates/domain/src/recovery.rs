//! By which channel a forgotten password can be reset (`AccountRecoverySetting`).

use wire::cognito_idp::shapes::{RecoveryOptionNameType, UserPoolMfaType};

use crate::factors::Factor;
use crate::message::Medium;
use crate::pool::Pool;
use crate::user::{User, UserStatus};
use crate::{Error, Result};

/// Whether users may reset their password themselves at all.
pub fn check_self_service(pool: &Pool) -> Result<()> {
    let admin_only = mechanisms(pool).is_some_and(|m| m.contains(&RecoveryOptionNameType::AdminOnly));
    if admin_only { Err(Error::ContactAdministratorToReset) } else { Ok(()) }
}

/// Whether a user in this state has a password that can be reset.
pub fn check_state(user: &User) -> Result<()> {
    match user.status {
        UserStatus::Confirmed | UserStatus::ResetRequired => Ok(()),
        UserStatus::Unconfirmed if user.is_verified("email") || user.is_verified("phone_number") => Ok(()),
        UserStatus::Unconfirmed => Err(Error::NoVerifiedRecoveryAttribute),
        UserStatus::ForceChangePassword | UserStatus::ExternalProvider => Err(Error::PasswordCannotBeReset),
    }
}

/// The first mechanism, by priority, whose attribute is verified and no second factor of the user's: who has the
/// one channel would have both factors. Unset: the phone number, then e-mail.
pub fn channel(pool: &Pool, user: &User) -> Result<Medium> {
    let order = mechanisms(pool).unwrap_or_else(|| {
        vec![RecoveryOptionNameType::VerifiedPhoneNumber, RecoveryOptionNameType::VerifiedEmail]
    });
    order
        .into_iter()
        .filter_map(|mechanism| match mechanism {
            RecoveryOptionNameType::VerifiedEmail => Some(Medium::Email),
            RecoveryOptionNameType::VerifiedPhoneNumber => Some(Medium::Sms),
            RecoveryOptionNameType::AdminOnly => None,
        })
        .find(|medium| user.is_verified(medium.attribute()) && !is_second_factor(pool, user, *medium))
        .ok_or(Error::NoVerifiedRecoveryAttribute)
}

/// Whether the password is reset by the channel of this factor before any other.
pub fn resets_by(pool: &Pool, user: &User, factor: Factor) -> bool {
    let is_second = |medium| is_second_factor(pool, user, medium);
    pool.is_primary_recovery(factor) && !factor.medium().is_some_and(is_second)
}

/// Whether codes of the user's second factor go this way.
fn is_second_factor(pool: &Pool, user: &User, medium: Medium) -> bool {
    let on = pool.mfa_configuration() != UserPoolMfaType::Off;
    let by_medium = |factor: Factor| factor.medium() == Some(medium) && user.factors.chose(factor);
    on && pool.second_factors().any(by_medium)
}

fn mechanisms(pool: &Pool) -> Option<Vec<RecoveryOptionNameType>> {
    let setting = pool.settings.account_recovery_setting.as_ref()?;
    let mut list = setting.recovery_mechanisms.clone()?;
    list.sort_by_key(|m| m.priority);
    Some(list.into_iter().map(|m| m.name).collect())
}
