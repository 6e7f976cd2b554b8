//! The `Condition` of a statement: operators over keys, all of which must hold.

mod operand;
mod operator;

use std::collections::BTreeMap;
use std::fmt;

use crate::context::Context;
use crate::document::Fields;
use crate::json::Node;
use crate::malformed::{At, Malformed};
use crate::pattern::Match;
use crate::statement::Effect;
use operand::Operand;
use operator::{Operator, Quantifier, Test};

/// One operator over one key.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    operator: Operator,
    /// In lower case.
    key: Box<str>,
    /// Of these the key must have, or must not have, one. Never empty.
    operands: Box<[Operand]>,
}

impl Condition {
    /// Reads the conditions of a statement, if it has any.
    pub(crate) fn read_all(fields: &mut Fields<'_>, variables: bool) -> Result<Box<[Self]>, Malformed> {
        let statement = fields.at();
        let at = statement.member("Condition");
        let Some(node) = fields.take("Condition") else { return Ok(Box::default()) };
        let mut conditions = Vec::new();
        for (name, keys) in members(node, &at)? {
            let at = at.member(&name);
            let operator = Operator::parse(&name).ok_or_else(|| at.syntax("no such condition operator"))?;
            let keys = members(keys, &at)?;
            if keys.is_empty() {
                return Err(at.syntax("it is empty"));
            }
            for (key, values) in keys {
                conditions.push(Self::read(operator, &key, values, variables, &at.member(&key))?);
            }
        }
        Ok(conditions.into())
    }

    fn read(
        operator: Operator,
        key: &str,
        values: Node,
        variables: bool,
        at: &At<'_>,
    ) -> Result<Self, Malformed> {
        if !key.contains(':') {
            let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
            return Err(at.refuse(message, "a condition key has the form service:key"));
        }
        let values = match values {
            Node::List(values) => values,
            one => vec![one],
        };
        if values.is_empty() {
            return Err(at.syntax("it is empty"));
        }
        let compile = |(index, value)| {
            let text = match value {
                Node::Text(text) | Node::Number(text) => text,
                Node::Bool(value) => value.to_string(),
                other => {
                    let detail = format!("{} where a string, number or truth value is due", other.kind());
                    return Err(at.index(index).syntax(detail));
                }
            };
            Operand::compile(operator.test, &text, variables)
                .map_err(|detail| at.index(index).syntax(format_args!("{text:?} is no {detail}")))
        };
        let operands = values.into_iter().enumerate().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { operator, key: key.to_lowercase().into(), operands })
    }

    /// Whether it holds for this request, in a statement of this effect.
    pub(crate) fn holds(&self, effect: Effect, context: &dyn Context) -> bool {
        let values = context.get(&self.key);
        let given = values.given();
        if self.operator.test == Test::Null {
            return self.operands.iter().any(|operand| operand.is_null(given.is_empty()));
        }
        if given.is_empty() {
            return self.operator.holds_without_key();
        }
        let passes = |value: &str| self.passes(value, effect, context);
        match self.operator.quantifier {
            Quantifier::ForAllValues => given.all(passes),
            Quantifier::ForAnyValue => given.any(passes),
            // The language does not say what a key of several values means here. It must not loosen anything.
            Quantifier::None => match effect {
                Effect::Allow => given.all(passes),
                Effect::Deny => given.any(passes),
            },
        }
    }

    /// Whether one value of the request is as the operator wants it. An operand with an unresolved variable is
    /// no value's equal; where equality is what is refused, a deny takes that and an allow does not.
    fn passes(&self, value: &str, effect: Effect, context: &dyn Context) -> bool {
        let mut unresolved = false;
        for operand in &self.operands {
            match operand.matches(value, context) {
                Match::Yes => return !self.operator.negated,
                Match::No => {}
                Match::Unresolved => unresolved = true,
            }
        }
        self.operator.negated && (!unresolved || effect == Effect::Deny)
    }

    /// Whether the request lacks the key.
    pub(crate) fn misses_key(&self, context: &dyn Context) -> bool {
        context.get(&self.key).given().is_empty()
    }
}

/// As `StringEquals aws:username`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operator.name(), self.key)
    }
}

fn members(node: Node, at: &At<'_>) -> Result<BTreeMap<String, Node>, Malformed> {
    match node {
        Node::Object(members) => Ok(members),
        other => Err(at.syntax(format_args!("{} where an object is due", other.kind()))),
    }
}
