//! Who administers: users and roles of an account, as AWS IAM has them, and the keys they sign with.

use std::collections::BTreeMap;

use crypto::random::Random;

use crate::ids::{AccessKeyId, AccountId, PrincipalId};
use crate::time::Time;

/// A user or a role of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub id: PrincipalId,
    pub account: AccountId,
    pub kind: Kind,
    /// `[\w+=,.@-]{1,64}`; unique among the account's users or roles, whatever the case.
    pub name: String,
    /// `/`, or names between slashes: `/division/team/`.
    pub path: String,
    pub tags: BTreeMap<String, String>,
    /// Moves on with every change, of the policies too.
    pub version: i64,
    pub created_at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    User,
    Role(RoleSettings),
}

/// What only roles have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSettings {
    /// The policy that says who may assume the role, as it was given.
    pub trust_policy: String,
    /// In seconds, 3,600 to 43,200.
    pub max_session_duration: i64,
}

/// Which of the two, without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KindName {
    User,
    Role,
}

impl KindName {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
        }
    }

    /// What AWS's ids of this kind begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
        }
    }
}

impl Kind {
    pub fn name(&self) -> KindName {
        match self {
            Self::User => KindName::User,
            Self::Role(_) => KindName::Role,
        }
    }
}

impl Principal {
    /// `arn:aws:iam::<account>:user/<path><name>`, or `role/…`.
    pub fn arn(&self) -> String {
        let Self { account, path, name, .. } = self;
        format!("arn:aws:iam::{account}:{}{path}{name}", self.kind.name().as_str())
    }

    /// `arn:aws:sts::<account>:assumed-role/<name>/<session>`: without the path, as AWS writes it.
    pub fn session_arn(&self, session: &str) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{session}", self.account, self.name)
    }

    pub fn role(&self) -> Option<&RoleSettings> {
        match &self.kind {
            Kind::Role(settings) => Some(settings),
            Kind::User => None,
        }
    }
}

/// A policy of a principal: a document exactly as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `[\w+=,.@-]{1,128}`.
    pub name: String,
    pub document: String,
}

/// Whether a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    Active,
    Inactive,
}

impl KeyStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// A long-term key of a user, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    pub id: AccessKeyId,
    pub user: PrincipalId,
    pub status: KeyStatus,
    pub created_at: Time,
}

impl PrincipalId {
    /// 21 characters: `AIDA` or `AROA` and 17 of base32.
    pub fn generate(kind: KindName, random: &dyn Random) -> Self {
        Self::new(format!("{}{}", kind.prefix(), crypto::random::base32(random, 17)))
    }
}

impl AccessKeyId {
    const LONG_TERM: &str = "AKIA";
    const TEMPORARY: &str = "ASIA";

    /// 20 characters: `AKIA` and 16 of base32.
    pub fn generate(random: &dyn Random) -> Self {
        Self::new(format!("{}{}", Self::LONG_TERM, crypto::random::base32(random, 16)))
    }

    /// 20 characters: `ASIA` and 16 of base32.
    pub fn generate_temporary(random: &dyn Random) -> Self {
        Self::new(format!("{}{}", Self::TEMPORARY, crypto::random::base32(random, 16)))
    }

    /// Whether it comes with a session token.
    pub fn is_temporary(&self) -> bool {
        self.as_str().starts_with(Self::TEMPORARY)
    }
}

#[cfg(test)]
mod tests {
    use crypto::random::SeededRandom;

    use super::*;

    #[test]
    fn ids_look_as_awss() {
        let random = SeededRandom::new(1);
        let base32 = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b));
        for (id, prefix, length) in [
            (PrincipalId::generate(KindName::User, &random).into_string(), "AIDA", 21),
            (PrincipalId::generate(KindName::Role, &random).into_string(), "AROA", 21),
            (AccessKeyId::generate(&random).into_string(), "AKIA", 20),
            (AccessKeyId::generate_temporary(&random).into_string(), "ASIA", 20),
        ] {
            assert!(id.starts_with(prefix) && id.len() == length && base32(&id), "{id}");
        }
    }

    #[test]
    fn a_path_is_part_of_the_arn_but_not_of_sessions() {
        let principal = Principal {
            id: PrincipalId::new("AROAX"),
            account: AccountId::new("123456789012"),
            kind: Kind::Role(RoleSettings { trust_policy: String::new(), max_session_duration: 3600 }),
            name: "deploy".into(),
            path: "/ops/".into(),
            tags: BTreeMap::new(),
            version: 1,
            created_at: Time::default(),
        };
        assert_eq!(principal.arn(), "arn:aws:iam::123456789012:role/ops/deploy");
        assert_eq!(principal.session_arn("s"), "arn:aws:sts::123456789012:assumed-role/deploy/s");
        let user = Principal { kind: Kind::User, path: "/".into(), ..principal };
        assert_eq!(user.arn(), "arn:aws:iam::123456789012:user/deploy");
    }
}
