//! Nobody is an administrator here by asserting it.

use domain::ports::{Clock, SystemClock};
use jiff::Timestamp;
use wire::authorization::Authorization;
use wire::cognito_idp::Operation;

use crate::program::{Place, Program};

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
