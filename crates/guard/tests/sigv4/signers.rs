//! What other signers make is accepted: AWS's published example, botocore, the AWS SDK for Rust.

use guard::sigv4::{Scope, SigningKey, account_of};
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::{KEY, NOW, Request, Signer};

#[test]
fn the_published_example() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date, \
        Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    let request = Request {
        method: "GET".into(),
        path: "/".into(),
        query: "Action=ListUsers&Version=2010-05-08".into(),
        headers: vec![],
        body: vec![],
    }
    .with("Host", "iam.amazonaws.com")
    .with("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    .with("X-Amz-Date", "20150830T123600Z")
    .with("Authorization", authorization);
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    assert_eq!(request.verify_as(secret, "iam", 1_440_938_160), Ok(()));

    let parsed = request.parse().unwrap();
    let signed = &parsed.signed;
    assert_eq!(signed.access_key_id, "AKIDEXAMPLE");
    assert_eq!(signed.scope(), Scope { date: "20150830", region: "us-east-1", service: "iam" });
    assert_eq!(signed.signed_headers, ["content-type", "host", "x-amz-date"]);
    assert_eq!((signed.timestamp, signed.expires), ("20150830T123600Z", None));
    assert_eq!(parsed.session_token(), None);
}

#[derive(Deserialize)]
struct Vectors {
    access_key_id: String,
    secret_access_key: String,
    now: i64,
    requests: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    service: String,
    token: Option<String>,
}

#[test]
fn botocore() {
    let vectors: Vectors = serde_json::from_str(include_str!("botocore_vectors.json")).unwrap();
    assert_eq!(vectors.requests.len(), 12);
    for vector in vectors.requests {
        let name = vector.name;
        let request = Request {
            method: vector.method,
            path: vector.path,
            query: vector.query,
            headers: vector.headers.into_iter().map(|(n, v)| (n, v.into_bytes())).collect(),
            body: vector.body.into_bytes(),
        };
        let secret = &vectors.secret_access_key;
        assert_eq!(request.verify_as(secret, &vector.service, vectors.now), Ok(()), "{name}");
        let parsed = request.parse().unwrap();
        assert_eq!(parsed.signed.access_key_id, vectors.access_key_id, "{name}");
        assert_eq!(parsed.session_token(), vector.token.as_deref(), "{name}");
        let altered = Request { body: [&request.body[..], b"x"].concat(), ..request.clone() };
        assert!(altered.verify_as(secret, &vector.service, vectors.now).is_err(), "{name}");
    }
}

#[test]
fn a_derived_key_serves_its_scope_again() {
    let first = Signer::default().sign(Request::list_user_pools());
    let second = Signer { at: NOW + 60, ..Signer::default() }.sign(Request::list_user_pools());
    let (first_parsed, second_parsed) = (first.parse().unwrap(), second.parse().unwrap());
    assert_eq!(first_parsed.signed.scope(), second_parsed.signed.scope());
    let key = SigningKey::derive(crate::support::SECRET, first_parsed.signed.scope());
    for (request, parsed) in [(&first, first_parsed), (&second, second_parsed)] {
        assert_eq!(parsed.check("cognito-idp", &request.body, NOW).unwrap().verify(&key), Ok(()));
    }
}

#[test]
fn twelve_digits_are_an_account() {
    assert_eq!(account_of("123456789012").map(|account| account.as_str()), Some("123456789012"));
    for other in [KEY, "", "12345678901", "1234567890123", "12345678901x"] {
        assert_eq!(account_of(other), None);
    }
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        Just(String::new()),
        Just(".".to_owned()),
        Just("..".to_owned()),
        "[a-zA-Z0-9._~-]{1,6}",
        "(%[0-9A-F]{2}|[a-z:@!$&'*+,;=]){1,6}",
    ];
    prop::collection::vec(segment, 0..5).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn query() -> impl Strategy<Value = String> {
    let text = "([a-zA-Z0-9._~+/:-]|%[0-7][0-9A-Fa-f]|%C3%A9){0,6}";
    let pair = (text, prop::option::of(text))
        .prop_map(|(name, value)| value.map_or(name.clone(), |value| format!("{name}={value}")));
    prop::collection::vec(pair, 0..5).prop_map(|pairs| pairs.join("&"))
}

