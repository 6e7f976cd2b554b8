//! The WEB_AUTHN challenge: what is proved by an answer, and everything that is not.

use std::time::Duration;

use domain::ids::{ClientId, PoolId, UserId};
use domain::{Error, User};
use flows::cx::{Caller, ClientCx, PoolCx};
use flows::passkeys::{self, Assertion};
use serde_json::{Value, json};
use testkit::authenticator::{Answer, SoftPasskey, USER_PRESENT, USER_VERIFIED};

use super::{House, ORIGIN, PASSWORD};

type Verified = Result<Assertion, Error>;

impl House {
    async fn cx(&self, client: &str) -> ClientCx {
        let services = self.server.services.clone();
        let live = services.directory.by_id(&services.db, &PoolId::new(self.pool.as_str())).await;
        let live = live.unwrap().unwrap();
        let caller = Caller { ip: [127, 0, 0, 1].into(), user_agent: None, request_id: "test".into() };
        PoolCx { services, caller, live }.with_client(&ClientId::new(client)).await.unwrap()
    }

    async fn user(&self, id: &str) -> User {
        let cx = self.cx(&self.client).await;
        storage::users::find(cx.db(), cx.pool_ref(), &UserId::new(id)).await.unwrap().unwrap()
    }

    /// Options and state of a challenge for alice.
    async fn challenge(&self) -> (Value, String) {
        let cx = self.cx(&self.client).await;
        let alice = self.user(&self.alice).await;
        let (options, state) = passkeys::assertion_options(&cx, &alice).await.unwrap().unwrap();
        (serde_json::from_str(&options).unwrap(), state)
    }

    async fn verify(&self, state: &str, credential: &Value) -> Verified {
        let cx = self.cx(&self.client).await;
        let alice = self.user(&self.alice).await;
        passkeys::verify_assertion(&cx, &alice, state, &credential.to_string()).await
    }

    /// What verifying and applying gives: a whole sign-in's worth of checks.
    async fn prove(&self, state: &str, credential: &Value) -> Result<(), Error> {
        let verified = self.verify(state, credential).await?;
        let cx = self.cx(&self.client).await;
        cx.db().apply(verified.statements, passkeys::refusal).await
    }

    /// Answers a new challenge as `bend` says.
    async fn answer(&self, passkey: &SoftPasskey, bend: impl FnOnce(&mut Answer)) -> Result<(), Error> {
        let (options, state) = self.challenge().await;
        let mut answer = Answer::to_request(&options, ORIGIN);
        bend(&mut answer);
        self.prove(&state, &passkey.assert(&answer)).await
    }
}

#[track_caller]
fn incorrect(outcome: Result<(), Error>) {
    assert_eq!(outcome, Err(Error::IncorrectUsernameOrPassword));
}

