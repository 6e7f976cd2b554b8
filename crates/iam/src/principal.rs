//! Who asks, and whom a trust policy means.

use crate::document::{self, Fields};
use crate::json::Node;
use crate::malformed::{At, Malformed};

/// Whoever makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// A user, the session of a role, or the root of an account.
    Aws {
        /// As `arn:aws:iam::<account>:user/<name>` or `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
        arn: &'a str,
        /// For a session the ARN of its role, `arn:aws:iam::<account>:role/<role>`.
        role: Option<&'a str>,
    },
    /// As `cognito-idp.amazonaws.com`.
    Service(&'a str),
    /// The provider that vouches for whoever has its token: an ARN, or a name as `cognito-identity.amazonaws.com`.
    Federated(&'a str),
    Anonymous,
}

/// The `Principal` or `NotPrincipal` of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Principals {
    /// `NotPrincipal`: everyone but these. Only denies have it.
    except: bool,
    named: Box<[Named]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// `*`
    Everyone,
    /// `{"AWS": "*"}`: whoever has credentials of an account.
    EveryAccount,
    /// An account, that is everyone whom the account permits.
    Account(Box<str>),
    /// A user, a role or a session.
    Arn(Box<str>),
    Service(Box<str>),
    Federated(Box<str>),
}

/// How far a trust policy means a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trusted {
    No,
    /// Among others: an identity policy must allow, too.
    AmongOthers,
    /// By name.
    ByName,
}

impl Principals {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self, Malformed> {
        const MISSING: &str = "Missing required field Principal";
        let at = fields.at();
        let (except, name, node) = fields
            .either("Principal", "NotPrincipal")?
            .ok_or_else(|| at.refuse(MISSING, "a trust policy says who is trusted"))?;
        let at = at.member(name);
        let mut named = Vec::new();
        match node {
            Node::Text(text) if text == "*" => named.push(Named::Everyone),
            Node::Object(kinds) => {
                for (kind, node) in &kinds {
                    let at = at.member(kind);
                    for (index, text) in document::texts(node, &at)?.into_iter().enumerate() {
                        named.push(Named::read(kind, text, &at.index(index))?);
                    }
                }
            }
            other => return Err(at.syntax(format_args!("{} where \"*\" or an object is due", other.kind()))),
        }
        if named.is_empty() {
            return Err(at.refuse("Missing required field Principal cannot be empty!", "it is empty"));
        }
        if except && named.iter().any(|named| matches!(named, Named::Everyone | Named::EveryAccount)) {
            return Err(at.syntax("it excepts everyone"));
        }
        Ok(Self { except, named: named.into() })
    }

    pub(crate) fn is_negated(&self) -> bool {
        self.except
    }

    pub(crate) fn trusted(&self, principal: Principal<'_>) -> Trusted {
        let nearest = self.named.iter().map(|named| named.means(principal)).max().unwrap_or(Trusted::No);
        match (self.except, nearest) {
            (false, nearest) => nearest,
            // The name of an account excepts its root, not all who are in it.
            (true, Trusted::ByName) => Trusted::No,
            (true, _) => Trusted::AmongOthers,
        }
    }
}

impl Named {
    fn read(kind: &str, text: &str, at: &At<'_>) -> Result<Self, Malformed> {
        let invalid = || {
            at.refuse(format!("Invalid principal in policy: \"{kind}\":\"{text}\""), format_args!("{text:?}"))
        };
        let named = match kind {
            "AWS" if text == "*" => Named::EveryAccount,
            "AWS" => Self::read_aws(text).ok_or_else(invalid)?,
            "Service" if is_host(text) => Named::Service(text.into()),
            "Federated" if is_host(text) || is_provider(text) => Named::Federated(text.into()),
            "Service" | "Federated" => return Err(invalid()),
            _ => return Err(at.syntax("no such kind of principal")),
        };
        Ok(named)
    }

    fn read_aws(text: &str) -> Option<Self> {
        if is_account(text) {
            return Some(Named::Account(text.into()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service @ ("iam" | "sts"), "", account, resource] = parts[..] else {
            return None;
        };
        if !(partition == "aws" || partition.starts_with("aws-")) || !is_account(account) {
            return None;
        }
        match (service, resource.split_once('/')) {
            ("iam", None) if resource == "root" => Some(Named::Account(account.into())),
            ("iam", Some(("user" | "role", name)))
            | ("sts", Some(("assumed-role" | "federated-user", name)))
                if !name.is_empty() && !text.contains(['*', '?', ' ', '$']) =>
            {
                Some(Named::Arn(text.into()))
            }
            _ => None,
        }
    }

    fn means(&self, principal: Principal<'_>) -> Trusted {
        match (self, principal) {
            (Named::Everyone, _) | (Named::EveryAccount, Principal::Aws { .. }) => Trusted::AmongOthers,
            (Named::Account(account), Principal::Aws { arn, .. }) if account_of(arn) == Some(account) => {
                if arn.ends_with(":root") {
                    Trusted::ByName
                } else {
                    Trusted::AmongOthers
                }
            }
            (Named::Arn(own), Principal::Aws { arn, role }) if **own == *arn || Some(&**own) == role => {
                Trusted::ByName
            }
            (Named::Service(own), Principal::Service(name)) if **own == *name => Trusted::ByName,
            (Named::Federated(own), Principal::Federated(name)) if **own == *name => Trusted::ByName,
            _ => Trusted::No,
        }
    }
}

/// The account in an ARN.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether it is the name of a service, as `sts.amazonaws.com`.
fn is_host(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
}

/// Whether it is the ARN of an identity provider.
fn is_provider(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else { return false };
    let named = ["oidc-provider/", "saml-provider/"].iter().any(|kind| {
        resource
            .strip_prefix(kind)
            .is_some_and(|name| !name.is_empty() && !name.contains(['*', '?', ' ', '$']))
    });
    (partition == "aws" || partition.starts_with("aws-")) && is_account(account) && named
}
