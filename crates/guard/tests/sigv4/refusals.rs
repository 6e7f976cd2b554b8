//! What must not pass, each by the name AWS gives it.

use guard::sigv4::SigV4Error::{self, *};

use crate::support::{NOW, Request, SECRET, SERVICE, Signer};

fn signed() -> Request {
    Signer::default().sign(Request::list_user_pools())
}

fn presigned(seconds: u64) -> Request {
    Signer { presign: Some(seconds), ..Signer::default() }.sign(Request::list_user_pools())
}

#[track_caller]
fn refused(result: Result<(), SigV4Error>, type_name: &str, text: &str) {
    let error = result.expect_err("it must be refused");
    assert_eq!(error.type_name(), type_name, "{error}");
    assert_eq!(error.status(), 400);
    assert!(error.message().contains(text), "{error}");
}

#[track_caller]
fn mismatch(request: &Request) {
    refused(
        request.verify(),
        "InvalidSignatureException",
        "The request signature we calculated does not match",
    );
}

#[track_caller]
fn invalid(request: &Request, text: &str) {
    refused(request.verify(), "InvalidSignatureException", text);
}

#[track_caller]
fn incomplete(request: &Request, text: &str) {
    refused(request.verify(), "IncompleteSignatureException", text);
}

#[test]
fn what_stays_as_it_was_signed_passes() {
    assert_eq!(signed().verify(), Ok(()));
    assert_eq!(presigned(60).verify(), Ok(()));
    let with_hash = Signer { hash_header: true, ..Signer::default() }.sign(Request::list_user_pools());
    assert_eq!(with_hash.verify(), Ok(()));
    // Not covered, and free to differ on the way.
    assert_eq!(signed().with("user-agent", "x").with("x-amzn-trace-id", "y").verify(), Ok(()));
}

#[test]
fn an_altered_part() {
    mismatch(&Request { body: b"{\"MaxResults\":2}".into(), ..signed() });
    mismatch(&Request { body: vec![], ..signed() });
    mismatch(&Request { method: "PUT".into(), ..signed() });
    mismatch(&Request { path: "/x".into(), ..signed() });
    mismatch(&Request { query: "x".into(), ..signed() });
    mismatch(&signed().replaced("x-amz-target", "List", "Delete"));
    mismatch(&signed().replaced("content-type", "1.1", "1.0"));
    mismatch(&signed().replaced("host", "9229", "9228"));
    mismatch(&signed().with("content-type", "text/plain"));
    mismatch(&signed().replaced("x-amz-date", "120000", "120001"));
    for request in [presigned(60), presigned(61)] {
        mismatch(&Request { method: "GET".into(), ..request.clone() });
        mismatch(&Request { query: request.query.replace("Expires=6", "Expires=66"), ..request.clone() });
        mismatch(&Request { query: format!("{}&x=1", request.query), ..request });
    }
}

#[test]
fn another_key_region_service_or_terminator() {
    refused(signed().verify_as("another", SERVICE, NOW), "InvalidSignatureException", "does not match");
    refused(signed().verify_as("", SERVICE, NOW), "InvalidSignatureException", "does not match");
    refused(
        signed().verify_as(SECRET, "sts", NOW),
        "InvalidSignatureException",
        "Credential should be scoped to correct service: 'sts'.",
    );
    mismatch(&signed().replaced("authorization", "eu-west-1", "eu-west-2"));
    let elsewhere = Signer { service: "sts".into(), ..Signer::default() }.sign(Request::list_user_pools());
    invalid(&elsewhere, "correct service: 'cognito-idp'");
    mismatch(&elsewhere.replaced("authorization", "/sts/", "/cognito-idp/"));
    invalid(
        &Signer { region: "EU".into(), ..Signer::default() }.sign(Request::list_user_pools()),
        "valid Region, not 'EU'",
    );
    invalid(
        &signed().replaced("authorization", "aws4_request", "aws5_request"),
        "valid terminator: 'aws4_request', not 'aws5_request'",
    );
}

