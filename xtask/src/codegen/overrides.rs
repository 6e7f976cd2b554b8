//! Where the service departs from its own model. One table, with reasons.

use std::collections::BTreeMap;

use super::model::Shape;
use crate::Result;

enum Change {
    /// The pattern is checked as this one instead; callers still read AWS's text.
    CheckAs(&'static str),
    /// The enumeration takes one more value.
    Value(&'static str),
}

struct Override {
    service: &'static str,
    shape: &'static str,
    change: Change,
    #[expect(dead_code, reason = "read by people")]
    reason: &'static str,
}

/// Inner white space is allowed, leading and trailing is not.
pub const PASSWORD: &str = r"\S(?:[\s\S]*\S)?";

const OVERRIDES: &[Override] = &[
    Override {
        service: "cognito-idp",
        shape: "PasswordType",
        change: Change::CheckAs(PASSWORD),
        reason: "the developer guide allows spaces inside a password, the model's pattern does not",
    },
    Override {
        service: "cognito-idp",
        shape: "ExplicitAuthFlowsType",
        change: Change::Value("ALLOW_CLIENT_TOKEN_AUTH"),
        reason: "GetClientToken needs it, the model's list lacks it",
    },
];

/// Patterns the regex engine cannot express, by their text, with an equivalent.
pub const EQUIVALENTS: &[(&str, &str)] = &[
    // Lookbehind: the text may not end with a full stop.
    (r"^[0-9A-Za-z\.\-_]*(?<!\.)$", r"(?:[0-9A-Za-z.\-_]*[0-9A-Za-z\-_])?"),
];

pub fn apply(service: &str, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    for entry in OVERRIDES.iter().filter(|o| o.service == service) {
        let shape =
            shapes.get_mut(entry.shape).ok_or_else(|| format!("override of unknown {}", entry.shape))?;
        match entry.change {
            Change::CheckAs(pattern) => shape.check_as = Some(pattern.to_owned()),
            Change::Value(value) => shape.values.push(value.to_owned()),
        }
    }
    Ok(())
}
