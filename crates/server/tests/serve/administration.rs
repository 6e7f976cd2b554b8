//! Nobody is an administrator here by asserting it.

use domain::ports::{Clock, SystemClock};
use jiff::Timestamp;
use wire::authorization::Authorization;
use wire::cognito_idp::Operation;

use serde_json::{Value, json};
use testkit::Keys;

use crate::iam::iam;
use crate::program::{Place, Program, request};

/// A well-formed signature with this key over the headers that must be signed.
fn signed(access_key_id: &str) -> String {
    let at = Timestamp::from_millisecond(SystemClock.now().millis()).unwrap();
    let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    format!(
        "x-amz-date: {date}\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential={access_key_id}/{}/eu-west-1/cognito-idp/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={}\r\n",
        &date[..8],
        "0".repeat(64)
    )
}

fn refused(server: &Program, operation: Operation, headers: &str) -> String {
    let answer = server.call(operation.name(), headers, "{}");
    assert_eq!(answer.status, 400, "{operation:?}: {}", answer.body);
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    body["__type"].as_str().unwrap().to_owned()
}

#[test]
fn every_administrative_call_needs_a_key_that_was_given_out() {
    let server = Place::new().start();
    let administrative =
        Operation::ALL.into_iter().filter(|operation| operation.authorization() == Authorization::Iam);
    let mut asked = 0;
    for operation in administrative {
        assert_eq!(refused(&server, operation, ""), "MissingAuthenticationTokenException", "{operation:?}");
        // What `dev` takes: any key, and twelve digits for an account.
        for key in ["AKIAIOSFODNN7EXAMPLE", "000000000000"] {
            assert_eq!(
                refused(&server, operation, &signed(key)),
                "UnrecognizedClientException",
                "{operation:?}"
            );
        }
        asked += 1;
    }
    assert!(asked > 90, "{asked}");
    let malformed = signed("test").replace("Signature=", "Signatur=");
    assert_eq!(refused(&server, Operation::ListUserPools, &malformed), "IncompleteSignatureException");
}

#[test]
fn users_are_served_without_keys() {
    let server = Place::new().start();
    let body = r#"{"ClientId": "1example23456789abcdefghij", "AuthFlow": "USER_PASSWORD_AUTH"}"#;
    let answer = server.call("InitiateAuth", "", body);
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("ResourceNotFoundException"), "{}", answer.body);
}

#[test]
fn the_test_controls_are_not_there() {
    let server = Place::new().start();
    for path in ["/_poolhouse", "/_poolhouse/", "/_poolhouse/inbox", "/_poolhouse/clock", "/_poolhouse/reset"]
    {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(server.get("/eu-west-1_none/.well-known/jwks.json").status, 404);
    assert_eq!(server.get("/metrics").status, 404);
}

/// The key that `poolhouse iam` printed, as a client is configured with it.
fn keys(printed: &Value) -> Keys {
    let text = |name: &str| printed["AccessKey"][name].as_str().unwrap().to_owned();
    Keys {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: None,
        region: "eu-west-1".into(),
        presign: None,
    }
}

/// Calls an operation, signed by the AWS SDK's signer: the status and the body.
fn signed_call(server: &Program, keys: &Keys, operation: &str, input: &Value) -> (u16, Value) {
    let body = bytes::Bytes::from(input.to_string());
    let sent = http::Request::post("/")
        .header("host", "id.example.com")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(body.clone())
        .unwrap();
    let signed = keys.sign("cognito-idp", SystemClock.now(), sent);
    let mut text = format!("POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in signed.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let answer = request(server.api, &format!("{text}\r\n{input}"));
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

#[track_caller]
fn assert_refused((status, body): (u16, Value), kind: &str) {
    assert_eq!((status, body["__type"].as_str()), (400, Some(kind)), "{body}");
}

#[test]
fn whoever_has_a_key_does_what_the_policies_allow() {
    let place = Place::new();
    let server = place.start();
    let account = ["--account-id", "123456789012"];
    let administrator = keys(&iam(&place, &[&["init"], &account[..]].concat()).unwrap());
    let (status, made) = signed_call(&server, &administrator, "CreateUserPool", &json!({ "PoolName": "p" }));
    assert_eq!(status, 200, "{made}");
    let pool = made["UserPool"]["Id"].as_str().unwrap();
    let arn = made["UserPool"]["Arn"].as_str().unwrap();
    assert_eq!(arn, format!("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{pool}"));
    let document = server.get(&format!("/{pool}/.well-known/openid-configuration"));
    assert!(
        document.body.contains(&format!("\"issuer\":\"https://id.example.com/{pool}\"")),
        "{}",
        document.body
    );

    // A user with no policy may do nothing, and another secret is nobody's.
    let anna = [&account[..], &["--user-name", "anna"]].concat();
    iam(&place, &[&["create-user"], &anna[..]].concat()).unwrap();
    let nobody = keys(&iam(&place, &[&["create-access-key"], &anna[..]].concat()).unwrap());
    let describe = json!({ "UserPoolId": pool });
    assert_refused(signed_call(&server, &nobody, "DescribeUserPool", &describe), "AccessDeniedException");
    let guessed = Keys { secret_access_key: nobody.secret_access_key.clone(), ..administrator.clone() };
    assert_refused(
        signed_call(&server, &guessed, "DescribeUserPool", &describe),
        "InvalidSignatureException",
    );
    assert_eq!(signed_call(&server, &administrator, "DescribeUserPool", &describe).0, 200);

    // A key that is taken away signs nothing from then on, and the log has none of it.
    let id = administrator.access_key_id.as_str();
    let inactive = ["--user-name", "admin", "--access-key-id", id, "--status", "Inactive"];
    iam(&place, &[&["update-access-key"], &account[..], &inactive].concat()).unwrap();
    let refused = signed_call(&server, &administrator, "DescribeUserPool", &describe);
    assert_refused(refused, "UnrecognizedClientException");
    assert!(!server.log().contains(&administrator.secret_access_key));
}
