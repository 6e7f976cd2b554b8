//! Which resources a statement is about.

use crate::context::Context;
use crate::document::{self, Fields};
use crate::malformed::{At, Malformed};
use crate::pattern::{Match, Pattern, Reach, Syntax};
use crate::statement::Effect;

/// The `Resource` or `NotResource` of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    /// `NotResource`: every resource but these.
    except: bool,
    patterns: Box<[Resource]>,
}

#[derive(Clone, Debug)]
enum Resource {
    /// `*`. An operation of no resource in particular is evaluated on `*`, which nothing else covers.
    Any,
    Arn(Pattern),
}

impl Resources {
    pub(crate) fn read(fields: &mut Fields<'_>, variables: bool) -> Result<Self, Malformed> {
        const NONE: &str = "Policy statement must contain resources.";
        let at = fields.at();
        let (except, name, node) = fields
            .either("Resource", "NotResource")?
            .ok_or_else(|| at.refuse(NONE, "neither Resource nor NotResource is given"))?;
        let at = at.member(name);
        let texts = document::texts(&node, &at)?;
        if texts.is_empty() {
            return Err(at.refuse(NONE, "it is empty"));
        }
        let patterns = texts
            .iter()
            .enumerate()
            .map(|(index, text)| Resource::compile(text, variables, &at.index(index)))
            .collect::<Result<_, _>>()?;
        Ok(Self { except, patterns })
    }

    /// Whether the statement is about this resource. An unresolved variable names nothing; behind `NotResource`
    /// that would be everything, which a deny takes and an allow does not.
    pub(crate) fn include(&self, resource: &str, effect: Effect, context: &dyn Context) -> bool {
        let mut unresolved = false;
        for pattern in &self.patterns {
            match pattern.matches(resource, context) {
                Match::Yes => return !self.except,
                Match::No => {}
                Match::Unresolved => unresolved = true,
            }
        }
        self.except && (!unresolved || effect == Effect::Deny)
    }
}

impl Resource {
    fn compile(text: &str, variables: bool, at: &At<'_>) -> Result<Self, Malformed> {
        if text == "*" {
            return Ok(Resource::Any);
        }
        let quoted = format!("{text:?}");
        let Some(rest) = text.strip_prefix("arn:") else {
            return Err(at.refuse(format!("Resource {text} must be in ARN format or \"*\"."), quoted));
        };
        let (partition, vendor) = rest.split_once(':').ok_or_else(|| {
            at.refuse("Resource vendor must be fully qualified and cannot contain regexes.", &quoted)
        })?;
        if vendor.is_empty() || vendor.starts_with(':') {
            let message = "Resource vendor must be fully qualified and cannot contain regexes.";
            return Err(at.refuse(message, quoted));
        }
        let known = partition == "*" || partition == "aws" || partition.starts_with("aws-");
        if !known || partition.contains('$') {
            let message = format!("Partition \"{partition}\" is not valid for resource \"{text}\".");
            return Err(at.refuse(message, quoted));
        }
        // What is left out at the end is anything: `arn:aws:s3` is `arn:aws:s3:*:*:*`.
        let missing = 5usize.saturating_sub(text.matches(':').count());
        let whole = format!("{text}{}", ":*".repeat(missing));
        let pattern = Pattern::compile(&whole, Syntax { wildcards: true, variables })
            .map_err(|detail| at.syntax(detail))?;
        if pattern.has_variable_before_resource() {
            return Err(at.syntax("a policy variable stands before the resource part of an ARN"));
        }
        Ok(Resource::Arn(pattern))
    }

    fn matches(&self, resource: &str, context: &dyn Context) -> Match {
        match self {
            Resource::Any => Match::Yes,
            Resource::Arn(pattern) => pattern.matches(resource, Reach::ArnParts, context),
        }
    }
}
