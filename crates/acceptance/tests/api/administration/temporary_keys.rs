//! Temporary keys: what they may do, whose they are, and when they end.

use std::time::Duration;

use flows::principals::{entities, session_token};
use serde_json::{Value, json};
use testkit::{Keys, Reply, TestServer};

use super::{ACCOUNT, allow, everything, nothing, statement};

const UNRECOGNIZED: &str = "The security token included in the request is invalid.";

fn trust() -> Value {
    statement(json!({ "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole" }))
}

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

async fn session(server: &TestServer, keys: &Keys, role: &str, policy: Option<&Value>) -> Keys {
    let (arn, policy) = (role_arn(role), policy.map(Value::to_string));
    let mut parameters = vec![("Action", "AssumeRole"), ("RoleArn", &arn), ("RoleSessionName", "work")];
    parameters.extend(policy.as_deref().map(|policy| ("Policy", policy)));
    Keys::of(&server.sts(Some(keys), &parameters).await)
}

async fn list(server: &TestServer, keys: &Keys) -> Reply {
    server.call_with(keys, "ListUserPools", json!({ "MaxResults": 1 })).await
}

#[tokio::test]
async fn they_do_what_the_role_may() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", allow("sts:AssumeRole", "*")).await;
    let role = server.role(ACCOUNT, "deploy", trust(), allow("cognito-idp:List*", "*")).await;
    list(&server, &keys).await.refused_as("AccessDeniedException");
    let temporary = session(&server, &keys, "deploy", None).await;
    assert!(temporary.access_key_id.starts_with("ASIA") && temporary.access_key_id.len() == 20);
    for node in [&server, &server.another_node()] {
        list(node, &temporary).await.ok();
    }
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/work");
    server.call_with(&temporary, "CreateUserPool", json!({ "PoolName": "x" })).await.refused(
        "AccessDeniedException",
        &format!(
            "User: {arn} is not authorized to perform: cognito-idp:CreateUserPool on resource: * because no \
             identity-based policy allows the cognito-idp:CreateUserPool action"
        ),
    );
    let reply = server.sts(Some(&temporary), &[("Action", "GetCallerIdentity")]).await;
    assert_eq!(reply.element("Arn"), Some(&*arn));
    assert_eq!(reply.element("UserId"), Some(&*format!("{}:work", role.id)));
    let presigned = Keys { presign: Some(60), ..temporary };
    list(&server, &presigned).await.ok();
}

#[tokio::test]
async fn a_session_policy_only_takes_away() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    server.role(ACCOUNT, "deploy", trust(), allow("cognito-idp:List*", "*")).await;
    let narrow = session(&server, &keys, "deploy", Some(&allow("cognito-idp:Describe*", "*"))).await;
    let reply = list(&server, &narrow).await;
    assert!(
        reply.body["message"]
            .as_str()
            .unwrap()
            .ends_with("because no session policy allows the cognito-idp:ListUserPools action")
    );
    let wide = session(&server, &keys, "deploy", Some(&everything())).await;
    list(&server, &wide).await.ok();
    server
        .call_with(&wide, "CreateUserPool", json!({ "PoolName": "x" }))
        .await
        .refused_as("AccessDeniedException");
}

#[tokio::test]
async fn they_are_told_from_long_term_keys_by_conditions() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let policy = statement(json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "StringEquals": { "aws:PrincipalType": "AssumedRole", "aws:PrincipalArn": role_arn("deploy") },
        "StringLike": { "aws:userid": "AROA*:work" },
        "DateEquals": { "aws:TokenIssueTime": "2026-11-24T12:00:00Z" },
        "Bool": { "aws:MultiFactorAuthPresent": "false" },
        "Null": { "aws:username": "true" },
    } }));
    server.role(ACCOUNT, "deploy", trust(), policy).await;
    let temporary = session(&server, &keys, "deploy", None).await;
    list(&server, &temporary).await.ok();
}

