//! Which requests count as signed, and which key ids and secrets as keys.

use std::time::Duration;

use bytes::Bytes;
use domain::ids::AccessKeyId;
use domain::principal::KeyStatus;
use flows::principals::{access_keys, entities};
use http::{HeaderValue, Request};
use serde_json::json;
use testkit::{ACCOUNT as DEV_ACCOUNT, Keys, REGION, Reply, TestServer};
use wire::authorization::Authorization;
use wire::cognito_idp::Operation;

use super::{ACCOUNT, everything};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check \
                        your AWS Secret Access Key and signing method. Consult the service documentation for \
                        details.";
const UNRECOGNIZED: &str = "The security token included in the request is invalid.";

async fn server() -> (TestServer, Keys) {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "admin", everything()).await;
    (server, keys)
}

fn list(server: &TestServer, keys: &Keys) -> Request<Bytes> {
    server.signed(keys, "ListUserPools", json!({ "MaxResults": 5 }))
}

fn mismatch(reply: Reply) {
    reply.refused("InvalidSignatureException", MISMATCH);
}

#[tokio::test]
async fn what_is_signed_by_a_key_of_the_store_passes() {
    let (server, keys) = server().await;
    server.request(list(&server, &keys)).await.ok();
    let presigned = Keys { presign: Some(60), ..keys.clone() };
    let request = list(&server, &presigned);
    server.request(request.clone()).await.ok();
    server.clock.advance(Duration::from_secs(61));
    server.request(request).await.refused_as("InvalidSignatureException");
    let replayed = list(&server, &keys);
    server.request(replayed.clone()).await.ok();
    server.request(replayed).await.ok();
}

#[tokio::test]
async fn unsigned_administrative_calls_lack_a_token() {
    let (server, _) = server().await;
    for operation in Operation::ALL.into_iter().filter(|o| o.authorization() == Authorization::Iam) {
        server
            .call_unsigned(operation.name(), json!({}))
            .await
            .refused("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
}

#[tokio::test]
async fn an_altered_request_does_not_match() {
    let (server, keys) = server().await;
    let altered = |alter: fn(&mut Request<Bytes>)| {
        let mut request = list(&server, &keys);
        alter(&mut request);
        server.request(request)
    };
    mismatch(altered(|r| *r.body_mut() = Bytes::from_static(b"{\"MaxResults\":6}")).await);
    mismatch(altered(|r| *r.body_mut() = Bytes::new()).await);
    mismatch(altered(|r| *r.uri_mut() = "/?x=1".parse().unwrap()).await);
    mismatch(
        altered(|r| drop(r.headers_mut().insert("host", HeaderValue::from_static("evil.example")))).await,
    );
    mismatch(
        altered(|r| {
            let target = "AWSCognitoIdentityProviderService.CreateUserPool";
            r.headers_mut().insert("x-amz-target", HeaderValue::from_static(target));
        })
        .await,
    );
    altered(|r| *r.uri_mut() = "/x".parse().unwrap()).await.refused_as("UnknownOperationException");
    altered(|r| drop(r.headers_mut().insert("x-amz-other", HeaderValue::from_static("1")))).await.refused(
        "InvalidSignatureException",
        "'x-amz-other' must be a 'SignedHeader' in the AWS Authorization.",
    );
    for payload in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"] {
        let mut request = Request::post("/")
            .header("host", "localhost:9229")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools")
            .body(Bytes::from_static(b"{\"MaxResults\":5}"))
            .unwrap();
        request.headers_mut().insert("x-amz-content-sha256", HeaderValue::from_static(payload));
        let signed = keys.sign("cognito-idp", domain::ports::Clock::real(&*server.clock), request);
        server.request(signed).await.refused_as("InvalidSignatureException");
    }
}

#[tokio::test]
async fn a_request_counts_for_five_minutes() {
    let (server, keys) = server().await;
    let request = list(&server, &keys);
    server.clock.advance(Duration::from_secs(300));
    server.request(request.clone()).await.ok();
    server.clock.advance(Duration::from_secs(1));
    server.request(request).await.refused(
        "InvalidSignatureException",
        "Signature expired: 20261124T120000Z is now earlier than 20261124T120001Z (20261124T120501Z - 5 min.)",
    );
}

#[tokio::test]
async fn signatures_of_another_key_region_or_service() {
    let (server, keys) = server().await;
    let (_, other) = server.administrator(ACCOUNT, "other", everything()).await;
    let swapped = Keys { secret_access_key: other.secret_access_key, ..keys.clone() };
    mismatch(server.request(list(&server, &swapped)).await);
    for service in ["sts", "cognito-identity"] {
        let mut request = list(&server, &keys);
        request.headers_mut().remove("authorization");
        request.headers_mut().remove("x-amz-date");
        let request = keys.sign(service, domain::ports::Clock::real(&*server.clock), request);
        server.request(request).await.refused(
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'cognito-idp'.",
        );
    }
    let mut request = list(&server, &keys);
    let header = request.headers()["authorization"].to_str().unwrap().replace(REGION, "us-east-1");
    request.headers_mut().insert("authorization", HeaderValue::from_str(&header).unwrap());
    mismatch(server.request(request).await);
    let elsewhere = Keys { region: "Mars".into(), ..keys };
    server
        .request(list(&server, &elsewhere))
        .await
        .refused("InvalidSignatureException", "Credential should be scoped to a valid Region, not 'Mars'.");
}

#[tokio::test]
async fn keys_of_nobody_are_not_recognized() {
    let (server, keys) = server().await;
    for id in ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "x", DEV_ACCOUNT, ACCOUNT] {
        let unknown = Keys { access_key_id: id.into(), ..keys.clone() };
        server.request(list(&server, &unknown)).await.refused("UnrecognizedClientException", UNRECOGNIZED);
    }
    // As `poolhouse dev` takes them.
    server.call("ListUserPools", json!({ "MaxResults": 5 })).await.refused_as("UnrecognizedClientException");
    // What is wrong with the request itself is said first, whoever signs.
    let unknown = Keys { access_key_id: "AKIAIOSFODNN7EXAMPLE".into(), ..keys };
    let request = list(&server, &unknown);
    server.clock.advance(Duration::from_secs(301));
    server.request(request).await.refused_as("InvalidSignatureException");
}

