//! What IAM calls what goes wrong.

use std::sync::OnceLock;

use domain::principal::KindName;
use storage::engine::Statement;

use crate::services::Services;

/// Why something of an account cannot be made, changed or found; the names are IAM's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IamError {
    #[error("{0}")]
    NoSuchEntity(String),
    #[error("{0}")]
    EntityAlreadyExists(String),
    #[error("{0}")]
    LimitExceeded(String),
    #[error("{0}")]
    MalformedPolicyDocument(String),
    #[error("{0}")]
    ValidationError(String),
    #[error(
        "The request was rejected because multiple requests to change this object were submitted simultaneously."
    )]
    ConcurrentModification,
    #[error(transparent)]
    Failed(#[from] domain::Error),
}

pub type Result<T> = std::result::Result<T, IamError>;

impl IamError {
    /// IAM's name of it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchEntity(_) => "NoSuchEntity",
            Self::EntityAlreadyExists(_) => "EntityAlreadyExists",
            Self::LimitExceeded(_) => "LimitExceeded",
            Self::MalformedPolicyDocument(_) => "MalformedPolicyDocument",
            Self::ValidationError(_) => "ValidationError",
            Self::ConcurrentModification => "ConcurrentModification",
            Self::Failed(_) => "ServiceFailure",
        }
    }

    pub(super) fn no_such(kind: KindName, name: &str) -> Self {
        Self::NoSuchEntity(format!("The {} with name {name} cannot be found.", kind.as_str()))
    }

    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::ValidationError(text.into())
    }
}

/// Applies a batch; a condition that fails is answered by `refusal`, which is given its name.
pub(super) async fn apply(
    services: &Services,
    batch: impl IntoIterator<Item = Statement>,
    refusal: impl Fn(&'static str) -> Option<IamError>,
) -> Result<()> {
    let failed = OnceLock::new();
    let noted = |guard| {
        let _ = failed.set(guard);
        None
    };
    services.db.apply(batch, noted).await.map_err(|error| {
        let named = failed.get().copied().and_then(refusal);
        named.unwrap_or(IamError::Failed(error))
    })
}