#[tokio::test]
async fn they_end() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    server.role(ACCOUNT, "deploy", trust(), everything()).await;
    let temporary = session(&server, &keys, "deploy", None).await;
    server.clock.advance(Duration::from_secs(3_599));
    list(&server, &temporary).await.ok();
    server.clock.advance(Duration::from_secs(1));
    let text = "The security token included in the request is expired";
    list(&server, &temporary).await.refused("ExpiredTokenException", text);
    let reply = server.sts(Some(&temporary), &[("Action", "GetCallerIdentity")]).await;
    reply.refused_xml(403, "ExpiredToken", text);
    // Who does not have the secret does not learn that it has ended.
    let wrong = Keys { secret_access_key: "x".into(), ..temporary };
    list(&server, &wrong).await.refused_as("InvalidSignatureException");
}

#[tokio::test]
async fn a_token_belongs_to_its_key() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    server.role(ACCOUNT, "deploy", trust(), everything()).await;
    server.role(ACCOUNT, "other", trust(), everything()).await;
    let one = session(&server, &keys, "deploy", None).await;
    let other = session(&server, &keys, "other", None).await;
    let token = one.session_token.clone().unwrap();
    let mut flipped = token.clone().into_bytes();
    let last = flipped.len() - 10;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    for session_token in [
        None,
        other.session_token.clone(),
        Some(String::new()),
        Some(String::from_utf8(flipped).unwrap()),
        Some(format!("{token}A")),
        Some(token[..token.len() - 4].to_owned()),
    ] {
        let keys = Keys { session_token, ..one.clone() };
        list(&server, &keys).await.refused("UnrecognizedClientException", UNRECOGNIZED);
    }
    let long_term = Keys { session_token: Some(token), ..keys };
    list(&server, &long_term).await.refused("UnrecognizedClientException", UNRECOGNIZED);
    // The token is covered by the signature.
    let mut request = server.signed(&one, "ListUserPools", json!({ "MaxResults": 1 }));
    let value = other.session_token.clone().unwrap().parse().unwrap();
    request.headers_mut().insert("x-amz-security-token", value);
    assert_eq!(server.request(request).await.status, 400);
    // One of another installation opens nowhere here.
    let elsewhere = TestServer::start_serve().await;
    list(&elsewhere, &one).await.refused("UnrecognizedClientException", UNRECOGNIZED);
}

#[tokio::test]
async fn deleting_the_role_ends_its_sessions_and_changing_it_changes_them() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let role = server.role(ACCOUNT, "deploy", trust(), nothing()).await;
    let temporary = session(&server, &keys, "deploy", None).await;
    let node = server.another_node();
    for server in [&server, &node] {
        list(server, &temporary).await.refused_as("AccessDeniedException");
    }
    server.put_policy(&role, "more", everything()).await;
    for server in [&server, &node] {
        list(server, &temporary).await.ok();
    }
    entities::delete(&server.services, &role).await.unwrap();
    for server in [&server, &node] {
        list(server, &temporary).await.refused("UnrecognizedClientException", UNRECOGNIZED);
    }
    // A new role of that name is another role.
    server.role(ACCOUNT, "deploy", trust(), everything()).await;
    list(&server, &temporary).await.refused("UnrecognizedClientException", UNRECOGNIZED);
}

#[tokio::test]
async fn nothing_of_a_session_is_stored_or_shown() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    server.role(ACCOUNT, "deploy", trust(), everything()).await;
    let before = server.snapshot().await;
    let temporary = session(&server, &keys, "deploy", None).await;
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
    let stored = String::from_utf8(before).unwrap();
    assert!(!stored.contains(&keys.secret_access_key) && stored.contains(&keys.access_key_id));
    let id = domain::ids::AccessKeyId::new(&*temporary.access_key_id);
    let token = temporary.session_token.unwrap();
    let found = flows::principals::credentials::find(&server.services, &id, Some(&token)).await.unwrap();
    assert!(!format!("{found:?}").contains(&temporary.secret_access_key));
    let session = &found.signer(&server.services).unwrap().unwrap().session.unwrap().of;
    let keys = session_token::issue(&server.services, session).unwrap();
    assert!(!format!("{keys:?}").contains(keys.secret_access_key.as_str()));
    assert!(!format!("{keys:?}").contains(&keys.session_token));
}