#[tokio::test]
async fn inactive_and_deleted_keys_count_for_nothing_at_once() {
    let (server, _) = server().await;
    let (user, first) = server.administrator(ACCOUNT, "worker", everything()).await;
    let second = server.keys_of(&user).await;
    let nodes = [server.clone(), server.another_node()];
    let ask = async |keys: &Keys, passes: bool| {
        for node in &nodes {
            let reply = node.request(list(node, keys)).await;
            if passes {
                reply.ok();
            } else {
                reply.refused("UnrecognizedClientException", UNRECOGNIZED);
            }
        }
    };
    let id = AccessKeyId::new(&*first.access_key_id);
    for (status, passes) in
        [(KeyStatus::Active, true), (KeyStatus::Inactive, false), (KeyStatus::Active, true)]
    {
        access_keys::set_status(&server.services, &user, &id, status).await.unwrap();
        ask(&first, passes).await;
    }
    access_keys::delete(&server.services, &user, &id).await.unwrap();
    ask(&first, false).await;
    ask(&second, true).await;
    entities::delete(&server.services, &user).await.unwrap();
    ask(&second, false).await;
}

#[tokio::test]
async fn a_long_term_key_has_no_session_token() {
    let (server, keys) = server().await;
    let keys = Keys { session_token: Some("token".into()), ..keys };
    server.request(list(&server, &keys)).await.refused("UnrecognizedClientException", UNRECOGNIZED);
}

#[tokio::test]
async fn nothing_that_is_refused_changes_anything() {
    let (server, keys) = server().await;
    let before = server.snapshot().await;
    let create = |keys: &Keys| server.signed(keys, "CreateUserPool", json!({ "PoolName": "x" }));
    let unknown = Keys { access_key_id: "AKIAIOSFODNN7EXAMPLE".into(), ..keys.clone() };
    let wrong = Keys { secret_access_key: "x".repeat(40), ..keys.clone() };
    for keys in [&unknown, &wrong] {
        assert_eq!(server.request(create(keys)).await.status, 400);
    }
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
    server.request(create(&keys)).await.ok();
}
