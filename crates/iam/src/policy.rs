//! Policies: what the identity, session or boundary that holds one may do.

use crate::action::Vendors;
use crate::document::{self, Document, Fields};
use crate::evaluate::Asked;
use crate::malformed::Malformed;
use crate::resource::Resources;
use crate::statement::{self, Clause, Mismatch};

/// A policy without principals: attached to an identity, as its boundary, or given with a session.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    id: Option<String>,
    size: usize,
    pub(crate) statements: Box<[Statement]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub clause: Clause,
    resources: Resources,
}

impl Policy {
    /// Reads a document as AWS writes them, of version 2012-10-17 or 2008-10-17. What the language does not know
    /// is refused.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut document = Document::read(text)?;
        let id = document.id.take();
        let statements = statement::read_all(document, Statement::read, |statement| &statement.clause)?;
        Ok(Self { name: String::new(), id, size: document::size(text), statements })
    }

    /// The name by which decisions call it: an ARN, or the name of an inline policy.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `Id` of the document.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Characters that are no white space: what IAM's quotas count. A managed policy has at most 6,144; the
    /// inline policies of a user together 2,048, of a group 5,120, of a role 10,240.
    pub fn size(&self) -> usize {
        self.size
    }
}

impl Statement {
    fn read(fields: &mut Fields<'_>, variables: bool) -> Result<Self, Malformed> {
        for name in ["Principal", "NotPrincipal"] {
            if fields.take(name).is_some() {
                let message = "Policy document should not specify a principal.";
                return Err(fields.at().member(name).refuse(message, "only trust policies name principals"));
            }
        }
        let clause = Clause::read(fields, Vendors::Any, variables)?;
        let resources = Resources::read(fields, variables)?;
        Ok(Self { clause, resources })
    }

    /// Why it is not about the request, if it is not.
    pub(crate) fn mismatch(&self, asked: &Asked<'_>) -> Option<Mismatch<'_>> {
        if !self.clause.actions.include(&asked.action) {
            return Some(Mismatch::Action);
        }
        let context = asked.request.context;
        if !self.resources.include(asked.request.resource, self.clause.effect, context) {
            return Some(Mismatch::Resource);
        }
        self.clause.failing(context).map(Mismatch::Condition)
    }
}
