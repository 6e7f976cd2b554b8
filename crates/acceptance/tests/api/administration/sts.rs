//! GetCallerIdentity and AssumeRole: forms in, XML out.

use bytes::Bytes;
use domain::principal::KindName;
use flows::principals::{entities, policies};
use http::Request;
use serde_json::{Value, json};
use testkit::{ACCOUNT as DEV_ACCOUNT, Keys, TestServer};

use super::{ACCOUNT, allow, everything, nothing, statement};

const OTHER: &str = "999999999999";

fn trusts(principal: &str) -> Value {
    statement(json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole" }))
}

fn arn(account: &str, resource: &str) -> String {
    format!("arn:aws:iam::{account}:{resource}")
}

fn assume<'a>(role: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("Action", "AssumeRole"), ("RoleArn", role), ("RoleSessionName", name)]
}

fn denied(reply: testkit::Reply, who: &str, role: &str) {
    let text = format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {role}");
    reply.refused_xml(403, "AccessDenied", &text);
}

#[tokio::test]
async fn get_caller_identity_needs_no_permission_and_no_policy_denies_it() {
    let server = TestServer::start_serve().await;
    let deny = statement(json!({ "Effect": "Deny", "Action": "*", "Resource": "*" }));
    let (user, keys) = server.administrator(ACCOUNT, "alice", deny).await;
    let reply = server.sts(Some(&keys), &[("Action", "GetCallerIdentity")]).await;
    assert_eq!((reply.status, reply.element("Account")), (200, Some(ACCOUNT)));
    assert_eq!(reply.element("Arn"), Some(&*arn(ACCOUNT, "user/alice")));
    assert_eq!(reply.element("UserId"), Some(user.id.as_str()));
    assert!(reply.text.starts_with(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
    ));
    assert_eq!(reply.element("RequestId").unwrap(), reply.headers["x-amzn-requestid"]);

    // Presigned, as clients prove to third parties who they are.
    let presigned = Keys { presign: Some(60), ..keys };
    let request = Request::get("/?Action=GetCallerIdentity&Version=2011-06-15")
        .header("host", "localhost:9229")
        .body(Bytes::new())
        .unwrap();
    let request = presigned.sign("sts", domain::ports::Clock::real(&*server.clock), request);
    let reply = server.request(request.clone()).await;
    assert_eq!((reply.status, reply.element("Account")), (200, Some(ACCOUNT)), "{}", reply.text);
    server.clock.advance(std::time::Duration::from_secs(61));
    assert_eq!(server.request(request).await.element("Code"), Some("SignatureDoesNotMatch"));
}

