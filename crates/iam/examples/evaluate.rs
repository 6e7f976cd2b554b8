//! What an evaluation costs: 100 statements of eight actions each, a third of them denies, all with a condition, a
//! tenth with a policy variable. `cargo run --release -p iam --example evaluate`

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use iam::{Facts, Policies, Policy, Principal, Request, evaluate};

const STATEMENTS: usize = 100;
const ROUNDS: usize = 20;
const CALLS: u32 = 2_000;

fn main() -> Result<(), iam::Malformed> {
    let context = Facts::new()
        .with("aws:SourceIp", "203.0.113.9")
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann")
        .with("aws:username", "ann")
        .with("aws:ResourceTag/team", "blue")
        .with("aws:RequestedRegion", "eu-west-1");
    let principal = Principal::Aws { arn: "arn:aws:iam::123456789012:user/ann", role: None };
    let apart = Policy::parse(&document(|index| format!("eu-west-1_pool{index}")))?;
    let together = Policy::parse(&document(|_| "eu-west-?_*".to_owned()))?;
    let last = format!("eu-west-1_pool{}", STATEMENTS - 1);
    for (what, policy, action, pool) in [
        ("a pool apiece, the last one's", &apart, "AdminGetUser", &*last),
        ("a pool apiece, nobody's", &apart, "AdminGetUser", "eu-west-1_none"),
        ("a pool apiece, nobody's action", &apart, "CreateGroup", &last),
        ("every pool, all conditions asked", &together, "AdminGetUser", &last),
    ] {
        let identity = [policy];
        let policies = Policies { identity: &identity, ..Policies::default() };
        let action = format!("cognito-idp:{action}");
        let resource = format!("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{pool}");
        let request = Request { principal, action: &action, resource: &resource, context: &context };
        let answer = if evaluate(&policies, &request).is_allowed() { "allowed" } else { "denied" };
        let fastest = (0..ROUNDS).map(|_| round(&policies, &request)).min().unwrap_or_default();
        println!("{what}: {:.2} us, {answer}", (fastest / CALLS).as_secs_f64() * 1e6);
    }
    Ok(())
}

fn round(policies: &Policies<'_>, request: &Request<'_>) -> Duration {
    let begin = Instant::now();
    for _ in 0..CALLS {
        black_box(evaluate(black_box(policies), black_box(request)));
    }
    begin.elapsed()
}

/// 100 statements, each about the pool of its number.
fn document(pool: impl Fn(usize) -> String) -> String {
    let actions = [
        "AdminGetUser",
        "ListUsers",
        "Admin*Device",
        "Describe*",
        "AdminCreateUser",
        "ListGroups",
        "AdminDeleteUser",
        "Get*",
    ]
    .map(|name| format!("\"cognito-idp:{name}\""))
    .join(", ");
    let mut statements = Vec::new();
    for index in 0..STATEMENTS {
        let last = index == STATEMENTS - 1;
        let (effect, condition) = match index % 3 {
            _ if last => ("Allow", r#""Bool": {"aws:SecureTransport": "true"}"#),
            0 => ("Deny", r#""NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}"#),
            1 => ("Allow", r#""StringEquals": {"aws:ResourceTag/team": ["red", "green"]}"#),
            _ => ("Allow", r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/ben*"}"#),
        };
        let variable = if index % 10 == 5 { "/${aws:username}" } else { "" };
        let mut text = String::new();
        let _ = write!(
            text,
            r#"{{"Sid": "S{index}", "Effect": "{effect}", "Action": [{actions}],
                "Resource": "arn:aws:cognito-idp:*:123456789012:userpool/{}{variable}",
                "Condition": {{{condition}}}}}"#,
            pool(index)
        );
        statements.push(text);
    }
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "))
}
