//! Amazon Resource Names, and the account ids and regions in them.

use std::fmt;

/// The longest ARN, in bytes.
const LONGEST: usize = 2048;

/// What keeps a text from being an ARN, an account id or a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    #[error("an ARN is arn:partition:service:region:account:resource, at most 2048 bytes")]
    Form,
    #[error("a partition is aws, or aws- and lower-case words")]
    Partition,
    #[error("a service is lower-case letters, digits and hyphens")]
    Service,
    #[error("a region is lower-case words and digits joined by hyphens")]
    Region,
    #[error("an account id is 12 digits")]
    Account,
    #[error("a resource is printable characters without spaces")]
    Resource,
}

/// 12 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountId<'a>(&'a str);

impl<'a> AccountId<'a> {
    /// The account of `poolhouse dev` when the access key id names none.
    pub const DEFAULT: AccountId<'static> = AccountId("000000000000");

    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        if is_account_id(text) { Ok(Self(text)) } else { Err(ArnError::Account) }
    }

    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// The name of a region, as `eu-west-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region<'a>(&'a str);

impl<'a> Region<'a> {
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        if is_region(text) { Ok(Self(text)) } else { Err(ArnError::Region) }
    }

    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// `arn:partition:service:region:account:resource`, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    /// Empty for resources of no region.
    pub region: &'a str,
    /// 12 digits, `aws` for what AWS owns, or empty.
    pub account: &'a str,
    /// May hold further colons.
    pub resource: &'a str,
}

impl<'a> TryFrom<&'a str> for Arn<'a> {
    type Error = ArnError;

    fn try_from(text: &'a str) -> Result<Self, ArnError> {
        if text.len() > LONGEST {
            return Err(ArnError::Form);
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return Err(ArnError::Form);
        };
        let word = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !word(partition) || !(partition == "aws" || partition.starts_with("aws-")) {
            return Err(ArnError::Partition);
        }
        if !word(service) {
            return Err(ArnError::Service);
        }
        if !region.is_empty() && !is_region(region) {
            return Err(ArnError::Region);
        }
        if !matches!(account, "" | "aws") && !is_account_id(account) {
            return Err(ArnError::Account);
        }
        if resource.is_empty() || resource.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(ArnError::Resource);
        }
        Ok(Self { partition, service, region, account, resource })
    }
}

impl<'a> Arn<'a> {
    /// [`Arn::try_from`] for callers that answer every fault alike.
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::try_from(text).ok()
    }

    /// The pool id of `arn:aws:cognito-idp:<region>:<account>:userpool/<id>` in this account and region.
    pub fn user_pool(self, account: &str, region: &str) -> Option<&'a str> {
        let fits = self.partition == "aws"
            && self.service == "cognito-idp"
            && self.region == region
            && self.account == account;
        self.resource.strip_prefix("userpool/").filter(|id| fits && !id.is_empty() && !id.contains('/'))
    }
}

/// `arn:aws:cognito-idp:<region>:<account>:userpool/<id>`.
pub fn user_pool(region: Region<'_>, account: AccountId<'_>, id: &str) -> String {
    let resource = format!("userpool/{id}");
    Arn {
        partition: "aws",
        service: "cognito-idp",
        region: region.0,
        account: account.0,
        resource: &resource,
    }
    .to_string()
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

impl fmt::Display for AccountId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Region<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether the text is an account id: 12 digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the text has the form of a region name: lower-case words and digits joined by hyphens.
pub fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcD3fGhI";

    #[test]
    fn a_pool_is_found_only_in_its_account_and_region() {
        let arn = Arn::parse(POOL).unwrap();
        assert_eq!(arn.user_pool("123456789012", "eu-west-1"), Some("eu-west-1_aBcD3fGhI"));
        assert_eq!(arn.user_pool("000000000000", "eu-west-1"), None);
        assert_eq!(arn.user_pool("123456789012", "us-east-1"), None);
        for (from, to) in [
            ("userpool/", "userpool/a/"),
            ("userpool/", "pool/"),
            ("userpool/eu-west-1_aBcD3fGhI", "userpool/"),
            ("cognito-idp", "cognito-identity"),
            (":aws:", ":aws-cn:"),
        ] {
            let other = POOL.replace(from, to);
            assert_eq!(Arn::parse(&other).unwrap().user_pool("123456789012", "eu-west-1"), None, "{other}");
        }
    }

    #[test]
    fn an_arn_is_written_as_it_was_read() {
        for text in [
            POOL,
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:lambda:eu-west-1:123456789012:function:name:alias",
            "arn:aws-us-gov:s3:::bucket/*",
        ] {
            assert_eq!(Arn::try_from(text).unwrap().to_string(), text);
        }
        let (region, account) =
            (Region::parse("eu-west-1").unwrap(), AccountId::parse("123456789012").unwrap());
        assert_eq!(user_pool(region, account, "eu-west-1_aBcD3fGhI"), POOL);
    }

    #[test]
    fn what_is_no_arn_says_why() {
        let long = format!("{POOL}{}", "x".repeat(LONGEST));
        for (text, error) in [
            ("", ArnError::Form),
            ("arn", ArnError::Form),
            ("arn:aws:cognito-idp:eu-west-1:1", ArnError::Form),
            ("ARN:aws:s3:::b", ArnError::Form),
            (" arn:aws:s3:::b", ArnError::Form),
            (&long, ArnError::Form),
            ("arn::s3:::b", ArnError::Partition),
            ("arn:AWS:s3:::b", ArnError::Partition),
            ("arn:awsome:s3:::b", ArnError::Partition),
            ("arn:aws::::b", ArnError::Service),
            ("arn:aws:s_3:::b", ArnError::Service),
            ("arn:aws:s3:EU-west-1::b", ArnError::Region),
            ("arn:aws:s3:*::b", ArnError::Region),
            ("arn:aws:s3::12345678901:b", ArnError::Account),
            ("arn:aws:s3::1234567890123:b", ArnError::Account),
            ("arn:aws:s3::12345678901\u{662}:b", ArnError::Account),
            ("arn:aws:s3:::", ArnError::Resource),
            ("arn:aws:s3:::a b", ArnError::Resource),
            ("arn:aws:s3:::a\n", ArnError::Resource),
            ("arn:aws:s3:::a\0", ArnError::Resource),
        ] {
            assert_eq!(Arn::try_from(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn accounts_and_regions() {
        assert!(AccountId::parse(AccountId::DEFAULT.as_str()).is_ok());
        for bad in ["", "12345678901", "1234567890123", "12345678901a", "-23456789012", "12345678901\u{662}"]
        {
            assert_eq!(AccountId::parse(bad), Err(ArnError::Account), "{bad}");
        }
        for good in ["us-east-1", "eu-west-1", "us-gov-west-1", "local"] {
            assert!(Region::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(33);
        for bad in ["", "US-EAST-1", "a--b", "-a", "a-", "a_b", "a/b", "1a", "a.b", "a b", "\u{e9}", &long] {
            assert_eq!(Region::parse(bad), Err(ArnError::Region), "{bad}");
        }
    }
}