#[tokio::test]
async fn refusals_have_the_names_of_the_query_protocol() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let identity = [("Action", "GetCallerIdentity")];
    server.sts(None, &identity).await.refused_xml(
        403,
        "MissingAuthenticationToken",
        "Missing Authentication Token",
    );
    let unknown = Keys { access_key_id: "AKIAIOSFODNN7EXAMPLE".into(), ..keys.clone() };
    let text = "The security token included in the request is invalid.";
    server.sts(Some(&unknown), &identity).await.refused_xml(403, "InvalidClientTokenId", text);
    let wrong = Keys { secret_access_key: "x".into(), ..keys.clone() };
    let reply = server.sts(Some(&wrong), &identity).await;
    assert_eq!((reply.status, reply.element("Code")), (403, Some("SignatureDoesNotMatch")));
    assert_eq!(reply.element("Type"), Some("Sender"));

    server.sts(Some(&keys), &[]).await.refused_xml(
        400,
        "MissingAction",
        "The request must contain the parameter Action.",
    );
    server.sts(Some(&keys), &[("Action", "<b>")]).await.refused_xml(
        400,
        "InvalidAction",
        "Could not find operation &lt;b&gt; for version 2011-06-15",
    );
    server.sts(Some(&keys), &[("Action", "GetCallerIdentity"), ("X", "1")]).await.refused_xml(
        400,
        "ValidationError",
        "The parameter X is not supported.",
    );
    server.sts(Some(&keys), &[("Action", "a"), ("Action", "b")]).await.refused_xml(
        400,
        "MalformedInput",
        "The parameter Action is given twice.",
    );
    for (parameters, text) in [
        (vec![], "Value at 'roleArn' failed to satisfy constraint: Member must not be null"),
        (
            vec![("RoleArn", "x")],
            "Value at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
        ),
        (
            vec![("RoleArn", "arn:aws:iam::123456789012:role/r"), ("RoleSessionName", "a b")],
            "Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        ),
        (
            vec![
                ("RoleArn", "arn:aws:iam::123456789012:role/r"),
                ("RoleSessionName", "ab"),
                ("DurationSeconds", "899"),
            ],
            "Value at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        ),
    ] {
        let parameters = [vec![("Action", "AssumeRole")], parameters].concat();
        let reply = server.sts(Some(&keys), &parameters).await;
        let message = reply.element("Message").unwrap().replace("&apos;", "'");
        assert_eq!((reply.status, reply.element("Code")), (400, Some("ValidationError")), "{}", reply.text);
        assert_eq!(message, format!("1 validation error detected: {text}"));
    }
    // Not a form, so not of this protocol.
    let request = Request::post("/").header("content-type", "text/plain");
    let request = request.body(Bytes::from_static(b"Action=GetCallerIdentity&Version=2011-06-15")).unwrap();
    server.request(request).await.refused_as("UnknownOperationException");
}

#[tokio::test]
async fn the_trust_policy_decides_who_becomes_a_role() {
    let server = TestServer::start_serve().await;
    let (_, alice) = server.administrator(ACCOUNT, "alice", nothing()).await;
    let (_, bob) = server.administrator(ACCOUNT, "bob", allow("sts:AssumeRole", "*")).await;
    let (_, stranger) = server.administrator(OTHER, "alice", everything()).await;
    let (_, powerless) = server.administrator(OTHER, "bob", nothing()).await;
    let cases = [
        // Who is trusted by name within the account needs no policy; through the account, or from another, one does.
        ("by-name", trusts(&arn(ACCOUNT, "user/alice")), [true, false, false, false]),
        ("by-account", trusts(&arn(ACCOUNT, "root")), [false, true, false, false]),
        ("across", trusts(OTHER), [false, false, true, false]),
        ("everyone", trusts("*"), [false, true, true, false]),
    ];
    for (name, trust, expected) in cases {
        server.role(ACCOUNT, name, trust, nothing()).await;
        let role = arn(ACCOUNT, &format!("role/{name}"));
        for (keys, expected) in [&alice, &bob, &stranger, &powerless].into_iter().zip(expected) {
            let reply = server.sts(Some(keys), &assume(&role, "work")).await;
            assert_eq!(reply.status == 200, expected, "{name} {}", reply.text);
        }
    }
    let role = arn(ACCOUNT, "role/by-account");
    denied(server.sts(Some(&alice), &assume(&role, "work")).await, &arn(ACCOUNT, "user/alice"), &role);
    // A role that is not there answers alike, and so do a role of another name's case and what is no role.
    for role in ["role/none", "role/By-Account", "role/x/by-account", "user/alice"] {
        let role = arn(ACCOUNT, role);
        denied(server.sts(Some(&bob), &assume(&role, "work")).await, &arn(ACCOUNT, "user/bob"), &role);
    }
}

#[tokio::test]
async fn conditions_of_the_trust_policy() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let trust = statement(json!({
        "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "sts:ExternalId": "42" }, "StringLike": { "sts:RoleSessionName": "ci-*" } },
    }));
    server.role(ACCOUNT, "deploy", trust, nothing()).await;
    let role = arn(ACCOUNT, "role/deploy");
    for (name, external_id, passes) in [
        ("ci-1", Some("42"), true),
        ("ci-1", Some("43"), false),
        ("ci-1", None, false),
        ("me", Some("42"), false),
    ] {
        let mut parameters = assume(&role, name);
        parameters.extend(external_id.map(|id| ("ExternalId", id)));
        let reply = server.sts(Some(&keys), &parameters).await;
        assert_eq!(reply.status == 200, passes, "{}", reply.text);
    }
}