#[tokio::test]
async fn the_options_name_what_the_user_has_for_the_relying_party() {
    let house = House::new().await;
    let cx = house.cx(&house.client).await;
    let alice = house.user(&house.alice).await;
    assert!(passkeys::assertion_options(&cx, &alice).await.unwrap().is_none());
    assert!(!passkeys::is_available(&cx, &alice).await.unwrap());
    let passkey = house.register().await;
    assert!(passkeys::is_available(&cx, &alice).await.unwrap());
    let (options, state) = house.challenge().await;
    let expected = json!({
        "challenge": options["challenge"],
        "timeout": 180_000,
        "rpId": "example.com",
        "allowCredentials": [
            { "type": "public-key", "id": passkey.name(), "transports": ["internal", "hybrid"] }
        ],
        "userVerification": "preferred",
    });
    assert_eq!(options, expected);
    assert!(state.len() < 800, "it must fit into a Session: {}", state.len());
    let required = json!({ "RelyingPartyId": "example.com", "UserVerification": "required" });
    house.server.set_web_authn(&house.pool, required).await;
    assert_eq!(house.challenge().await.0["userVerification"], "required");
    // A relying party it was not made for, or none.
    for configuration in [json!({ "RelyingPartyId": "example.org" }), json!({})] {
        house.server.set_web_authn(&house.pool, configuration).await;
        let cx = house.cx(&house.client).await;
        assert!(passkeys::assertion_options(&cx, &alice).await.unwrap().is_none());
        assert!(!passkeys::is_available(&cx, &alice).await.unwrap());
    }
    // Not among the pool's factors any more.
    house.server.set_web_authn(&house.pool, json!({ "RelyingPartyId": "example.com" })).await;
    let (options, state) = house.challenge().await;
    house.server.call("UpdateUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    let cx = house.cx(&house.client).await;
    assert!(passkeys::assertion_options(&cx, &alice).await.unwrap().is_none());
    assert!(!passkeys::is_available(&cx, &alice).await.unwrap());
    incorrect(house.prove(&state, &passkey.assert(&Answer::to_request(&options, ORIGIN))).await);
}

#[tokio::test]
async fn a_right_answer_proves_the_passkey() {
    let house = House::new().await;
    let passkey = house.register().await;
    let (options, state) = house.challenge().await;
    let mut answer = Answer::to_request(&options, ORIGIN);
    answer.user_handle = Some(house.alice.clone());
    let proved = house.verify(&state, &passkey.assert(&answer)).await.unwrap();
    assert!(proved.user_verified);
    answer.flags = USER_PRESENT;
    answer.cross_origin = None;
    answer.user_handle = None;
    answer.origin = "https://example.com:8443".into();
    assert!(!house.verify(&state, &passkey.assert(&answer)).await.unwrap().user_verified);
    // Browsers leave out what they have not got.
    let mut credential = passkey.assert(&answer);
    credential["response"].as_object_mut().unwrap().remove("userHandle");
    credential.as_object_mut().unwrap().remove("authenticatorAttachment");
    credential.as_object_mut().unwrap().remove("clientExtensionResults");
    house.prove(&state, &credential).await.unwrap();
}

#[tokio::test]
async fn rsa_passkeys_work_too() {
    let house = House::new().await;
    let passkey = SoftPasskey::rsa();
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    house.complete(passkey.register(&answer)).await.ok();
    house.answer(&passkey, |_| {}).await.unwrap();
    let mut impostor = SoftPasskey::rsa();
    impostor.id = passkey.id.clone();
    incorrect(house.answer(&impostor, |_| {}).await);
    let mut impostor = SoftPasskey::new();
    impostor.id = passkey.id.clone();
    incorrect(house.answer(&impostor, |_| {}).await);
}

#[tokio::test]
async fn a_counter_only_goes_up() {
    let house = House::new().await;
    let passkey = house.register().await;
    house.answer(&passkey, |answer| answer.counter = 5).await.unwrap();
    for counter in [5, 4, 1, 0] {
        incorrect(house.answer(&passkey, |answer| answer.counter = counter).await);
    }
    house.answer(&passkey, |answer| answer.counter = 6).await.unwrap();
    incorrect(house.answer(&passkey, |answer| answer.counter = 6).await);
    house.answer(&passkey, |answer| answer.counter = u32::MAX).await.unwrap();
    incorrect(house.answer(&passkey, |answer| answer.counter = 7).await);
    // It counts from what it said at registration.
    let counted = SoftPasskey::new();
    let mut answer = Answer::to_creation(&house.start().await, ORIGIN);
    answer.counter = 100;
    house.complete(counted.register(&answer)).await.ok();
    incorrect(house.answer(&counted, |answer| answer.counter = 100).await);
    incorrect(house.answer(&counted, |answer| answer.counter = 0).await);
    house.answer(&counted, |answer| answer.counter = 101).await.unwrap();
}

#[tokio::test]
async fn a_counter_is_used_once_even_at_the_same_moment() {
    let house = House::new().await;
    let passkey = house.register().await;
    let mut proved = Vec::new();
    for counter in [3, 3, 2] {
        let (options, state) = house.challenge().await;
        let mut answer = Answer::to_request(&options, ORIGIN);
        answer.counter = counter;
        // Each is right as things stand.
        proved.push(house.verify(&state, &passkey.assert(&answer)).await.unwrap());
    }
    let cx = house.cx(&house.client).await;
    let mut outcomes = Vec::new();
    for assertion in proved {
        outcomes.push(cx.db().apply(assertion.statements, passkeys::refusal).await);
    }
    let refused = Err(Error::IncorrectUsernameOrPassword);
    assert_eq!(outcomes, [Ok(()), refused.clone(), refused]);
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_in_time() {
    let house = House::new().await;
    let passkey = house.register().await;
    let (options, state) = house.challenge().await;
    let credential = passkey.assert(&Answer::to_request(&options, ORIGIN));
    house.prove(&state, &credential).await.unwrap();
    assert_eq!(house.prove(&state, &credential).await, Err(Error::SessionAlreadyUsed));
    // An answer to an earlier challenge is none to a later one.
    let (_, later) = house.challenge().await;
    incorrect(house.prove(&later, &credential).await);
    house.server.clock.advance(Duration::from_secs(179));
    house.verify(&later, &credential).await.unwrap_err();
    let (options, state) = house.challenge().await;
    let credential = passkey.assert(&Answer::to_request(&options, ORIGIN));
    house.server.clock.advance(Duration::from_secs(180));
    assert_eq!(house.prove(&state, &credential).await, Err(Error::SessionExpired));
}

#[tokio::test]
async fn a_state_is_of_one_pool_client_and_user() {
    let house = House::new().await;
    let passkey = house.register().await;
    let (options, state) = house.challenge().await;
    let credential = passkey.assert(&Answer::to_request(&options, ORIGIN)).to_string();
    let alice = house.user(&house.alice).await;
    let other = house.cx(&house.server.client(&house.pool, json!({})).await).await;
    let outcome = passkeys::verify_assertion(&other, &alice, &state, &credential).await;
    assert_eq!(outcome.unwrap_err(), Error::InvalidSession);
    let bob = house.server.user(&house.pool, "bob", PASSWORD).await;
    let cx = house.cx(&house.client).await;
    let outcome = passkeys::verify_assertion(&cx, &house.user(&bob).await, &state, &credential).await;
    assert_eq!(outcome.unwrap_err(), Error::InvalidSession);
    let elsewhere = House::on(house.server.clone()).await;
    let foreign = elsewhere.cx(&elsewhere.client).await;
    let outcome = passkeys::verify_assertion(&foreign, &alice, &state, &credential).await;
    assert_eq!(outcome.unwrap_err(), Error::InvalidSession);
    for bad in ["", "x", &state[1..], &format!("{state}A")] {
        let outcome = passkeys::verify_assertion(&cx, &alice, bad, &credential).await;
        assert_eq!(outcome.unwrap_err(), Error::InvalidSession);
    }
    passkeys::verify_assertion(&cx, &alice, &state, &credential).await.unwrap();
}

#[tokio::test]
async fn a_foreign_passkey_proves_nothing() {
    let house = House::new().await;
    let own = house.register().await;
    incorrect(house.answer(&SoftPasskey::new(), |_| {}).await);
    // Bob's, in the same pool.
    let bob = house.server.user(&house.pool, "bob", PASSWORD).await;
    let token = house.token_of("bob").await;
    let options = house.by(&token, "StartWebAuthnRegistration", json!({})).await.ok();
    let bobs = SoftPasskey::new();
    let credential = bobs.register(&Answer::to_creation(&options["CredentialCreationOptions"], ORIGIN));
    house.by(&token, "CompleteWebAuthnRegistration", json!({ "Credential": credential })).await.ok();
    incorrect(house.answer(&bobs, |_| {}).await);
    // Of a user of another pool, for the same relying party.
    let elsewhere = House::on(house.server.clone()).await;
    incorrect(house.answer(&elsewhere.register().await, |_| {}).await);
    // Another key under alice's credential id.
    let mut impostor = SoftPasskey::new();
    impostor.id = own.id.clone();
    incorrect(house.answer(&impostor, |_| {}).await);
    // Her own, that says it is bob's.
    incorrect(house.answer(&own, |answer| answer.user_handle = Some(bob)).await);
    incorrect(house.answer(&own, |answer| answer.user_handle = Some(String::new())).await);
    house.answer(&own, |answer| answer.user_handle = Some(house.alice.clone())).await.unwrap();
}

#[tokio::test]
async fn a_deleted_passkey_proves_nothing() {
    let house = House::new().await;
    let passkey = house.register().await;
    house.register().await;
    let (options, state) = house.challenge().await;
    let credential = passkey.assert(&Answer::to_request(&options, ORIGIN));
    let proved = house.verify(&state, &credential).await.unwrap();
    let before = house.user(&house.alice).await.credential_version;
    house.own("DeleteWebAuthnCredential", json!({ "CredentialId": passkey.name() })).await.ok();
    assert_eq!(house.user(&house.alice).await.credential_version, before + 1);
    incorrect(house.prove(&state, &credential).await);
    // Nor does what was proved a moment before its deletion.
    let cx = house.cx(&house.client).await;
    incorrect(cx.db().apply(proved.statements, passkeys::refusal).await);
}

#[tokio::test]
async fn an_answer_from_elsewhere_is_refused() {
    let house = House::new().await;
    let passkey = house.register().await;
    for origin in [
        "https://evil.example",
        "https://evilexample.com",
        "http://login.example.com",
        "https://example.com.evil.org",
        "http://localhost:3000",
        "null",
    ] {
        incorrect(house.answer(&passkey, |answer| answer.origin = origin.into()).await);
    }
    incorrect(house.answer(&passkey, |answer| answer.cross_origin = Some(true)).await);
    for rp_id in ["login.example.com", "com", "evil.example"] {
        incorrect(house.answer(&passkey, |answer| answer.rp_id = rp_id.into()).await);
    }
    incorrect(house.answer(&passkey, |answer| answer.kind = "webauthn.create").await);
    incorrect(house.answer(&passkey, |answer| answer.challenge = "AAAA".into()).await);
    house.answer(&passkey, |_| {}).await.unwrap();
}

#[tokio::test]
async fn the_user_must_be_there_and_verified_where_the_pool_demands_it() {
    let house = House::new().await;
    let passkey = house.register().await;
    incorrect(house.answer(&passkey, |answer| answer.flags = 0).await);
    incorrect(house.answer(&passkey, |answer| answer.flags = USER_VERIFIED).await);
    house.answer(&passkey, |answer| answer.flags = USER_PRESENT).await.unwrap();
    let (options, state) = house.challenge().await;
    let mut answer = Answer::to_request(&options, ORIGIN);
    answer.flags = USER_PRESENT;
    let early = passkey.assert(&answer);
    let multi = json!({ "RelyingPartyId": "example.com", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    for configuration in [json!({ "RelyingPartyId": "example.com", "UserVerification": "required" }), multi] {
        house.server.set_web_authn(&house.pool, configuration).await;
        incorrect(house.answer(&passkey, |answer| answer.flags = USER_PRESENT).await);
        // The challenge was from before the pool demanded it.
        incorrect(house.prove(&state, &early).await);
        house.answer(&passkey, |_| {}).await.unwrap();
    }
}

#[tokio::test]
async fn anything_altered_after_signing_is_refused() {
    let house = House::new().await;
    let passkey = house.register().await;
    let (options, state) = house.challenge().await;
    let good = passkey.assert(&Answer::to_request(&options, ORIGIN));
    for member in ["clientDataJSON", "authenticatorData", "signature"] {
        let signed = good["response"][member].as_str().unwrap();
        let mut bytes = data_encoding::BASE64URL_NOPAD.decode(signed.as_bytes()).unwrap();
        let with = |bytes: &[u8]| {
            let mut bent = good.clone();
            bent["response"][member] = data_encoding::BASE64URL_NOPAD.encode(bytes).into();
            bent
        };
        for i in 0..bytes.len() {
            bytes[i] ^= 1;
            incorrect(house.prove(&state, &with(&bytes)).await);
            bytes[i] ^= 1;
        }
        for bent in [&bytes[..bytes.len() - 1], &[bytes.as_slice(), b" "].concat(), &bytes[..0]] {
            incorrect(house.prove(&state, &with(bent)).await);
        }
    }
    let mut bent = vec![json!({}), json!([]), json!("x"), json!(null)];
    for (pointer, value) in [
        ("/id", json!("AAAA")),
        ("/rawId", json!("AAAA")),
        ("/type", json!("password")),
        ("/response/signature", json!("%")),
        ("/response/signature", json!(null)),
        ("/response/authenticatorData", json!("%")),
        ("/response/clientDataJSON", json!("%")),
        ("/response", json!({})),
    ] {
        let mut one = good.clone();
        *one.pointer_mut(pointer).unwrap() = value;
        bent.push(one);
    }
    for credential in bent {
        incorrect(house.prove(&state, &credential).await);
    }
    let cx = house.cx(&house.client).await;
    let alice = house.user(&house.alice).await;
    for text in ["", "{", "not json"] {
        let outcome = passkeys::verify_assertion(&cx, &alice, &state, text).await;
        assert_eq!(outcome.unwrap_err(), Error::IncorrectUsernameOrPassword);
    }
    house.prove(&state, &good).await.unwrap();
}
