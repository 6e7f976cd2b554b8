//! Sign-in on a remembered device: DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER after the password.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use serde_json::{Value, json};
use testkit::Reply;

use super::{DEVICE_PASSWORD, House, NOBODYS, NOT_FOUND, PASSWORD, SignedIn, claims};

const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");
const INVALID_SESSION: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

/// USER_PASSWORD_AUTH naming a device.
async fn by_password(house: &House, user: &str, password: &str, key: &str) -> Reply {
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": house.client,
        "AuthParameters": { "USERNAME": user, "PASSWORD": password, "DEVICE_KEY": key },
    });
    house.server.call_unsigned("InitiateAuth", input).await
}

/// The challenge after a right password.
async fn asked(house: &House, of: &SignedIn) -> Value {
    let challenge = by_password(house, "alice", PASSWORD, &of.key).await.ok();
    assert_eq!(challenge["ChallengeName"], "DEVICE_SRP_AUTH");
    challenge
}

/// Answers DEVICE_SRP_AUTH in this Session, or in none.
async fn half(house: &House, session: &Value, key: &str, a: &str) -> Reply {
    let challenge = json!({ "ChallengeName": "DEVICE_SRP_AUTH", "Session": session });
    let responses = json!({ "USERNAME": "alice", "DEVICE_KEY": key, "SRP_A": a });
    house.server.respond(&house.client, &challenge, responses).await
}

fn answer(house: &House, of: &SignedIn, attempt: &Attempt, challenge: &Value, secret: &str) -> Value {
    house.server.device_answer(&of.group, attempt, &challenge["ChallengeParameters"], secret)
}

#[tokio::test]
async fn a_device_that_is_not_the_users_is_refused_before_the_password_is_looked_at() {
    let house = House::new().await;
    let (_, bob) = (house.confirmed("alice").await, house.confirmed("bob").await);
    for key in [NOBODYS, &bob.key] {
        for (user, password) in [("alice", PASSWORD), ("alice", "Wrong-Horse 7!")] {
            by_password(&house, user, password, key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        }
    }
}

/// Clients answer the same challenge again without a device that is gone.
#[tokio::test]
async fn a_device_that_is_gone_does_not_use_the_challenge_up() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let bob = house.confirmed("bob").await;
    let (attempt, challenge) = house.server.begin_srp(&house.client, "alice").await;
    let plain = house.server.srp_answer(&house.pool, &attempt, &challenge, PASSWORD);
    for key in [NOBODYS, &bob.key] {
        let mut named = plain.clone();
        named["DEVICE_KEY"] = key.into();
        house.server.respond(&house.client, &challenge, named).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    }
    let mut again = plain.clone();
    again["DEVICE_KEY"] = Value::Null;
    let granted = house.server.respond(&house.client, &challenge, again).await.ok();
    let metadata = &granted["AuthenticationResult"]["NewDeviceMetadata"];
    assert!(metadata["DeviceKey"].is_string() && metadata["DeviceKey"] != alice.key.as_str());
    house.server.respond(&house.client, &challenge, plain).await.refused_as("NotAuthorizedException");
}

#[tokio::test]
async fn the_devices_secret_without_the_password_gives_no_tokens() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    by_password(&house, "alice", "Wrong-Horse 7!", &alice.key).await.refused(WRONG.0, WRONG.1);
    let attempt = Attempt::new(&SystemRandom).unwrap();
    let a = attempt.public_hex();
    half(&house, &Value::Null, &alice.key, &a).await.refused(INVALID_SESSION.0, INVALID_SESSION.1);
    // Nor while its user signs in elsewhere, by SRP, which leaves a Session waiting for the client that did.
    let owner = Attempt::new(&SystemRandom).unwrap();
    by_srp(&house, &owner, &alice.key).await;
    half(&house, &Value::Null, &alice.key, &a).await.refused(INVALID_SESSION.0, INVALID_SESSION.1);
    // Whoever saw the owner's SRP_A gets a challenge, and cannot answer it.
    let challenge = half(&house, &Value::Null, &alice.key, &owner.public_hex()).await.ok();
    let answer = answer(&house, &alice, &attempt, &challenge, DEVICE_PASSWORD);
    house.server.respond(&house.client, &challenge, answer).await.refused(WRONG.0, WRONG.1);
}

/// USER_SRP_AUTH naming a device, up to DEVICE_SRP_AUTH.
async fn by_srp(house: &House, attempt: &Attempt, key: &str) -> Value {
    let input = json!({
        "AuthFlow": "USER_SRP_AUTH", "ClientId": house.client,
        "AuthParameters": { "USERNAME": "alice", "SRP_A": attempt.public_hex(), "DEVICE_KEY": key },
    });
    let challenge = house.server.call_unsigned("InitiateAuth", input).await.ok();
    let answer = house.server.srp_answer(&house.pool, attempt, &challenge, PASSWORD);
    let next = house.server.respond(&house.client, &challenge, answer).await.ok();
    assert_eq!(next["ChallengeName"], "DEVICE_SRP_AUTH");
    next
}

#[tokio::test]
async fn no_step_of_a_device_is_skipped_or_repeated() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let second = house.confirmed("alice").await;
    let first = asked(&house, &alice).await;
    let attempt = Attempt::new(&SystemRandom).unwrap();
    let a = attempt.public_hex();
    for key in [NOBODYS, &second.key] {
        half(&house, &first["Session"], key, &a).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    }
    let challenge = half(&house, &first["Session"], &alice.key, &a).await.ok();
    assert_eq!(challenge["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    half(&house, &first["Session"], &alice.key, &a).await.refused_as("NotAuthorizedException");
    half(&house, &challenge["Session"], &alice.key, &a).await.refused_as("NotAuthorizedException");
    let right = answer(&house, &alice, &attempt, &challenge, DEVICE_PASSWORD);
    let mut foreign = challenge.clone();
    foreign["Session"] = asked(&house, &alice).await["Session"].clone();
    house
        .server
        .respond(&house.client, &foreign, right.clone())
        .await
        .refused(INVALID_SESSION.0, INVALID_SESSION.1);
    house.server.respond(&house.client, &challenge, right.clone()).await.ok();
    house.server.respond(&house.client, &challenge, right).await.refused_as("NotAuthorizedException");
}

#[tokio::test]
async fn a_remembered_device_signs_in_with_and_without_sessions() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    house.server.clock.advance(std::time::Duration::from_secs(20));
    for sends_session in [true, false] {
        let attempt = Attempt::new(&SystemRandom).unwrap();
        let first = by_srp(&house, &attempt, &alice.key).await;
        let kept = |challenge: &Value| if sends_session { challenge["Session"].clone() } else { Value::Null };
        let mut challenge = half(&house, &kept(&first), &alice.key, &attempt.public_hex()).await.ok();
        challenge["Session"] = kept(&challenge);
        let right = answer(&house, &alice, &attempt, &challenge, DEVICE_PASSWORD);
        let granted = house.server.respond(&house.client, &challenge, right).await.ok();
        let tokens = &granted["AuthenticationResult"];
        assert!(tokens.get("NewDeviceMetadata").is_none());
        assert_eq!(claims(&tokens["AccessToken"])["device_key"], alice.key.as_str());
    }
    let shown = house.by_user("GetDevice", &alice, &alice.key).await.ok();
    assert_eq!(shown["Device"]["DeviceLastAuthenticatedDate"], 1_795_521_620);
}
