//! Amazon Resource Names.

/// `arn:partition:service:region:account:resource`, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let ("arn", partition, service, region, account, resource) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?)
        else {
            return None;
        };
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let whole = !partition.is_empty() && !service.is_empty() && !resource.is_empty();
        (whole && plain(partition) && plain(service) && plain(region) && plain(account)).then_some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
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

    #[test]
    fn a_pool_is_found_only_in_its_account_and_region() {
        let text = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcD3fGhI";
        let arn = Arn::parse(text).unwrap();
        assert_eq!(arn.user_pool("123456789012", "eu-west-1"), Some("eu-west-1_aBcD3fGhI"));
        assert_eq!(arn.user_pool("000000000000", "eu-west-1"), None);
        assert_eq!(arn.user_pool("123456789012", "us-east-1"), None);
        for bad in [
            "",
            "arn",
            "arn:aws:cognito-idp:eu-west-1:1",
            "xrn:aws:a:b:c:d",
            "arn::a:b:c:d",
            "arn:aws:a:b:c:",
        ] {
            assert_eq!(Arn::parse(bad), None, "{bad}");
        }
        let other = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/a/b";
        assert_eq!(Arn::parse(other).unwrap().user_pool("123456789012", "eu-west-1"), None);
    }

    #[test]
    fn regions() {
        assert!(["us-east-1", "eu-west-1", "us-gov-west-1", "local"].into_iter().all(is_region));
        assert!(!["", "US-EAST-1", "a--b", "-a", "a-", "a_b", "a/b", "1a"].into_iter().any(is_region));
    }
}
