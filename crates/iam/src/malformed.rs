//! What keeps a text from being a policy document, and where in it.

use std::fmt;

/// A document that is refused: IAM's `MalformedPolicyDocument`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} At {place}: {detail}")]
pub struct Malformed {
    /// AWS's text, where AWS has one for the fault.
    pub message: String,
    /// As `Statement[0].Condition.StringLike`.
    pub place: String,
    /// What is wrong there.
    pub detail: String,
}

/// AWS's text for whatever its grammar does not know.
const SYNTAX: &str = "Syntax errors in policy.";

/// A place in a document, as steps from its root. Spelled out only when it is refused.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    pub(crate) const ROOT: At<'static> = At { parent: None, step: Step::Root };

    pub(crate) fn member(&'a self, name: &'a str) -> At<'a> {
        At { parent: Some(self), step: Step::Member(name) }
    }

    pub(crate) fn index(&'a self, index: usize) -> At<'a> {
        At { parent: Some(self), step: Step::Index(index) }
    }

    pub(crate) fn syntax(&self, detail: impl fmt::Display) -> Malformed {
        self.refuse(SYNTAX, detail)
    }

    pub(crate) fn refuse(&self, message: impl Into<String>, detail: impl fmt::Display) -> Malformed {
        let mut place = String::new();
        self.write(&mut place);
        if place.is_empty() {
            place.push_str("the document");
        }
        Malformed { message: message.into(), place, detail: detail.to_string() }
    }

    fn write(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(out);
        }
        match self.step {
            Step::Root => {}
            Step::Member(name) if out.is_empty() => out.push_str(name),
            Step::Member(name) => {
                out.push('.');
                out.push_str(name);
            }
            Step::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
}
