//! Who administers: accounts, users, roles, their policies and keys, and what stands behind a key that signs.
//!
//! What manages them refuses by [`IamError`], which has IAM's names; [`credentials`] is for each request.

pub mod access_keys;
pub mod accounts;
pub mod credentials;
pub mod entities;
mod error;
pub mod first;
pub mod identity;
mod limits;
pub mod policies;
pub mod session_token;

pub use credentials::{Credentials, Signer};
pub use error::{IamError, Result};
pub use identity::{Identities, Identity};
