//! A principal with its policies read, kept for as long as the store says that nothing of it changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::principal::{Policy, Principal};
use domain::{Error, Result};
use storage::principals::Lookup;

/// Identities kept at most; beyond that all are dropped and read again as needed.
const KEPT: usize = 10_000;

/// A user or role, and what it may do.
#[derive(Debug)]
pub struct Identity {
    pub principal: Principal,
    pub arn: String,
    pub policies: Vec<iam::Policy>,
}

/// What was last read of each principal, by the key or role that led to it. Each use asks the store whether it is
/// still of that version, in the read that finds the key: revoked keys and changed policies count at once, on every
/// node.
#[derive(Debug, Default)]
pub struct Identities(Mutex<HashMap<String, Arc<Identity>>>);

impl Identities {
    pub(super) fn known(&self, id: &str) -> Option<Arc<Identity>> {
        self.lock().get(id).cloned()
    }

    /// The identity that the store's answer leaves current.
    pub(super) fn current(
        &self,
        id: &str,
        known: Option<Arc<Identity>>,
        answer: Lookup,
    ) -> Result<Arc<Identity>> {
        let identity = match (answer, known) {
            (Lookup::Unchanged, Some(known)) => return Ok(known),
            (Lookup::Unchanged, None) => return Err(Error::internal("nothing was known of a principal")),
            (Lookup::Read(principal, policies), _) => Arc::new(Identity::read(principal, &policies)?),
        };
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(id.to_owned(), identity.clone());
        Ok(identity)
    }

    /// Drops everything: the store was replaced by another state, in which the same version may be another.
    pub fn forget_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Identity>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Identity {
    /// Every policy was read as one when it was stored. If one cannot be read now the principal may do nothing:
    /// what it denies must not be forgotten.
    fn read(principal: Principal, policies: &[Policy]) -> Result<Self> {
        let policies = policies
            .iter()
            .map(|policy| Ok(iam::Policy::parse(&policy.document)?.named(&policy.name)))
            .collect::<std::result::Result<_, iam::Malformed>>()
            .map_err(|_| Error::internal("inconsistent data in principal_policies.document"))?;
        Ok(Self { arn: principal.arn(), principal, policies })
    }
}
