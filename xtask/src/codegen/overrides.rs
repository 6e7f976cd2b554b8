//! Where the service departs from its own model. One table, with reasons.

use std::collections::BTreeMap;

use super::model::Shape;
use crate::Result;

enum Change {
    /// The pattern is checked as this one instead; callers still read AWS's text.
    CheckAs(&'static str),
    /// The enumeration takes one more value.
    Value(&'static str),
    /// `Debug` leaves the value out, though AWS's error texts show it.
    Redact,
}

struct Override {
    service: &'static str,
    shape: &'static str,
    change: Change,
    #[expect(dead_code, reason = "read by people")]
    reason: &'static str,
}

const fn idp(shape: &'static str, change: Change, reason: &'static str) -> Override {
    Override { service: "cognito-idp", shape, change, reason }
}

const OVERRIDES: &[Override] = &[
    // Inner white space is allowed, leading and trailing is not.
    idp(
        "PasswordType",
        Change::CheckAs(r"\S(?:[\s\S]*\S)?"),
        "the developer guide allows spaces inside a password, the model's pattern does not",
    ),
    idp(
        "ExplicitAuthFlowsType",
        Change::Value("ALLOW_CLIENT_TOKEN_AUTH"),
        "GetClientToken needs it, the model's list lacks it",
    ),
    idp("ChallengeParametersType", Change::Redact, "SECRET_BLOCK stands for a session"),
    idp("ConfirmationCodeType", Change::Redact, "a code resets a password or confirms an address"),
    idp("DeviceSecretVerifierConfigType", Change::Redact, "an SRP verifier can be guessed against"),
    idp("ProviderDetailsType", Change::Redact, "holds client_secret and private_key of an identity provider"),
    Override {
        service: "cognito-identity",
        shape: "SessionTokenString",
        change: Change::Redact,
        reason: "a third of a set of credentials",
    },
];

/// A pattern that the regex engine cannot express, and one that matches the same texts.
pub struct Equivalent {
    pub pattern: &'static str,
    pub same: &'static str,
    #[expect(dead_code, reason = "read by people")]
    pub reason: &'static str,
}

pub const EQUIVALENTS: &[Equivalent] = &[Equivalent {
    pattern: r"^[0-9A-Za-z\.\-_]*(?<!\.)$",
    same: r"(?:[0-9A-Za-z.\-_]*[0-9A-Za-z\-_])?",
    reason: "lookbehind: the text may not end with a full stop",
}];

pub fn apply(service: &str, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    for entry in OVERRIDES.iter().filter(|o| o.service == service) {
        let shape =
            shapes.get_mut(entry.shape).ok_or_else(|| format!("override of unknown {}", entry.shape))?;
        match entry.change {
            Change::CheckAs(pattern) => shape.check_as = Some(pattern.to_owned()),
            Change::Value(value) => shape.values.push(value.to_owned()),
            Change::Redact => shape.redact = true,
        }
    }
    Ok(())
}
