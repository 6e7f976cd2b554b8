//! CompleteWebAuthnRegistration: responses that do not hold.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use testkit::authenticator::{Answer, EDDSA, ES256, SoftPasskey, USER_VERIFIED, attestation_object};

use super::{House, ORIGIN};

const ORIGIN_NOT_ALLOWED: &str = "WebAuthnOriginNotAllowedException";
const MALFORMED: (&str, &str) = ("InvalidParameterException", "Invalid credential.");

/// The base point of P-384 (FIPS 186-5).
const P384_X: [u8; 48] = [
    170, 135, 202, 34, 190, 139, 5, 55, 142, 177, 199, 30, 243, 32, 173, 116, 110, 29, 59, 98, 139, 167, 155,
    152, 89, 247, 65, 224, 130, 84, 42, 56, 85, 2, 242, 93, 191, 85, 41, 108, 58, 84, 94, 56, 114, 118, 10,
    183,
];
const P384_Y: [u8; 48] = [
    54, 23, 222, 74, 150, 38, 44, 111, 93, 158, 152, 191, 146, 146, 220, 41, 248, 244, 29, 189, 40, 154, 20,
    124, 233, 218, 49, 19, 181, 240, 184, 192, 10, 96, 177, 206, 29, 126, 129, 157, 122, 67, 29, 124, 144,
    234, 14, 95,
];

/// Registers what `bend` makes of a right answer; the refusal.
async fn refuse(house: &House, kind: &str, bend: impl FnOnce(&mut Answer)) {
    let mut answer = Answer::to_creation(&house.start().await, ORIGIN);
    bend(&mut answer);
    house.complete(SoftPasskey::new().register(&answer)).await.refused_as(kind);
    assert!(house.list().await.is_empty());
}

#[tokio::test]
async fn a_response_from_elsewhere_is_refused() {
    let house = House::new().await;
    for origin in [
        "https://evil.example",
        "https://evilexample.com",
        "https://example.com.evil.org",
        "http://login.example.com",
        "http://localhost:3000",
        "https://login.example.com/",
        "null",
    ] {
        refuse(&house, ORIGIN_NOT_ALLOWED, |answer| answer.origin = origin.into()).await;
    }
    refuse(&house, ORIGIN_NOT_ALLOWED, |answer| answer.cross_origin = Some(true)).await;
    let mismatch = "WebAuthnRelyingPartyMismatchException";
    for rp_id in ["login.example.com", "com", "evil.example", ""] {
        refuse(&house, mismatch, |answer| answer.rp_id = rp_id.into()).await;
    }
    // The pool changed its relying party in between.
    let answer = Answer::to_creation(&house.start().await, "https://example.org");
    house.server.set_web_authn(&house.pool, json!({ "RelyingPartyId": "example.org" })).await;
    house.complete(SoftPasskey::new().register(&answer)).await.refused_as(mismatch);
    // And has none any more.
    house.server.set_web_authn(&house.pool, json!({})).await;
    house.complete(SoftPasskey::new().register(&answer)).await.refused_as(mismatch);
}

#[tokio::test]
async fn a_response_to_something_else_is_refused() {
    let house = House::new().await;
    refuse(&house, MALFORMED.0, |answer| answer.kind = "webauthn.get").await;
    refuse(&house, MALFORMED.0, |answer| answer.flags = USER_VERIFIED).await;
    for challenge in ["", "AAAA"] {
        refuse(&house, "WebAuthnChallengeNotFoundException", |answer| answer.challenge = challenge.into())
            .await;
    }
}

