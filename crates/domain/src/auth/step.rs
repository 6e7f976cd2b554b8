//! What an attempt to sign in can wait for.

use serde::{Deserialize, Serialize};
use wire::cognito_idp::shapes::ChallengeNameType;

use super::first::{First, FirstFactor};
use crate::factors::Factor;
use crate::message::Medium;

/// What an attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// SELECT_CHALLENGE: the first factor.
    SelectChallenge,
    /// PASSWORD: the password in plain.
    Password,
    /// PASSWORD_SRP: the client's half of SRP.
    PasswordSrp,
    /// PASSWORD_VERIFIER: the SRP proof.
    PasswordVerifier,
    /// EMAIL_OTP or SMS_OTP: the code sent as first factor.
    Otp(Medium),
    /// WEB_AUTHN: an assertion by a passkey.
    WebAuthn,
    /// The sign-in that a confirmed sign-up entitles to: its code came by this channel.
    SignUpConfirmed(Medium),
    /// NEW_PASSWORD_REQUIRED: a password to replace the temporary one.
    NewPasswordRequired,
    /// SELECT_MFA_TYPE: the second factor.
    SelectMfaType,
    /// SMS_MFA, SOFTWARE_TOKEN_MFA or EMAIL_OTP: the second factor's code.
    Second(Factor),
    /// MFA_SETUP: a second factor of which the user has none yet.
    MfaSetup,
    /// MFA_SETUP once a software token was verified within this attempt.
    MfaSetupDone,
    /// EMAIL_OTP: the code sent to the address that becomes the second factor.
    EmailSetup,
    /// DEVICE_SRP_AUTH: the device's half of SRP.
    DeviceSrpAuth,
    /// DEVICE_PASSWORD_VERIFIER: the device's proof.
    DevicePasswordVerifier,
}

/// What an answer can prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    First(First),
    NewPassword,
    Second(Factor),
    SetUp(Factor),
    Device,
}

impl Step {
    pub const ALL: [Self; 19] = [
        Self::SelectChallenge,
        Self::Password,
        Self::PasswordSrp,
        Self::PasswordVerifier,
        Self::Otp(Medium::Email),
        Self::Otp(Medium::Sms),
        Self::WebAuthn,
        Self::SignUpConfirmed(Medium::Email),
        Self::SignUpConfirmed(Medium::Sms),
        Self::NewPasswordRequired,
        Self::SelectMfaType,
        Self::Second(Factor::Sms),
        Self::Second(Factor::SoftwareToken),
        Self::Second(Factor::Email),
        Self::MfaSetup,
        Self::MfaSetupDone,
        Self::EmailSetup,
        Self::DeviceSrpAuth,
        Self::DevicePasswordVerifier,
    ];

    /// The `ChallengeName` that is shown and must be answered; none where there is nothing to answer.
    pub const fn challenge(self) -> Option<ChallengeNameType> {
        Some(match self {
            Self::SelectChallenge => ChallengeNameType::SelectChallenge,
            Self::Password => ChallengeNameType::Password,
            Self::PasswordSrp => ChallengeNameType::PasswordSrp,
            Self::PasswordVerifier => ChallengeNameType::PasswordVerifier,
            Self::Otp(Medium::Email) | Self::Second(Factor::Email) | Self::EmailSetup => {
                ChallengeNameType::EmailOtp
            }
            Self::Otp(Medium::Sms) => ChallengeNameType::SmsOtp,
            Self::WebAuthn => ChallengeNameType::WebAuthn,
            Self::SignUpConfirmed(_) => return None,
            Self::NewPasswordRequired => ChallengeNameType::NewPasswordRequired,
            Self::SelectMfaType => ChallengeNameType::SelectMfaType,
            Self::Second(Factor::Sms) => ChallengeNameType::SmsMfa,
            Self::Second(Factor::SoftwareToken) => ChallengeNameType::SoftwareTokenMfa,
            Self::MfaSetup | Self::MfaSetupDone => ChallengeNameType::MfaSetup,
            Self::DeviceSrpAuth => ChallengeNameType::DeviceSrpAuth,
            Self::DevicePasswordVerifier => ChallengeNameType::DevicePasswordVerifier,
        })
    }

    /// Whether an answer to this step can prove `proof`.
    pub const fn admits(self, proof: Proof) -> bool {
        match (self, proof) {
            (Self::Password | Self::PasswordVerifier, Proof::First(First::Password))
            | (Self::WebAuthn, Proof::First(First::Passkey { .. }))
            | (Self::NewPasswordRequired, Proof::NewPassword)
            | (Self::MfaSetupDone, Proof::SetUp(Factor::SoftwareToken))
            | (Self::EmailSetup, Proof::SetUp(Factor::Email))
            | (Self::DevicePasswordVerifier, Proof::Device) => true,
            (Self::Otp(asked) | Self::SignUpConfirmed(asked), Proof::First(First::Otp(given))) => {
                matches!((asked, given), (Medium::Email, Medium::Email) | (Medium::Sms, Medium::Sms))
            }
            (Self::Second(asked), Proof::Second(given)) => matches!(
                (asked, given),
                (Factor::Sms, Factor::Sms)
                    | (Factor::SoftwareToken, Factor::SoftwareToken)
                    | (Factor::Email, Factor::Email)
            ),
            _ => false,
        }
    }

    /// The step that a chosen first factor leads to.
    pub const fn of_first(factor: FirstFactor) -> Self {
        match factor {
            FirstFactor::PasswordSrp => Self::PasswordSrp,
            FirstFactor::Password => Self::Password,
            FirstFactor::EmailOtp => Self::Otp(Medium::Email),
            FirstFactor::SmsOtp => Self::Otp(Medium::Sms),
            FirstFactor::WebAuthn => Self::WebAuthn,
        }
    }
}
