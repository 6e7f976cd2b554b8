//! What AWS says: shapes, constraints, operations and errors, generated from the service models. Nothing of
//! ours is in here but the machinery that reads, checks and writes those shapes.

pub mod authorization;
pub mod constraints;
mod parse;
pub mod quota;
mod redact;
mod repeated_class;
mod rules;
mod scalars;
mod types;
mod validate;

pub use parse::{SerializationFault, parse};
pub use scalars::{Blob, Timestamp};
pub use types::check_types;
pub use validate::{check_constraints, value_fits};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// User pools: `cognito-idp`.
#[path = "generated/cognito_idp/mod.rs"]
pub mod cognito_idp;

/// Identity pools: `cognito-identity`.
#[path = "generated/cognito_identity/mod.rs"]
pub mod cognito_identity;

/// Web ACLs: `wafv2`.
#[path = "generated/wafv2/mod.rs"]
pub mod wafv2;

/// The output of operations that answer `{}`.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Empty {}

/// A text that is none of the values of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownValue;

/// The input as its shape, after [`check_types`] and [`check_constraints`].
pub fn decode<T: DeserializeOwned>(input: Map<String, Value>) -> Result<T, SerializationFault> {
    serde_json::from_value(Value::Object(input)).map_err(|e| SerializationFault(Some(e.to_string())))
}