#[tokio::test]
async fn keys_and_attestations_that_are_not_supported_are_refused() {
    let house = House::new().await;
    let unsupported = "WebAuthnCredentialNotSupportedException";
    // ES256K, EdDSA, ES384 in their one-byte forms: none fits an EC2 key on P-256, or was asked for.
    for algorithm in [EDDSA, -1, -24] {
        let mut answer = Answer::to_creation(&house.start().await, ORIGIN);
        answer.algorithm = algorithm;
        let reply = house.complete(SoftPasskey::new().register(&answer)).await;
        assert_eq!((reply.status, reply.body["__type"].as_str()), (400, Some(unsupported)), "{algorithm}");
    }
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let passkey = SoftPasskey::new();
    let data = passkey.attested_data(&answer);
    for format in ["android-safetynet", "compound", "x"] {
        let object = attestation_object(format, &data);
        house.complete(passkey.registration_of(&answer, &object)).await.refused_as(unsupported);
    }
    // A point that is not on the curve.
    let mut off = data.clone();
    *off.last_mut().unwrap() ^= 1;
    let object = attestation_object("none", &off);
    house.complete(passkey.registration_of(&answer, &object)).await.refused_as(unsupported);
    // ES256 over P-384.
    let key = data.len() - 77;
    let mut wide = data[..key].to_vec();
    wide.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x02, 0x21, 0x58, 0x30]);
    wide.extend(P384_X);
    wide.extend([0x22, 0x58, 0x30]);
    wide.extend(P384_Y);
    let object = attestation_object("none", &wide);
    house.complete(passkey.registration_of(&answer, &object)).await.refused_as(unsupported);
    assert_eq!(answer.algorithm, ES256);
    house.complete(passkey.register(&answer)).await.ok();
}

#[tokio::test]
async fn malformed_responses_are_refused() {
    let house = House::new().await;
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let passkey = SoftPasskey::new();
    let good = passkey.register(&answer);
    let with = |pointer: &str, value: Value| {
        let mut bent = good.clone();
        *bent.pointer_mut(pointer).unwrap() = value;
        bent
    };
    let text = |bytes: &[u8]| Value::from(BASE64URL_NOPAD.encode(bytes));
    let other = SoftPasskey::new();
    let mut renamed = good.clone();
    renamed["id"] = other.name().into();
    renamed["rawId"] = other.name().into();
    let mut twice = br#"{"type":"webauthn.create","challenge":""#.to_vec();
    twice.extend(answer.challenge.as_bytes());
    twice.extend(br#"","origin":"https://evil.example","origin":"https://login.example.com"}"#);
    // Right up to the flag that no credential follows.
    let mut keyless = passkey.attested_data(&answer)[..37].to_vec();
    keyless[32] &= !0x40;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bent = [
        json!({}),
        json!([]),
        json!("text"),
        json!(null),
        with("/id", "".into()),
        with("/id", "!".into()),
        with("/id", other.name().into()),
        with("/rawId", other.name().into()),
        with("/rawId", format!("{}=", passkey.name()).into()),
        renamed,
        with("/type", "password".into()),
        with("/response", json!({})),
        with("/response/clientDataJSON", "".into()),
        with("/response/clientDataJSON", "%%%".into()),
        with("/response/clientDataJSON", text(b"not json")),
        with("/response/clientDataJSON", text(deep.as_bytes())),
        with("/response/clientDataJSON", text(&twice)),
        with("/response/attestationObject", "".into()),
        with("/response/attestationObject", "%%%".into()),
        with("/response/attestationObject", text(b"\xff\xff")),
        with("/response/attestationObject", text(&[0x81; 10_000])),
        // Promises 2^63 bytes.
        with("/response/attestationObject", text(b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff")),
        with("/response/attestationObject", text(&attestation_object("none", b""))),
        with("/response/attestationObject", text(&attestation_object("none", &keyless))),
    ];
    for credential in bent {
        let reply = house.complete(credential.clone()).await;
        assert_eq!(
            (reply.status, reply.body["__type"].as_str()),
            (400, Some(MALFORMED.0)),
            "{credential}: {}",
            reply.body
        );
    }
    let data = passkey.attested_data(&answer);
    for length in 0..data.len() {
        let object = attestation_object("none", &data[..length]);
        house.complete(passkey.registration_of(&answer, &object)).await.refused_as(MALFORMED.0);
    }
    assert!(house.list().await.is_empty());
    house.complete(good).await.ok();
}
