//! First factors of choice-based sign-in (`USER_AUTH`).

use serde::{Deserialize, Serialize};
use wire::cognito_idp::shapes::{AuthFactorType, ChallengeNameType, UserPoolMfaType};

use super::{Facts, second};
use crate::message::Medium;
use crate::pool::Pool;
use crate::user::UserStatus;

/// What a first factor proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum First {
    /// The present password, in plain or by SRP.
    Password,
    /// A code sent to the user's address.
    Otp(Medium),
    /// A passkey; whether its authenticator verified the user.
    Passkey { verified: bool },
}

/// A way to begin, as `PREFERRED_CHALLENGE` and `AvailableChallenges` name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirstFactor {
    PasswordSrp,
    Password,
    EmailOtp,
    SmsOtp,
    WebAuthn,
}

impl FirstFactor {
    /// In the order in which AWS lists them.
    pub const ALL: [Self; 5] =
        [Self::PasswordSrp, Self::Password, Self::EmailOtp, Self::SmsOtp, Self::WebAuthn];

    pub const fn challenge(self) -> ChallengeNameType {
        match self {
            Self::PasswordSrp => ChallengeNameType::PasswordSrp,
            Self::Password => ChallengeNameType::Password,
            Self::EmailOtp => ChallengeNameType::EmailOtp,
            Self::SmsOtp => ChallengeNameType::SmsOtp,
            Self::WebAuthn => ChallengeNameType::WebAuthn,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.challenge().as_str() == text)
    }

    /// The one by a code sent this way.
    pub const fn by_code(medium: Medium) -> Self {
        match medium {
            Medium::Email => Self::EmailOtp,
            Medium::Sms => Self::SmsOtp,
        }
    }

    /// Its kind in `AllowedFirstAuthFactors`.
    pub const fn kind(self) -> AuthFactorType {
        match self {
            Self::PasswordSrp | Self::Password => AuthFactorType::Password,
            Self::EmailOtp => AuthFactorType::EmailOtp,
            Self::SmsOtp => AuthFactorType::SmsOtp,
            Self::WebAuthn => AuthFactorType::WebAuthn,
        }
    }
}

/// The ways in which this user can begin.
pub fn available(facts: &Facts<'_>) -> Vec<FirstFactor> {
    let user = facts.user;
    // Where a second factor is due, what is itself sent to an address is none to begin with.
    let alone = !second::demanded(facts);
    let passwordless = matches!(user.status, UserStatus::Confirmed | UserStatus::Unconfirmed);
    let usable = |factor| match factor {
        FirstFactor::PasswordSrp | FirstFactor::Password => facts.has_password,
        FirstFactor::EmailOtp => passwordless && alone && user.attributes.contains_key("email"),
        FirstFactor::SmsOtp => passwordless && alone && user.attributes.contains_key("phone_number"),
        FirstFactor::WebAuthn => {
            facts.has_passkey
                && user.status == UserStatus::Confirmed
                && (alone || second::passkey_counts_twice(facts))
        }
    };
    allowed(facts.pool).filter(|factor| usable(*factor)).collect()
}

/// The ways that a name nobody has is shown: what most users of the pool have.
pub fn simulated(pool: &Pool) -> Vec<FirstFactor> {
    let alone = pool.mfa_configuration() != UserPoolMfaType::On;
    allowed(pool)
        .filter(|factor| match factor {
            FirstFactor::PasswordSrp | FirstFactor::Password => true,
            FirstFactor::EmailOtp | FirstFactor::SmsOtp => alone,
            FirstFactor::WebAuthn => false,
        })
        .collect()
}

fn allowed(pool: &Pool) -> impl Iterator<Item = FirstFactor> {
    FirstFactor::ALL.into_iter().filter(|factor| pool.allows_first_factor(factor.kind()))
}