#[test]
fn a_key_for_another_scope() {
    let request = signed();
    let parsed = request.parse().unwrap();
    let scope = parsed.signed.scope();
    let checked = parsed.check(SERVICE, &request.body, NOW).unwrap();
    for other in [
        guard::sigv4::Scope { date: "20261123", ..scope },
        guard::sigv4::Scope { region: "eu-west-2", ..scope },
        guard::sigv4::Scope { service: "sts", ..scope },
    ] {
        assert!(checked.verify(&guard::sigv4::SigningKey::derive(SECRET, other)).is_err());
    }
    assert_eq!(checked.verify(&guard::sigv4::SigningKey::derive(SECRET, scope)), Ok(()));
}

#[test]
fn outside_its_time() {
    for (late, fits) in [(-301, false), (-300, true), (300, true), (301, false)] {
        assert_eq!(signed().verify_as(SECRET, SERVICE, NOW + late).is_ok(), fits, "{late}");
    }
    let expired = "Signature expired: 20261124T120000Z is now earlier than 20261124T120001Z (20261124T120501Z - 5 min.)";
    refused(signed().verify_as(SECRET, SERVICE, NOW + 301), "InvalidSignatureException", expired);
    let early = "Signature not yet current: 20261124T120000Z is still later than 20261124T115959Z (20261124T115459Z + 5 min.)";
    refused(signed().verify_as(SECRET, SERVICE, NOW - 301), "InvalidSignatureException", early);
    refused(signed().verify_as(SECRET, SERVICE, i64::MAX), "InvalidSignatureException", "Signature expired");
    refused(signed().verify_as(SECRET, SERVICE, i64::MIN), "InvalidSignatureException", "not yet current");
    invalid(
        &signed().replaced("authorization", "/20261124/", "/20261123/"),
        "'20261123' != '20261124', from '20261124T120000Z'.",
    );
}

#[test]
fn a_presigned_request_outside_its_time() {
    for (late, fits) in [(-301, false), (-300, true), (60, true), (61, false), (i64::MAX - NOW, false)] {
        assert_eq!(presigned(60).verify_as(SECRET, SERVICE, NOW + late).is_ok(), fits, "{late}");
    }
    assert_eq!(presigned(604_800).verify_as(SECRET, SERVICE, NOW + 604_800), Ok(()));
    refused(
        presigned(60).verify_as(SECRET, SERVICE, NOW + 61),
        "InvalidSignatureException",
        "is now earlier than 20261124T120001Z (20261124T120101Z - 60 sec.)",
    );
    incomplete(&presigned(604_801), "X-Amz-Expires");
    for bad in ["0", "-1", "+60", "", "1e3", "99999999999", "6%30"] {
        let request = presigned(60);
        let query = request.query.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={bad}"));
        assert_ne!(query, request.query);
        incomplete(&Request { query, ..request }, "X-Amz-Expires");
    }
}

#[test]
fn no_signature_at_all() {
    let unsigned = Request::list_user_pools();
    assert_eq!(unsigned.verify(), Err(MissingAuthenticationToken));
    for other in ["Basic YTpi", "Bearer x", "AWS4-ECDSA-P256-SHA256 x=y", "aws4-hmac-sha256 x=y", "AWS x:y"] {
        assert_eq!(unsigned.clone().with("authorization", other).verify(), Err(MissingAuthenticationToken));
    }
    incomplete(&unsigned.clone().with("authorization", ""), "cannot be empty");
    incomplete(
        &unsigned.with("authorization", "AWS4-HMAC-SHA256"),
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
         parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
         existence of a 'X-Amz-Date' header.",
    );
}

