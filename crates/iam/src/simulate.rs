//! The policy simulator: how an answer comes about, statement by statement.

use std::fmt;

use crate::context::Facts;
use crate::evaluate::{Asked, Decided, Decision, Policies, Request, evaluate};
use crate::policy::Policy;
use crate::principal::Principal;
use crate::statement::Mismatch;

/// What the simulator is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub policies: Policies<'a>,
    /// As `cognito-idp:AdminGetUser`, without wildcards.
    pub action: &'a str,
    /// An ARN without wildcards, or `*`.
    pub resource: &'a str,
    pub context: &'a Facts,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuestion {
    #[error("{0:?} is no action: it has the form service:Name, without wildcards")]
    Action(String),
    #[error("{0:?} is no resource: it is an ARN without wildcards, or *")]
    Resource(String),
}

/// An answer, and what each statement contributed to it.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub decision: Decision<'a>,
    action: &'a str,
    resource: &'a str,
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    statement: String,
    outcome: String,
}

/// Answers as the server would, and says why.
pub fn simulate<'a>(question: &Question<'a>) -> Result<Report<'a>, BadQuestion> {
    let Question { policies, action, resource, context } = *question;
    if !is_action(action) {
        return Err(BadQuestion::Action(action.into()));
    }
    if !is_resource(resource) {
        return Err(BadQuestion::Resource(resource.into()));
    }
    let request = Request { principal: Principal::Anonymous, action, resource, context };
    let decision = evaluate(&policies, &request);
    let asked = Asked::of(&request);
    let session = policies.session.unwrap_or_default();
    let lines = policies
        .identity
        .iter()
        .map(|policy| ("", *policy))
        .chain(policies.boundary.map(|policy| ("boundary ", policy)))
        .chain(session.iter().map(|policy| ("session ", *policy)))
        .flat_map(|(kind, policy)| explain(kind, policy, &asked))
        .collect();
    Ok(Report { decision, action, resource, lines })
}

fn explain<'a>(
    kind: &'a str,
    policy: &'a Policy,
    asked: &'a Asked<'_>,
) -> impl Iterator<Item = Line> + use<'a> {
    policy.statements.iter().enumerate().map(move |(index, statement)| {
        let clause = &statement.clause;
        let decided = Decided { policy: policy.name(), sid: clause.sid.as_deref(), index };
        let outcome = match statement.mismatch(asked) {
            None => "matches".to_owned(),
            Some(Mismatch::Action) => "is about other actions".to_owned(),
            Some(Mismatch::Resource) => "is about other resources".to_owned(),
            Some(Mismatch::Condition(condition)) if condition.misses_key(asked.request.context) => {
                format!("does not apply: {condition}, which the request does not have")
            }
            Some(Mismatch::Condition(condition)) => format!("does not apply: {condition}"),
        };
        Line { statement: format!("{kind}{decided} ({})", clause.effect), outcome }
    })
}

/// `service:Name`.
fn is_action(text: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    text.split_once(':').is_some_and(|(service, name)| word(service) && word(name))
}

fn is_resource(text: &str) -> bool {
    let parts = text.splitn(6, ':').count();
    text == "*" || (text.starts_with("arn:") && parts == 6 && !text.contains(['*', '?']))
}

/// The answer, its reason, and a line for each statement.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { decision, action, resource, lines } = self;
        match decision {
            Decision::Allowed(statement) => {
                writeln!(f, "allowed: {action} on {resource}\n  by {statement}")?;
            }
            Decision::Denied(denial) => {
                writeln!(f, "denied: {action} on {resource}\n  {}", denial.reason(action))?;
                if let Some(statement) = denial.statement {
                    writeln!(f, "  by {statement}")?;
                }
            }
        }
        for Line { statement, outcome } in lines {
            writeln!(f, "{statement}: {outcome}")?;
        }
        Ok(())
    }
}
