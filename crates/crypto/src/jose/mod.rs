//! JSON Web Signatures with RS256, as user pools issue them.

mod key;
mod verify;

pub use key::{Jwk, KeyError, SigningKey};
pub use verify::{JwsError, VerifyingKey, verify};
