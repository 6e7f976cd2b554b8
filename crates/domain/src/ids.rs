//! Identifiers, one type each, so that ids of different things do not mix.

use crypto::random::Random;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

id! {
    /// The outermost tenant: 12 digits.
    AccountId
}
id! {
    /// An AWS region name, e.g. `eu-west-1`.
    Region
}
id! {
    /// `<region>_<9 alphanumerics>`.
    PoolId
}
id! {
    /// 26 lower-case alphanumerics when generated.
    ClientId
}
id! {
    /// The `sub`: UUID-shaped, never reused.
    UserId
}
id! {
    /// A sign-in; appears in tokens as `origin_jti`.
    SessionId
}

id! {
    /// A user or role that administers: `AIDA…` or `AROA…`, never reused.
    PrincipalId
}
id! {
    /// The public half of a key that signs requests: `AKIA…`, or `ASIA…` when temporary.
    AccessKeyId
}

impl PoolId {
    pub fn generate(region: &Region, random: &dyn Random) -> Self {
        Self(format!("{region}_{}", crypto::random::alphanumeric(random, 9)))
    }

    /// The part after the first `_`: what SRP mixes into the password.
    pub fn srp_name(&self) -> &str {
        self.0.split_once('_').map_or(self.0.as_str(), |(_, name)| name)
    }

    pub fn arn(&self, account: &AccountId, region: &Region) -> String {
        format!("arn:aws:cognito-idp:{region}:{account}:userpool/{}", self.0)
    }
}

impl ClientId {
    pub fn generate(random: &dyn Random) -> Self {
        Self(crypto::random::alphanumeric_lower(random, 26))
    }
}

impl UserId {
    pub fn generate(random: &dyn Random) -> Self {
        Self(crypto::random::uuid(random))
    }
}

impl SessionId {
    pub fn generate(random: &dyn Random) -> Self {
        Self(crypto::random::uuid(random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srp_name_is_what_follows_the_first_underscore() {
        assert_eq!(PoolId::new("eu-west-1_aB_c").srp_name(), "aB_c");
        assert_eq!(PoolId::new("odd").srp_name(), "odd");
    }
}
