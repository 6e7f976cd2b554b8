//! AWS Signature Version 4, the verifying side: which key signed a request, for what, and whether it did.
//!
//! [`parse`] reads a request; [`SignedRequest::check`] judges all that needs no secret, which is where
//! `poolhouse dev` stops; [`Checked::verify`] compares the signature.

mod canonical;
mod error;
mod key;
mod request;
mod signed;

pub use error::SigV4Error;
pub use key::{Scope, SigningKey};
pub use request::{Checked, SignedRequest, parse, verify};
pub use signed::{Signed, account_of, read};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