#[test]
fn a_garbled_header() {
    for (from, to, text) in [
        ("Credential=", "Credentials=", "unknown parameter"),
        ("Credential=", "credential=", "unknown parameter"),
        ("Credential=AKIAIOSFODNN7EXAMPLE", "Credential=", "printable"),
        ("AKIAIOSFODNN7EXAMPLE", "a/b", "5 slash-delimited"),
        ("/aws4_request", "", "5 slash-delimited"),
        ("eu-west-1", "eu west", "printable"),
        ("eu-west-1", "eu%2Dwest", "printable"),
        ("Signature=", "Signature=0", "64 lower-case"),
        ("Signature=", "Signature", "key=value"),
        (", Signature=", ", Signature=x, Signature=", "'Signature' twice"),
        ("Credential=", "Credential=x, Credential=", "'Credential' twice"),
        ("SignedHeaders=", "SignedHeaders=host,SignedHeaders=", "'SignedHeaders' twice"),
        ("SignedHeaders=", "SignedHeaders=;", "SignedHeaders must"),
        ("host;", "Host;", "SignedHeaders must"),
        ("host;", "host;host;", "SignedHeaders must"),
        ("content-type;host;", "host;content-type;", "SignedHeaders must"),
        (", Signature", ",, Signature", "key=value"),
    ] {
        incomplete(&signed().replaced("authorization", from, to), text);
    }
    let upper = {
        let mut request = signed();
        let text = String::from_utf8(request.header("authorization").clone()).unwrap();
        let (start, signature) = text.rsplit_once('=').unwrap();
        *request.header("authorization") = format!("{start}={}", signature.to_uppercase()).into();
        request
    };
    incomplete(&upper, "64 lower-case");
    let authorization = String::from_utf8(signed().header("authorization").clone()).unwrap();
    incomplete(&signed().with("authorization", &authorization), "'authorization' twice");
    incomplete(&signed().with("Authorization", "x"), "'authorization' twice");
    let mut bytes = signed();
    bytes.header("authorization").push(0xff);
    incomplete(&bytes, "not printable ASCII");
}

#[test]
fn a_date_that_is_missing_doubled_or_none() {
    incomplete(&signed().without("x-amz-date"), "existence of a 'X-Amz-Date' header");
    incomplete(&signed().without("x-amz-date").with("date", "20261124T120000Z"), "'X-Amz-Date'");
    incomplete(&signed().with("x-amz-date", "20261124T120000Z"), "'x-amz-date' twice");
    for bad in [
        "",
        "Tue, 24 Nov 2026 12:00:00 GMT",
        "2026-11-24T12:00:00Z",
        "20261124T120000",
        "20261124T120000z",
        "20261324T120000Z",
        "20260230T120000Z",
        "+0261124T120000Z",
        "20261124T1200 0Z",
    ] {
        let mut request = signed();
        *request.header("x-amz-date") = bad.into();
        incomplete(&request, "Date must be in ISO-8601");
    }
}

#[test]
fn a_header_that_the_signature_does_not_cover() {
    invalid(&signed().replaced("authorization", "host;", ""), "'host' must be a 'SignedHeader'");
    invalid(&signed().replaced("authorization", "x-amz-date;", ""), "'x-amz-date' must be a 'SignedHeader'");
    invalid(&signed().replaced("authorization", ";x-amz-target", ""), "'x-amz-target' must be");
    invalid(&signed().with("X-Amz-Security-Token", "x"), "'x-amz-security-token' must be");
    invalid(&signed().with("x-amz-anything", "x"), "'x-amz-anything' must be");
    invalid(&presigned(60).with("X-Amz-Anything", "x"), "'x-amz-anything' must be");
    invalid(&signed().without("content-type"), "lacks its signed header 'content-type'");
    invalid(&signed().without("host"), "lacks its signed header 'host'");
    incomplete(&signed().with("Host", "evil.example"), "'host' twice");
}

#[test]
fn the_header_alone() {
    let read = |request: Request| {
        let text = |name: &str| {
            let (_, value) = request.headers.iter().find(|(n, _)| n == name)?;
            std::str::from_utf8(value).ok()
        };
        guard::sigv4::read(text).map(|signed| assert_eq!(signed.region, "eu-west-1"))
    };
    assert_eq!(read(signed()), Ok(()));
    assert_eq!(read(signed().without("authorization")), Err(MissingAuthenticationToken));
    for name in ["host", "x-amz-date"] {
        let uncovered = signed().replaced("authorization", &format!("{name};"), "");
        refused(read(uncovered), "InvalidSignatureException", &format!("'{name}' must be"));
    }
    refused(read(signed().without("x-amz-date")), "IncompleteSignatureException", "'X-Amz-Date'");
}

