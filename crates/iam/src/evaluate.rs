//! The answer to a request, by the policies of whoever asks: an explicit deny, an allow of every kind of policy
//! that applies, or an implicit deny.

use std::borrow::Cow;
use std::fmt;

use crate::context::Context;
use crate::policy::Policy;
use crate::principal::Principal;
use crate::statement::Effect;

/// What is asked, and by whom.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub principal: Principal<'a>,
    /// As `cognito-idp:AdminGetUser`.
    pub action: &'a str,
    /// An ARN, or `*` for what concerns no resource in particular.
    pub resource: &'a str,
    pub context: &'a dyn Context,
}

/// The policies that bear on a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'p> {
    /// Those of the user with its groups, or of the role. One must allow.
    pub identity: &'p [&'p Policy],
    /// The permissions boundary. If there is one it must allow, too.
    pub boundary: Option<&'p Policy>,
    /// Those that were given when the session began. If there are any one must allow, too.
    pub session: Option<&'p [&'p Policy]>,
}

/// May it be done? With the statement that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'p> {
    /// By this statement of an identity policy, or of the trust policy where that suffices.
    Allowed(Decided<'p>),
    Denied(Denial<'p>),
}

/// What denies a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial<'p> {
    pub source: Source,
    /// The statement that denies. Without one nothing of the source allows.
    pub statement: Option<Decided<'p>>,
}

/// A kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Identity,
    Boundary,
    Session,
    Trust,
}

/// A statement that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided<'p> {
    /// The name of its policy.
    pub policy: &'p str,
    pub sid: Option<&'p str>,
    /// Its place in the policy, from 0.
    pub index: usize,
}

/// Decides a request. Nothing that is not allowed is permitted, and nothing that is denied is.
pub fn evaluate<'p>(policies: &Policies<'p>, request: &Request<'_>) -> Decision<'p> {
    weigh(policies, None, &Asked::of(request))
}

/// [`evaluate`], where something else may stand for the allow of an identity policy.
pub(crate) fn weigh<'p>(
    policies: &Policies<'p>,
    granted: Option<Decided<'p>>,
    asked: &Asked<'_>,
) -> Decision<'p> {
    let identity = tally(policies.identity.iter().copied(), asked);
    let boundary = policies.boundary.map(|policy| tally([policy], asked));
    let session = policies.session.map(|policies| tally(policies.iter().copied(), asked));
    let tallies =
        [(Source::Identity, Some(identity)), (Source::Boundary, boundary), (Source::Session, session)];

    let denied = tallies.iter().find_map(|(source, tally)| match tally {
        Some(Tally::Denied(statement)) => Some(Denial { source: *source, statement: Some(*statement) }),
        _ => None,
    });
    if let Some(denial) = denied {
        return Decision::Denied(denial);
    }
    let allowed = match identity {
        Tally::Allowed(statement) => Some(statement),
        _ => granted,
    };
    let silent = tallies.iter().skip(1).find(|(_, tally)| matches!(tally, Some(Tally::Silent)));
    match (allowed, silent) {
        (Some(statement), None) => Decision::Allowed(statement),
        (None, _) => Decision::Denied(Denial { source: Source::Identity, statement: None }),
        (_, Some((source, _))) => Decision::Denied(Denial { source: *source, statement: None }),
    }
}

/// A request made ready: its action in lower case.
pub(crate) struct Asked<'a> {
    pub request: &'a Request<'a>,
    pub action: Cow<'a, str>,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(request: &'a Request<'a>) -> Self {
        let action = request.action;
        let action = if action.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(action.to_ascii_lowercase())
        } else {
            Cow::Borrowed(action)
        };
        Self { request, action }
    }
}

/// What policies of one kind say together.
#[derive(Clone, Copy)]
enum Tally<'p> {
    Denied(Decided<'p>),
    Allowed(Decided<'p>),
    Silent,
}

fn tally<'p>(policies: impl IntoIterator<Item = &'p Policy>, asked: &Asked<'_>) -> Tally<'p> {
    let mut tally = Tally::Silent;
    for policy in policies {
        for (index, statement) in policy.statements.iter().enumerate() {
            let clause = &statement.clause;
            // After one allow only a deny makes a difference.
            let settled = clause.effect == Effect::Allow && matches!(tally, Tally::Allowed(_));
            if settled || statement.mismatch(asked).is_some() {
                continue;
            }
            let decided = Decided { policy: policy.name(), sid: clause.sid.as_deref(), index };
            match clause.effect {
                Effect::Deny => return Tally::Denied(decided),
                Effect::Allow => tally = Tally::Allowed(decided),
            }
        }
    }
    tally
}

impl Decision<'_> {
    pub fn is_allowed(&self) -> bool {
        matches!(self, Decision::Allowed(_))
    }
}

impl Denial<'_> {
    /// The end of AWS's text "User: … is not authorized to perform: … on resource: …".
    pub fn reason(&self, action: &str) -> String {
        let source = match (self.source, self.statement) {
            (Source::Identity, None) => "identity-based policy",
            (Source::Boundary, None) => "permissions boundary",
            (Source::Session, None) => "session policy",
            (Source::Trust, None) => "role trust policy",
            (Source::Identity, Some(_)) => "an identity-based policy",
            (Source::Boundary, Some(_)) => "a permissions boundary",
            (Source::Session, Some(_)) => "a session policy",
            (Source::Trust, Some(_)) => "the role trust policy",
        };
        match self.statement {
            None => format!("because no {source} allows the {action} action"),
            Some(_) => format!("with an explicit deny in {source}"),
        }
    }
}

/// As `policy Sid`, or `policy Statement[0]`.
impl fmt::Display for Decided<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.policy.is_empty() {
            write!(f, "{} ", self.policy)?;
        }
        match self.sid {
            Some(sid) => f.write_str(sid),
            None => write!(f, "Statement[{}]", self.index),
        }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("principal", &self.principal)
            .field("action", &self.action)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
