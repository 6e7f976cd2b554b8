//! Who administers `poolhouse serve`: signatures, keys, policies, temporary keys.

mod conditions;
mod policies;
mod signatures;
mod sts;
mod temporary_keys;
mod tenants;
mod web_identity;

use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";

/// A policy of one statement.
pub(crate) fn allow(action: &str, resource: &str) -> Value {
    statement(json!({ "Effect": "Allow", "Action": action, "Resource": resource }))
}

pub(crate) fn statement(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

pub(crate) fn everything() -> Value {
    allow("*", "*")
}

pub(crate) fn nothing() -> Value {
    allow("s3:GetObject", "*")
}
