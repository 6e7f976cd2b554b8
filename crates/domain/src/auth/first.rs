//! First factors of choice-based sign-in (`USER_AUTH`).

use serde::{Deserialize, Serialize};
use wire::cognito_idp::shapes::{AuthFactorType, ChallengeNameType, UserPoolMfaType};

use super::{Due, Facts, Next, Proofs, next, second};
use crate::acr::{Goal, Method, Methods};
use crate::message::Medium;
use crate::pool::Pool;
use crate::user::UserStatus;
use crate::{Error, Result};

/// What a first factor proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum First {
    /// The present password, in plain or by SRP.
    Password,
    /// A code sent to the user's address.
    Otp(Medium),
    /// A passkey: whether its authenticator verified the user, and whether it is one that roams.
    Passkey { verified: bool, roaming: bool },
    /// Nothing yet: the access token presented shows that the password was proved before.
    Credited,
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

    /// What it proves; passkeys of both kinds reach as far.
    const fn method(self) -> Method {
        match self {
            Self::PasswordSrp | Self::Password => Method::Password,
            Self::EmailOtp => Method::Email,
            Self::SmsOtp => Method::Sms,
            Self::WebAuthn => Method::PlatformPasskey,
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

/// The ways in which this user can begin and, where there is a level to reach, reach it. What the access token shows
/// is not asked for again.
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
    let new = |factor: FirstFactor| !facts.goal.credit.contains(factor.method());
    allowed(facts.pool).filter(|f| usable(*f) && new(*f) && leads_there(facts, *f)).collect()
}

/// Refuses a level that is reached already, or that the user can reach by no way.
pub fn check_reach(facts: &Facts<'_>) -> Result<()> {
    if !facts.is_short(facts.goal.credit) {
        Err(Error::AcrAlreadyReached)
    } else if reachable(facts) {
        Ok(())
    } else {
        Err(Error::AcrOutOfReach)
    }
}

/// As [`check_reach`], by one way to begin; where no level is to be reached, whether that way is open.
pub fn check_reach_by(facts: &Facts<'_>, factor: FirstFactor) -> Result<()> {
    if facts.goal.target.is_some() && !facts.is_short(facts.goal.credit) {
        Err(Error::AcrAlreadyReached)
    } else if available(facts).contains(&factor) {
        Ok(())
    } else {
        Err(Error::AcrOutOfReach)
    }
}

/// Whether the level to reach can be, by some way.
pub fn reachable(facts: &Facts<'_>) -> bool {
    !facts.is_short(facts.goal.credit)
        || !available(facts).is_empty()
        || matches!(next(facts, Proofs::credited()), Next::Second(_) | Next::SelectMfaType(_))
}

/// Whether the factor alone leads to the level to reach, or, a password, with a second one.
fn leads_there(facts: &Facts<'_>, factor: FirstFactor) -> bool {
    let methods = facts.goal.credit.with(factor.method());
    !facts.is_short(methods)
        || factor.method() == Method::Password
            && matches!(second::due(facts, methods), Due::One(_) | Due::Choice(_))
}

/// The ways that a name nobody has is shown: what most users of the pool have, and all second factors.
pub fn simulated(pool: &Pool, goal: Goal) -> Vec<FirstFactor> {
    let alone = pool.mfa_configuration() != UserPoolMfaType::On;
    let second = pool.second_factors().filter(|_| pool.mfa_configuration() != UserPoolMfaType::Off);
    let with_second: Methods = second.map(Method::from).chain([Method::Password]).collect();
    let leads = |methods: Methods| !goal.is_beyond(methods);
    allowed(pool)
        .filter(|factor| match factor {
            FirstFactor::PasswordSrp | FirstFactor::Password => leads(with_second),
            FirstFactor::EmailOtp | FirstFactor::SmsOtp => {
                alone && leads(Methods::NONE.with(factor.method()))
            }
            FirstFactor::WebAuthn => false,
        })
        .collect()
}

fn allowed(pool: &Pool) -> impl Iterator<Item = FirstFactor> {
    FirstFactor::ALL.into_iter().filter(|factor| pool.allows_first_factor(factor.kind()))
}
