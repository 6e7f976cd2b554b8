//! What can go wrong with a store, without a word of the data in it.

use super::Guard;

/// A fault of the store. Never carries parameters.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The engine's code and message.
    #[error("{0}")]
    Engine(String),
    #[error("the store was created by a newer version (schema {found}, this program knows {known})")]
    NewerSchema { found: i64, known: i64 },
    /// In the words of the [`super::Admission`].
    #[error("{0}")]
    NotAdmitted(String),
    #[error("the store is in use by another process")]
    InUse,
    #[error("{0} is off: acknowledged writes could be lost")]
    NotDurable(&'static str),
    #[error("a text contains U+0000")]
    NullCharacter,
    #[error("the store is shutting down")]
    Closed,
}

impl StoreError {
    pub(super) fn engine(error: impl std::fmt::Display) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Why a batch was not applied.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The first condition, in statement order, that did not hold. Nothing of the batch is visible.
    #[error("condition failed: {0}")]
    Guard(Guard),
    /// Nothing of the batch is visible, unless the engine failed for good while it was committing (PostgreSQL
    /// out of reach for all tries, a disk that fails to synchronise): then it is there all or not at all.
    #[error(transparent)]
    Store(#[from] StoreError),
}
