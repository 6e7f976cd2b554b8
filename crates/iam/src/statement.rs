//! What the statements of all policies have in common.

use std::collections::BTreeSet;
use std::fmt;

use crate::action::{Actions, Vendors};
use crate::condition::Condition;
use crate::context::Context;
use crate::document::{Document, Fields};
use crate::malformed::{At, Malformed};

/// What a statement does to the requests it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// A statement without what it is about: resources in a policy, principals in a trust policy.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub sid: Option<Box<str>>,
    pub effect: Effect,
    pub actions: Actions,
    pub conditions: Box<[Condition]>,
}

/// Why a statement is not about a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mismatch<'p> {
    Action,
    Resource,
    Condition(&'p Condition),
}

impl Clause {
    pub(crate) fn read(
        fields: &mut Fields<'_>,
        vendors: Vendors,
        variables: bool,
    ) -> Result<Self, Malformed> {
        let at = fields.at();
        let sid = fields.text("Sid")?;
        if let Some(sid) = &sid
            && !sid.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Err(at.member("Sid").refuse(
                "Statement IDs (SID) must be alpha-numeric. \
                 Check that your input satisfies the regular expression [0-9A-Za-z]*",
                format_args!("{sid:?}"),
            ));
        }
        let effect = match fields.text("Effect")?.as_deref() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(other) => {
                return Err(at.member("Effect").syntax(format_args!("{other:?} is neither Allow nor Deny")));
            }
            None => return Err(at.refuse("Missing required field Effect", "a statement allows or denies")),
        };
        let actions = Actions::read(fields, vendors)?;
        let conditions = Condition::read_all(fields, variables)?;
        Ok(Self { sid: sid.filter(|sid| !sid.is_empty()).map(Into::into), effect, actions, conditions })
    }

    /// The first condition that does not hold.
    pub(crate) fn failing(&self, context: &dyn Context) -> Option<&Condition> {
        self.conditions.iter().find(|condition| !condition.holds(self.effect, context))
    }
}

/// Reads each statement of a document; no two may have one `Sid`.
pub(crate) fn read_all<T>(
    document: Document,
    read: impl Fn(&mut Fields<'_>, bool) -> Result<T, Malformed>,
    clause: impl Fn(&T) -> &Clause,
) -> Result<Box<[T]>, Malformed> {
    let root = At::ROOT;
    let at = root.member("Statement");
    let mut statements = Vec::with_capacity(document.statements.len());
    for (index, node) in document.statements.into_iter().enumerate() {
        let mut fields = Fields::of(node, at.index(index))?;
        statements.push(read(&mut fields, document.variables)?);
        fields.finish()?;
    }
    let mut seen = BTreeSet::new();
    for (index, statement) in statements.iter().enumerate() {
        if let Some(sid) = clause(statement).sid.as_deref()
            && !seen.insert(sid)
        {
            let message = "Statement IDs (SID) in a single policy must be unique.";
            return Err(at
                .index(index)
                .member("Sid")
                .refuse(message, format_args!("{sid:?} is given twice")));
        }
    }
    Ok(statements.into())
}

/// As AWS writes it.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        })
    }
}