fn request() -> impl Strategy<Value = Request> {
    let headers =
        prop::collection::vec(("(x-amz-meta|x-b|y)[a-c]", "[!-~]{0,3}( {0,3}[!-~]{1,3}){0,3} ?"), 0..6);
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]);
    (method, path(), query(), headers, prop::collection::vec(any::<u8>(), 0..200)).prop_map(
        |(method, path, query, headers, body)| {
            let headers = headers.into_iter().map(|(name, value)| (name, value.into_bytes()));
            Request {
                method: method.into(),
                path,
                query,
                headers: [("host".to_owned(), b"localhost:9229".to_vec())]
                    .into_iter()
                    .chain(headers)
                    .collect(),
                body,
            }
        },
    )
}

fn signer() -> impl Strategy<Value = Signer> {
    (
        "[A-Za-z0-9/+]{1,60}",
        "[a-z]{2}-[a-z]{1,9}-[1-9]",
        0..4_102_444_800_i64,
        prop::option::of("[A-Za-z0-9/+=]{1,60}"),
        prop::option::of(1..=604_800_u64),
        any::<bool>(),
    )
        .prop_map(|(secret, region, at, token, presign, hash_header)| Signer {
            secret,
            region,
            at,
            token,
            presign,
            hash_header,
            ..Signer::default()
        })
}

/// One thing about a signed request, altered.
fn alterations(request: &Request, at: usize) -> Vec<Request> {
    let mut altered = vec![
        Request { method: format!("{}X", request.method), ..request.clone() },
        Request { path: format!("{}x", request.path), ..request.clone() },
        Request { query: format!("{}&x=", request.query), ..request.clone() },
        Request { body: [&request.body[..], b"\0"].concat(), ..request.clone() },
        request.clone().with("x-amz-new", "1"),
    ];
    if !request.body.is_empty() {
        let mut other = request.clone();
        let i = at % other.body.len();
        other.body[i] ^= 1;
        altered.push(other);
    }
    for i in 0..request.headers.len() {
        let mut other = request.clone();
        other.headers[i].1.push(b'0');
        altered.push(other);
        let mut other = request.clone();
        other.headers.remove(i);
        altered.push(other);
    }
    altered
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_aws_sdk_for_rust(request in request(), signer in signer(), at: usize) {
        let signed = signer.sign(request);
        let verify = |request: &Request| request.verify_as(&signer.secret, &signer.service, signer.at);
        prop_assert_eq!(verify(&signed), Ok(()));
        let parsed = signed.parse().unwrap();
        prop_assert_eq!(parsed.session_token(), signer.token.as_deref());
        prop_assert_eq!(parsed.signed.expires.map(u64::from), signer.presign);
        for altered in alterations(&signed, at) {
            prop_assert!(verify(&altered).is_err(), "{:?}", altered);
        }
        let other = format!("{}x", signer.secret);
        prop_assert!(signed.verify_as(&other, &signer.service, signer.at).is_err());
    }

    #[test]
    fn nothing_makes_it_panic(
        method: String, path: String, query: String, name: String, value: Vec<u8>,
        authorization in "(AWS4-HMAC-SHA256 )?(Credential=[a-z0-9/%é]{0,30},? ?|SignedHeaders=[a-z;]*,? ?|Signature=[0-9a-f]*,? ?|.*){0,4}",
        date in "[0-9T]{0,16}Z?|.*", now: i64, body: Vec<u8>,
    ) {
        let request = Request {
            method, path, query, body,
            headers: vec![(name, value), ("authorization".into(), authorization.into()), ("x-amz-date".into(), date.into())],
        };
        prop_assert!(request.verify_as("", "", now).is_err());
    }
}
