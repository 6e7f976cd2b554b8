//! Trust policies: who may become a role.

use crate::action::Vendors;
use crate::document::{self, Document, Fields};
use crate::evaluate::{Asked, Decided};
use crate::malformed::Malformed;
use crate::principal::{Principals, Trusted};
use crate::statement::{self, Clause, Effect};

/// The trust policy of a role: who may call `sts:AssumeRole…` for it, under which conditions.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    id: Option<String>,
    size: usize,
    statements: Box<[Statement]>,
}

#[derive(Clone, Debug)]
struct Statement {
    clause: Clause,
    principals: Principals,
}

/// What a trust policy says of a request.
#[derive(Clone, Copy)]
pub(crate) enum Verdict<'p> {
    Denied(Decided<'p>),
    Allowed(Decided<'p>, Trusted),
    Silent,
}

impl TrustPolicy {
    /// Reads a document as AWS writes them. It names principals and no resources, and no actions but those of STS.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut document = Document::read(text)?;
        let id = document.id.take();
        let statements = statement::read_all(document, Statement::read, |statement| &statement.clause)?;
        Ok(Self { id, size: document::size(text), statements })
    }

    /// The `Id` of the document.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Characters that are no white space, of which IAM's quota permits 2,048.
    pub fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn verdict(&self, asked: &Asked<'_>) -> Verdict<'_> {
        let mut verdict = Verdict::Silent;
        for (index, statement) in self.statements.iter().enumerate() {
            let trusted = statement.trusted(asked);
            if trusted == Trusted::No {
                continue;
            }
            let decided =
                Decided { policy: "role trust policy", sid: statement.clause.sid.as_deref(), index };
            match (statement.clause.effect, verdict) {
                (Effect::Deny, _) => return Verdict::Denied(decided),
                (Effect::Allow, Verdict::Allowed(_, known)) if known >= trusted => {}
                (Effect::Allow, _) => verdict = Verdict::Allowed(decided, trusted),
            }
        }
        verdict
    }
}

impl Statement {
    fn read(fields: &mut Fields<'_>, variables: bool) -> Result<Self, Malformed> {
        let at = fields.at();
        for name in ["Resource", "NotResource"] {
            if fields.take(name).is_some() {
                let message = format!("Has prohibited field {name}");
                return Err(at.refuse(message, "a trust policy is about the role it belongs to"));
            }
        }
        let clause = Clause::read(fields, Vendors::StsOnly, variables)?;
        let principals = Principals::read(fields)?;
        if principals.is_negated() && clause.effect == Effect::Allow {
            return Err(at.syntax("NotPrincipal with Allow would trust everyone else"));
        }
        Ok(Self { clause, principals })
    }

    fn trusted(&self, asked: &Asked<'_>) -> Trusted {
        let applies = self.clause.actions.include(&asked.action)
            && self.clause.failing(asked.request.context).is_none();
        if applies { self.principals.trusted(asked.request.principal) } else { Trusted::No }
    }
}
