//! A user, the states it can be in, and the password it signs in with.

use std::collections::BTreeMap;
use std::fmt;

use crate::factors::{Factor, Factors};
use crate::ids::UserId;
use crate::time::Time;

/// Attribute name to value, both as text; `sub` is not among them (it is the user's id).
pub type Attributes = BTreeMap<String, String>;

/// `UserStatus` values that are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserStatus {
    Unconfirmed,
    Confirmed,
    ForceChangePassword,
    ResetRequired,
    ExternalProvider,
}

impl UserStatus {
    pub const ALL: [Self; 5] = [
        Self::Unconfirmed,
        Self::Confirmed,
        Self::ForceChangePassword,
        Self::ResetRequired,
        Self::ExternalProvider,
    ];

    /// The name AWS gives it, also the form stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A user's profile row.
#[derive(Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    /// The real username; equal to the id in pools where an attribute is the username.
    pub username: String,
    pub status: UserStatus,
    pub enabled: bool,
    pub attributes: Attributes,
    /// New values of `email` or `phone_number` that wait for their code.
    pub pending: Attributes,
    pub factors: Factors,
    pub version: i64,
    pub credential_version: i64,
    pub created_at: Time,
    pub modified_at: Time,
}

impl User {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        if name == "sub" { Some(self.id.as_str()) } else { self.attributes.get(name).map(String::as_str) }
    }

    /// Whether the user has what the factor needs: an address, or a verified software token.
    pub fn has_factor(&self, factor: Factor) -> bool {
        match factor.medium() {
            Some(medium) => self.attributes.contains_key(medium.attribute()),
            None => self.factors.has_software_token,
        }
    }

    /// Whether `email` or `phone_number` is present and marked verified.
    pub fn is_verified(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
            && self.attributes.get(&format!("{attribute}_verified")).is_some_and(|v| v == "true")
    }
}

/// Ids and states only: attributes are personal data.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("enabled", &self.enabled)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What a password sign-in is checked against. All of it is secret.
#[derive(Clone)]
pub struct Password {
    /// argon2id (or an imported form) as text.
    pub hash: String,
    /// SRP salt as minimal hex and the verifier; absent for hash imports until the first plaintext sign-in.
    pub srp: Option<SrpVerifier>,
    /// Former passwords, as far as the pool's policy looks back.
    pub history: PasswordHistory,
    pub set_at: Time,
    /// Set while the password is a temporary one.
    pub expires_at: Option<Time>,
}

#[derive(Clone)]
pub struct SrpVerifier {
    pub salt: String,
    /// Big-endian, unsealed.
    pub verifier: Vec<u8>,
}

/// Tags of former passwords, newest first, under the salt that all of the user's hashes share.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct PasswordHistory {
    pub tags: Vec<String>,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password").field("set_at", &self.set_at).finish_non_exhaustive()
    }
}

impl fmt::Debug for SrpVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SrpVerifier(<redacted>)")
    }
}

impl fmt::Debug for PasswordHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHistory(<redacted>)")
    }
}