#[test]
fn a_body_that_the_signature_does_not_cover() {
    for stated in
        ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]
    {
        let request = Request::list_user_pools().with("x-amz-content-sha256", stated);
        invalid(&Signer::default().sign(request), "must cover the body");
    }
    // SHA-256 of nothing, and the right hash in upper case.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let request = Request::list_user_pools().with("x-amz-content-sha256", empty);
    invalid(&Signer::default().sign(request.clone()), "is not the SHA-256 of the body");
    let request = Request { body: vec![], ..request };
    assert_eq!(Signer::default().sign(request.clone()).verify(), Ok(()));
    let request = request.replaced("x-amz-content-sha256", empty, &empty.to_uppercase());
    invalid(&Signer::default().sign(request), "is not the SHA-256 of the body");
    let altered = Signer { hash_header: true, ..Signer::default() }.sign(Request::list_user_pools());
    invalid(&Request { body: vec![], ..altered }, "is not the SHA-256 of the body");
}

#[test]
fn a_garbled_query() {
    for part in ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"] {
        let request = presigned(60);
        let name = format!("X-Amz-{part}");
        let query = request.query.replace(&format!("{name}="), &format!("Y-{part}="));
        assert_ne!(query, request.query);
        incomplete(&Request { query, ..request.clone() }, &format!("must include '{name}'. Re-examine"));
        let query = format!("{}&{name}=x", request.query);
        incomplete(&Request { query, ..request.clone() }, &format!("'{name}' twice"));
        let query = format!("{}&X%2DAmz-{part}=x", request.query);
        incomplete(&Request { query, ..request }, &format!("'{name}' twice"));
    }
    let request = presigned(60);
    let query = request.query.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
    incomplete(&Request { query, ..request }, "Unsupported AWS 'algorithm'");
}

#[test]
fn two_signatures_or_two_tokens() {
    let mut both = presigned(60);
    let authorization = signed().header("authorization").clone();
    both.headers.push(("authorization".into(), authorization));
    incomplete(&both, "not by both");
    incomplete(&Request { query: "X-Amz-Signature=0".into(), ..signed() }, "not by both");

    let token = Signer { presign: Some(60), token: Some("t+/=".into()), ..Signer::default() };
    let request = token.sign(Request::list_user_pools());
    assert_eq!(request.verify(), Ok(()));
    assert_eq!(request.parse().unwrap().session_token(), Some("t+/="));
    incomplete(&request.clone().with("x-amz-security-token", "t"), "security token twice");
    let query = format!("{}&X-Amz-Security-Token=t", request.query);
    incomplete(&Request { query, ..request }, "security token twice");
}

#[test]
fn nothing_secret_is_shown() {
    let signer = Signer { token: Some("TheToken".into()), ..Signer::default() };
    for presign in [None, Some(60)] {
        let request = Signer { presign, ..signer.clone() }.sign(Request::list_user_pools());
        let parsed = request.parse().unwrap();
        let checked = parsed.check(SERVICE, &request.body, NOW).unwrap();
        let key = guard::sigv4::SigningKey::derive(SECRET, parsed.signed.scope());
        let shown = format!("{parsed:?} {checked:?} {key:?}");
        assert!(shown.contains("cognito-idp"));
        let authorization = request.headers.iter().find(|(name, _)| name == "authorization");
        let authorization = authorization.map(|(_, value)| String::from_utf8_lossy(value));
        let text = format!("{}{}", request.query, authorization.unwrap_or_default());
        let (_, rest) = text.split_once("Signature=").unwrap();
        for secret in [&rest[..8], "TheToken", SECRET] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn what_the_caller_knows_of_keys_has_names_too() {
    let text = "The security token included in the request is ";
    refused(Err(UnrecognizedClient), "UnrecognizedClientException", &format!("{text}invalid."));
    refused(Err(ExpiredToken), "ExpiredTokenException", &format!("{text}expired"));
    refused(
        Err(MissingAuthenticationToken),
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    );
}
