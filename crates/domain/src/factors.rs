//! What a user can sign in with beside a password: the second factors, and which of them it chose.

use serde::{Deserialize, Serialize};

use crate::message::Medium;

/// A second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Factor {
    Sms,
    SoftwareToken,
    Email,
}

impl Factor {
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// Its name in `UserMFASettingList`, `PreferredMfaSetting` and the choices of a challenge.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// What the `ANSWER` to a choice means; AWS's guide spells one of them differently than its service.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "EMAIL_MFA" => Some(Self::Email),
            _ => Self::ALL.into_iter().find(|factor| factor.as_str() == text),
        }
    }

    /// How its codes are sent.
    pub const fn medium(self) -> Option<Medium> {
        match self {
            Self::Sms => Some(Medium::Sms),
            Self::Email => Some(Medium::Email),
            Self::SoftwareToken => None,
        }
    }
}

/// The factors of one user, part of its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Factors {
    /// Chosen with `SetUserMFAPreference`.
    pub sms: bool,
    pub email: bool,
    pub software_token: bool,
    /// A passkey with user verification may stand for both factors.
    pub passkey: bool,
    pub preferred: Option<Factor>,
    /// A software token has been verified; chosen or not.
    pub has_software_token: bool,
}

impl Factors {
    pub const fn chose(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.sms,
            Factor::SoftwareToken => self.software_token,
            Factor::Email => self.email,
        }
    }

    pub const fn choose(&mut self, factor: Factor, enabled: bool) {
        match factor {
            Factor::Sms => self.sms = enabled,
            Factor::SoftwareToken => self.software_token = enabled,
            Factor::Email => self.email = enabled,
        }
    }

    /// Those chosen, in `UserMFASettingList`'s terms.
    pub fn chosen(&self) -> impl Iterator<Item = Factor> + use<> {
        let factors = *self;
        Factor::ALL.into_iter().filter(move |factor| factors.chose(*factor))
    }

    /// Without a software token: it was taken away.
    #[must_use]
    pub fn without_software_token(mut self) -> Self {
        self.has_software_token = false;
        self.software_token = false;
        if self.preferred == Some(Factor::SoftwareToken) {
            self.preferred = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_name_factors_as_aws_does() {
        for (text, factor) in [
            ("SMS_MFA", Some(Factor::Sms)),
            ("SOFTWARE_TOKEN_MFA", Some(Factor::SoftwareToken)),
            ("EMAIL_OTP", Some(Factor::Email)),
            ("EMAIL_MFA", Some(Factor::Email)),
            ("SMS_OTP", None),
            ("sms_mfa", None),
            ("", None),
        ] {
            assert_eq!(Factor::parse(text), factor, "{text}");
        }
    }

    #[test]
    fn each_factor_is_chosen_by_itself() {
        for factor in Factor::ALL {
            let mut factors = Factors::default();
            factors.choose(factor, true);
            assert_eq!(factors.chosen().collect::<Vec<_>>(), [factor]);
            assert!(Factor::ALL.into_iter().all(|other| factors.chose(other) == (other == factor)));
            factors.choose(factor, false);
            assert_eq!(factors, Factors::default());
        }
    }

    #[test]
    fn a_token_taken_away_takes_its_choice_along_and_no_other() {
        let mut factors = Factors { has_software_token: true, ..Factors::default() };
        for factor in Factor::ALL {
            factors.choose(factor, true);
        }
        let kept = Factors { sms: true, email: true, ..Factors::default() };
        for preferred in [None, Some(Factor::Sms), Some(Factor::Email)] {
            let expected = Factors { preferred, ..kept };
            assert_eq!(Factors { preferred, ..factors }.without_software_token(), expected);
        }
        let preferred = Some(Factor::SoftwareToken);
        assert_eq!(Factors { preferred, ..factors }.without_software_token(), kept);
    }
}
