//! The policy language, from the outside.

mod best_practices;
mod conditions;
mod documents;
mod evaluation;
mod properties;
mod simulator;
mod trust;
mod variables;

use iam::{Decision, Facts, Policies, Policy, Principal, Request};

pub const POOL: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcD3fGhI";

pub const USER: Principal<'static> = Principal::Aws { arn: "arn:aws:iam::123456789012:user/ann", role: None };

/// A policy of the version with variables, around these statements.
pub fn policy(statements: &str) -> Policy {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
    Policy::parse(&text).unwrap_or_else(|malformed| panic!("{malformed}\n{text}"))
}

pub fn request<'a>(action: &'a str, resource: &'a str, context: &'a Facts) -> Request<'a> {
    Request { principal: USER, action, resource, context }
}

/// What identity policies alone say.
pub fn decide<'p>(identity: &'p [&'p Policy], request: &Request<'_>) -> Decision<'p> {
    iam::evaluate(&Policies { identity, ..Policies::default() }, request)
}

/// Whether this one statement allows, or denies, an action on the pool.
pub fn applies(statement: &str, context: &Facts) -> bool {
    let policy = policy(statement);
    let identity = [&policy];
    match decide(&identity, &request("cognito-idp:AdminGetUser", POOL, context)) {
        Decision::Allowed(_) => true,
        Decision::Denied(denial) => denial.statement.is_some(),
    }
}
