//! Which actions a statement is about.

use crate::context::Facts;
use crate::document::{self, Fields};
use crate::malformed::{At, Malformed};
use crate::pattern::{Match, Pattern, Reach, Syntax};

/// The `Action` or `NotAction` of a statement. Actions are alike in any case, so all is kept in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    /// `NotAction`: every action but these.
    except: bool,
    /// Those without wildcards, sorted.
    exact: Box<[Box<str>]>,
    patterns: Box<[Pattern]>,
}

/// The services whose actions a policy may name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendors {
    Any,
    /// In trust policies.
    StsOnly,
}

impl Actions {
    pub(crate) fn read(fields: &mut Fields<'_>, vendors: Vendors) -> Result<Self, Malformed> {
        let at = fields.at();
        let (except, name, node) = fields.either("Action", "NotAction")?.ok_or_else(|| {
            at.refuse("Policy statement must contain actions.", "neither Action nor NotAction is given")
        })?;
        let at = at.member(name);
        if except && vendors == Vendors::StsOnly {
            return Err(at.refuse(STS_ONLY, "NotAction names all other actions"));
        }
        let texts = document::texts(&node, &at)?;
        if texts.is_empty() {
            return Err(at.refuse("Policy statement must contain actions.", "it is empty"));
        }
        let (mut exact, mut patterns) = (Vec::new(), Vec::new());
        for (index, text) in texts.iter().enumerate() {
            let pattern = compile(text, vendors, &at.index(index))?;
            match pattern.as_literal() {
                Some(literal) => exact.push(Box::from(literal)),
                None => patterns.push(pattern),
            }
        }
        exact.sort_unstable();
        Ok(Self { except, exact: exact.into(), patterns: patterns.into() })
    }

    /// Whether the statement is about this action, which is in lower case.
    pub(crate) fn include(&self, action: &str) -> bool {
        let named = self.exact.binary_search_by(|known| (**known).cmp(action)).is_ok()
            || self
                .patterns
                .iter()
                .any(|pattern| pattern.matches(action, Reach::Text, &Facts::NONE) == Match::Yes);
        named != self.except
    }
}

const STS_ONLY: &str = "AssumeRole policy may only specify STS AssumeRole actions.";

/// `*` or `service:Name`.
fn compile(text: &str, vendors: Vendors, at: &At<'_>) -> Result<Pattern, Malformed> {
    let quoted = format!("{text:?}");
    let mut parts = text.split(':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("*"), None, _) if vendors == Vendors::Any => {}
        (_, None, _) => {
            return Err(at.refuse(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                quoted,
            ));
        }
        (_, _, Some(_)) => return Err(at.refuse("Actions/Condition can contain only one colon.", quoted)),
        (Some(vendor), Some(name), None) => {
            let is_word = |text: &str, more: &[u8]| {
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
            };
            if vendor != "*" && !is_word(vendor, b"-.") {
                return Err(at.refuse(format!("Vendor {vendor} is not valid"), quoted));
            }
            if !is_word(name, b"*?-_.") {
                return Err(at.syntax(format_args!("{quoted} is no action")));
            }
            if vendors == Vendors::StsOnly && !vendor.eq_ignore_ascii_case("sts") {
                return Err(at.refuse(STS_ONLY, quoted));
            }
        }
        (None, ..) => {}
    }
    let syntax = Syntax { wildcards: true, variables: false };
    Pattern::compile(&text.to_ascii_lowercase(), syntax).map_err(|detail| at.syntax(detail))
}
