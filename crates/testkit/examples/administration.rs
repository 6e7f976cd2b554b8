//! What an administrative call costs up to its handler, store included, in microseconds of one core: refused before
//! it is authorized, denied by policies of 100 statements, and let through by them as far as the constraints.
//! `cargo run --release -p testkit --example administration`
#![allow(clippy::unwrap_used, reason = "a broken set-up must end it")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use testkit::{Keys, TestServer};

const ACCOUNT: &str = "123456789012";
const STATEMENTS: usize = 100;
const ROUNDS: usize = 20;
const CALLS: u32 = 500;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "ann", policies()).await;
    let ask = |keys: &Keys, operation: &str| server.signed(keys, operation, json!({}));
    let unknown = Keys { access_key_id: "AKIAIOSFODNN7EXAMPLE".into(), ..keys.clone() };
    let wrong = Keys { secret_access_key: "x".repeat(40), ..keys.clone() };
    let late = ask(&keys, "ListUserPools");
    server.clock.advance(Duration::from_secs(301));
    let mut unsigned = ask(&keys, "ListUserPools");
    unsigned.headers_mut().remove("authorization");
    for (what, request) in [
        ("unsigned", unsigned),
        ("expired", late),
        ("a key of nobody", ask(&unknown, "ListUserPools")),
        ("a wrong signature", ask(&wrong, "ListUserPools")),
        ("denied by 100 statements", ask(&keys, "CreateUserPool")),
        ("allowed by the last of 100 statements", ask(&keys, "ListUserPools")),
    ] {
        let kind = server.request(request.clone()).await.body["__type"].take();
        let mut fastest = Duration::MAX;
        for _ in 0..ROUNDS {
            fastest = fastest.min(round(&server, &request).await);
        }
        println!("{what}: {:.1} us, {kind}", (fastest / CALLS).as_secs_f64() * 1e6);
    }
}

async fn round(server: &TestServer, request: &Request<Bytes>) -> Duration {
    let begin = Instant::now();
    for _ in 0..CALLS {
        server.request(request.clone()).await;
    }
    begin.elapsed()
}

/// About a hundred pools, and at the end about listing them.
fn policies() -> Value {
    let statement = |index: usize| {
        json!({
            "Effect": if index % 3 == 0 { "Deny" } else { "Allow" },
            "Action": ["cognito-idp:Admin*", "cognito-idp:ListUsers", "cognito-idp:Describe*"],
            "Resource": format!("arn:aws:cognito-idp:*:{ACCOUNT}:userpool/eu-west-1_pool{index}"),
            "Condition": { "IpAddress": { "aws:SourceIp": "127.0.0.0/8" } },
        })
    };
    let mut statements: Vec<Value> = (1..STATEMENTS).map(statement).collect();
    statements.push(json!({ "Effect": "Allow", "Action": "cognito-idp:ListUserPools", "Resource": "*" }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}