#[tokio::test]
async fn duration_and_policy_are_bounded() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    // At most two hours.
    server.role(ACCOUNT, "deploy", trusts(ACCOUNT), everything()).await;
    let role = arn(ACCOUNT, "role/deploy");
    let ask = async |keys: &Keys, name: &str, value: &str| {
        server.sts(Some(keys), &[assume(&role, "work"), vec![(name, value)]].concat()).await
    };
    assert_eq!(
        ask(&keys, "DurationSeconds", "7200").await.element("Expiration"),
        Some("2026-11-24T14:00:00Z")
    );
    ask(&keys, "DurationSeconds", "7201").await.refused_xml(
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
    let session = Keys::of(&ask(&keys, "DurationSeconds", "900").await);
    ask(&session, "DurationSeconds", "3601").await.refused_xml(
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
    assert_eq!(ask(&session, "DurationSeconds", "3600").await.status, 200);
    for (policy, code) in [("{}", "MalformedPolicyDocument"), (&*"x".repeat(2_049), "ValidationError")] {
        let reply = ask(&keys, "Policy", policy).await;
        assert_eq!((reply.status, reply.element("Code")), (400, Some(code)));
    }
    for unsupported in ["SerialNumber", "TokenCode", "Tags.member.1.Key", "PolicyArns.member.1.arn"] {
        let text = format!("The parameter {unsupported} is not supported.");
        ask(&keys, unsupported, "x").await.refused_xml(400, "ValidationError", &text);
    }
}

#[tokio::test]
async fn a_changed_trust_policy_counts_at_once() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let role = server.role(ACCOUNT, "deploy", trusts(ACCOUNT), nothing()).await;
    let ask = async || server.sts(Some(&keys), &assume(&role.arn(), "work")).await.status;
    assert_eq!(ask().await, 200);
    // Its policy was put after it was made.
    let stale = entities::set_role(&server.services, &role, role.role().unwrap()).await.unwrap_err();
    assert_eq!(stale.code(), "ConcurrentModification");
    let role = entities::find(&server.services, &role.account, KindName::Role, "deploy").await.unwrap();
    let mut settings = role.role().unwrap().clone();
    settings.trust_policy = trusts(OTHER).to_string();
    entities::set_role(&server.services, &role, &settings).await.unwrap();
    assert_eq!(ask().await, 403);
    settings.trust_policy = "{}".into();
    let refused = entities::set_role(&server.services, &role, &settings).await.unwrap_err();
    assert_eq!(refused.code(), "MalformedPolicyDocument");
    let _ = policies::list(&server.services, &role).await.unwrap();
}

#[tokio::test]
async fn any_credentials_are_the_account_itself() {
    let server = TestServer::start().await;
    let keys = Keys {
        access_key_id: DEV_ACCOUNT.into(),
        secret_access_key: "x".into(),
        session_token: None,
        region: "eu-west-1".into(),
        presign: None,
    };
    let reply = server.sts(Some(&keys), &[("Action", "GetCallerIdentity")]).await;
    assert_eq!(reply.element("Arn"), Some(&*arn(DEV_ACCOUNT, "root")));
    assert_eq!(reply.element("UserId"), Some(DEV_ACCOUNT));
    let role = arn(DEV_ACCOUNT, "role/any");
    denied(server.sts(Some(&keys), &assume(&role, "work")).await, &arn(DEV_ACCOUNT, "root"), &role);
}
