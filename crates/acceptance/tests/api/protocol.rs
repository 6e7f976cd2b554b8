//! What the framework refuses before any operation is reached.

use bytes::Bytes;
use http::Request;
use serde_json::json;
use testkit::TestServer;

#[tokio::test]
async fn unknown_targets_and_content_types_name_no_operation() {
    let server = TestServer::start().await;
    let request = |target: Option<&str>, content_type: &str| {
        let mut request = Request::post("/").header("content-type", content_type);
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        request.body(Bytes::from_static(b"{}")).unwrap()
    };
    let json = "application/x-amz-json-1.1";
    let known = Some("AWSCognitoIdentityProviderService.ListUserPools");
    for (target, content_type) in [
        (None, json),
        (Some(""), json),
        (Some("ListUserPools"), json),
        (Some("AWSCognitoIdentityProviderService.NoSuchThing"), json),
        (Some("AWSCognitoIdentityProviderService.listuserpools"), json),
        (Some("Other.ListUserPools"), json),
        (known, "text/plain"),
        (known, "application/x-www-form-urlencoded"),
    ] {
        let reply = server.request(request(target, content_type)).await;
        assert_eq!((reply.status, &reply.body), (400, &json!({ "__type": "UnknownOperationException" })));
        assert_eq!(reply.headers["access-control-allow-origin"], "*");
    }
    server
        .request(request(known, "application/json; charset=utf-8"))
        .await
        .refused_as("MissingAuthenticationTokenException");
}

#[tokio::test]
async fn bodies_that_are_not_the_operations_input_are_serialization_faults() {
    let server = TestServer::start().await;
    let faults: &[(&[u8], Option<&str>)] = &[
        (b"{", None),
        (b"\xff\xfe", None),
        (b"{\"ClientId\":\"a\",\"ClientId\":\"b\"}", None),
        (b"{\"AuthParameters\":{\"A\":\"1\",\"A\":\"2\"}}", None),
        (b"[]", Some("Expected map or null")),
        (b"\"text\"", Some("Expected map or null")),
        (b"{\"AuthParameters\":\"x\"}", Some("Expected map or null")),
        (b"{\"ClientId\":{}}", Some("Start of structure or map found where not expected.")),
        (b"{\"ClientId\":1}", Some("NUMBER_VALUE can not be converted to a String")),
        (b"{\"ClientId\":true}", Some("TRUE_VALUE can not be converted to a String")),
    ];
    for (body, message) in faults {
        let reply = server.send("InitiateAuth", &[], body.to_vec()).await;
        assert_eq!((reply.status, reply.body["__type"].as_str()), (400, Some("SerializationException")));
        assert_eq!(reply.body["Message"].as_str(), *message, "{}", String::from_utf8_lossy(body));
    }
    let nested = [b"{\"a\":".repeat(5000), b"1".to_vec(), b"}".repeat(5000)].concat();
    server.send("InitiateAuth", &[], nested).await.refused_as("SerializationException");
    let large = vec![b' '; api_max_body() + 1];
    assert_eq!(server.send("InitiateAuth", &[], large).await.status, 413);
}

fn api_max_body() -> usize {
    1024 * 1024
}

#[tokio::test]
async fn constraint_failures_come_all_at_once_and_hide_what_is_sensitive() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    server
        .call("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "a b", "MessageAction": "SEND" }))
        .await
        .refused(
            "InvalidParameterException",
            "2 validation errors detected: Value at 'username' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; Value 'SEND' at 'messageAction' failed to \
             satisfy constraint: Member must satisfy enum value set: [RESEND, SUPPRESS]",
        );
    server.call("ListUserPools", json!({})).await.refused(
        "InvalidParameterException",
        "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must not be null",
    );
}

#[tokio::test]
async fn browsers_may_ask_from_any_origin() {
    let server = TestServer::start().await;
    let request = Request::options("/")
        .header("origin", "https://app.example")
        .header("access-control-request-headers", "content-type,x-amz-target")
        .body(Bytes::new())
        .unwrap();
    let reply = server.request(request).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["access-control-allow-origin"], "*");
    assert_eq!(reply.headers["access-control-allow-headers"], "content-type,x-amz-target");
    assert!(reply.headers.get("access-control-allow-credentials").is_none());
}

#[tokio::test]
async fn every_answer_names_its_request_and_error() {
    let server = TestServer::start().await;
    let reply = server.call("DescribeUserPool", json!({ "UserPoolId": "eu-west-1_nothing" })).await;
    assert_eq!(reply.headers["x-amzn-errortype"], "ResourceNotFoundException:");
    assert_eq!(reply.headers["x-amzn-errormessage"], "User pool eu-west-1_nothing does not exist.");
    assert_eq!(reply.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(reply.headers["x-amzn-requestid"].len(), 36);
}

#[tokio::test]
async fn operations_that_are_not_built_say_so() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    server.call("DescribeRiskConfiguration", json!({ "UserPoolId": pool })).await.refused(
        "OperationNotEnabledException",
        "DescribeRiskConfiguration is not available in this version of Poolhouse.",
    );
    server
        .call_unsigned("DescribeRiskConfiguration", json!({ "UserPoolId": pool }))
        .await
        .refused_as("MissingAuthenticationTokenException");
}
