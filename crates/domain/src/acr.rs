//! Levels and methods of authentication: the claims `acr` and `amr`, and which methods satisfy which level.

use serde::{Deserialize, Serialize};

use crate::factors::Factor;
use crate::message::Medium;
use crate::time::Time;

/// A level of assurance; each includes those below it. Which methods satisfy it is fixed, only its name in `acr` is
/// the pool's to choose (`AcrConfiguration`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// A password alone.
    One,
    /// One code by SMS or e-mail.
    Two,
    /// A passkey, or a password and a code by SMS or e-mail.
    Three,
    /// A password and a code of a software token.
    Four,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// Its key in `AcrConfiguration`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::One => "Level1",
            Self::Two => "Level2",
            Self::Three => "Level3",
            Self::Four => "Level4",
        }
    }

    /// Its `acr` where the pool names no other.
    pub const fn default_name(self) -> &'static str {
        match self {
            Self::One => "urn:cognito:loa:1",
            Self::Two => "urn:cognito:loa:2",
            Self::Three => "urn:cognito:loa:3",
            Self::Four => "urn:cognito:loa:4",
        }
    }
}

/// A method that a user completed, as `amr` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Password,
    SoftwareToken,
    Sms,
    Email,
    /// A passkey of the device itself.
    PlatformPasskey,
    /// A passkey of a security key.
    RoamingPasskey,
}

impl Method {
    /// In the order in which `amr` lists them.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::SoftwareToken,
        Self::Sms,
        Self::Email,
        Self::PlatformPasskey,
        Self::RoamingPasskey,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::SoftwareToken => "otp",
            Self::Sms => "sms",
            Self::Email => "email_otp",
            Self::PlatformPasskey => "swk",
            Self::RoamingPasskey => "hwk",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl From<Medium> for Method {
    fn from(medium: Medium) -> Self {
        match medium {
            Medium::Sms => Self::Sms,
            Medium::Email => Self::Email,
        }
    }
}

impl From<Factor> for Method {
    fn from(factor: Factor) -> Self {
        factor.medium().map_or(Self::SoftwareToken, Self::from)
    }
}

/// Methods completed, in no order and each once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Methods(u8);

impl Methods {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub const fn with(self, method: Method) -> Self {
        Self(self.0 | method.bit())
    }

    #[must_use]
    pub const fn without(self, method: Method) -> Self {
        Self(self.0 & !method.bit())
    }

    pub const fn contains(self, method: Method) -> bool {
        self.0 & method.bit() != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Method> {
        Method::ALL.into_iter().filter(move |method| self.contains(*method))
    }

    /// The highest level that they satisfy together; none without any.
    pub const fn level(self) -> Option<Level> {
        let password = self.contains(Method::Password);
        let code = self.contains(Method::Sms) || self.contains(Method::Email);
        if password && self.contains(Method::SoftwareToken) {
            Some(Level::Four)
        } else if self.has_passkey() || password && code {
            Some(Level::Three)
        } else if code {
            Some(Level::Two)
        } else if password {
            Some(Level::One)
        } else {
            None
        }
    }

    /// The claim `amr`: each method, and `mfa` where two factors came together. Two passkeys are one factor.
    pub fn amr(self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.iter().map(Method::as_str).collect();
        let both_passkeys = self.contains(Method::PlatformPasskey) && self.contains(Method::RoamingPasskey);
        if names.len() > if both_passkeys { 2 } else { 1 } {
            names.push("mfa");
        }
        names
    }

    const fn has_passkey(self) -> bool {
        self.contains(Method::PlatformPasskey) || self.contains(Method::RoamingPasskey)
    }
}

impl FromIterator<Method> for Methods {
    fn from_iter<T: IntoIterator<Item = Method>>(methods: T) -> Self {
        methods.into_iter().fold(Self::NONE, Self::with)
    }
}

/// How the user of a session authenticated. It stays as it is as long as the session lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The name that the level had then.
    pub acr: String,
    pub methods: Methods,
    /// The user's credentials that the methods were proved with; 0, which no user has, once they earn no credit.
    pub credential_version: i64,
    /// When the oldest of the methods was proved, be it in this session or in the one that it goes on from.
    pub proved_at: Time,
}

/// How high a sign-in must reach, and what of it an access token shows to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Goal {
    /// Of `TARGET_ACR_VALUES`, the level to reach.
    pub target: Option<Level>,
    /// What the session of `ACCESS_TOKEN` proved.
    pub credit: Methods,
}

impl Goal {
    /// Whether these methods are not enough, whoever proved them.
    pub fn is_beyond(self, methods: Methods) -> bool {
        self.target.is_some() && methods.level() < self.target
    }
}

#[cfg(test)]
mod tests {
    use super::Method::{Email, Password, PlatformPasskey, RoamingPasskey, Sms, SoftwareToken};
    use super::*;

    fn of(methods: &[Method]) -> Methods {
        methods.iter().copied().collect()
    }

    #[test]
    fn levels_are_satisfied_by_the_combinations_that_aws_fixes() {
        for (methods, level, amr) in [
            (&[][..], None, &[][..]),
            (&[Password], Some(Level::One), &["pwd"]),
            (&[Sms], Some(Level::Two), &["sms"]),
            (&[Email], Some(Level::Two), &["email_otp"]),
            (&[PlatformPasskey], Some(Level::Three), &["swk"]),
            (&[RoamingPasskey], Some(Level::Three), &["hwk"]),
            (&[Sms, Password], Some(Level::Three), &["pwd", "sms", "mfa"]),
            (&[Password, Email], Some(Level::Three), &["pwd", "email_otp", "mfa"]),
            (&[SoftwareToken, Password], Some(Level::Four), &["pwd", "otp", "mfa"]),
            // What no row of AWS's table names counts as the best row within it.
            (&[SoftwareToken], None, &["otp"]),
            (&[Sms, Email], Some(Level::Two), &["sms", "email_otp", "mfa"]),
            (&[Sms, SoftwareToken], Some(Level::Two), &["otp", "sms", "mfa"]),
            (&[PlatformPasskey, Password], Some(Level::Three), &["pwd", "swk", "mfa"]),
            (&[PlatformPasskey, SoftwareToken], Some(Level::Three), &["otp", "swk", "mfa"]),
            (&[PlatformPasskey, RoamingPasskey], Some(Level::Three), &["swk", "hwk"]),
            (&[Password, SoftwareToken, Sms], Some(Level::Four), &["pwd", "otp", "sms", "mfa"]),
        ] {
            assert_eq!((of(methods).level(), of(methods).amr()), (level, amr.to_vec()), "{methods:?}");
        }
    }

    #[test]
    fn more_methods_never_lower_the_level() {
        for bits in 0..1 << Method::ALL.len() {
            for method in Method::ALL {
                let (before, after) = (Methods(bits), Methods(bits).with(method));
                assert!(after.level() >= before.level() && after.contains(method), "{before:?} {method:?}");
            }
        }
    }

    #[test]
    fn a_goal_lies_beyond_what_is_below_its_target() {
        let at = |target| Goal { target, credit: Methods::NONE };
        assert!(!at(None).is_beyond(Methods::NONE));
        assert!(at(Some(Level::One)).is_beyond(Methods::NONE));
        assert!(at(Some(Level::Two)).is_beyond(of(&[Password])));
        assert!(!at(Some(Level::Two)).is_beyond(of(&[Email])) && !at(Some(Level::One)).is_beyond(of(&[Sms])));
    }
}
