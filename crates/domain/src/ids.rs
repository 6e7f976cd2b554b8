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

    /// What a stranger says is a pool's id, if it could be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (region, name) = text.rsplit_once('_')?;
        let fits = text.len() <= 55
            && !region.is_empty()
            && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self::new(text))
    }

    /// The pool that an issuer names by its last part.
    pub fn of_issuer(issuer: &str) -> Option<Self> {
        Self::parse(issuer.rsplit('/').next()?)
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

    #[test]
    fn what_could_be_no_pool_is_not_looked_for() {
        for good in ["eu-west-1_aBcD3fGhI", "us-gov-east-1_x", "local_1"] {
            assert_eq!(PoolId::parse(good), Some(PoolId::new(good)));
            assert_eq!(PoolId::of_issuer(&format!("https://h/{good}")), Some(PoolId::new(good)));
        }
        let long = format!("eu-west-1_{}", "x".repeat(46));
        for bad in ["", "_", "eu-west-1_", "_x", "eu-west-1", "eu-west-1_a\0", "e\0_a", "é_a", "a_b/", &long]
        {
            assert_eq!(PoolId::parse(bad), None, "{bad:?}");
        }
        assert_eq!(PoolId::of_issuer("https://h/eu-west-1_a\0"), None);
    }
}
