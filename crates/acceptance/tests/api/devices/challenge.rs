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
    let other = asked(&house, &alice).await;
    let later = half(&house, &other["Session"], &alice.key, &a).await.ok();
    for session in [&other["Session"], &later["Session"]] {
        foreign["Session"] = session.clone();
        let reply = house.server.respond(&house.client, &foreign, right.clone()).await;
        reply.refused(INVALID_SESSION.0, INVALID_SESSION.1);
    }
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

/// Whoever has the device's secret and a Session that stands before the password has nothing.
#[tokio::test]
async fn a_session_that_proves_no_password_leads_to_no_device() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH"] });
    let client = house.server.client(&house.pool, flows).await;
    let attempt = Attempt::new(&SystemRandom).unwrap();
    let a = attempt.public_hex();
    let begin = json!({ "USERNAME": "alice", "DEVICE_KEY": alice.key });
    let choice = house.server.choose(&client, begin).await.ok();
    let mut sessions = vec![choice.clone()];
    for factor in ["PASSWORD", "PASSWORD_SRP"] {
        let answer = json!({ "USERNAME": "alice", "ANSWER": factor });
        sessions.push(house.server.respond(&client, &choice, answer).await.ok());
    }
    let srp = json!({
        "AuthFlow": "USER_SRP_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": "alice", "SRP_A": a, "DEVICE_KEY": alice.key },
    });
    let password = house.server.call_unsigned("InitiateAuth", srp).await.ok();
    sessions.push(password.clone());
    for asked in &sessions {
        let challenge = json!({ "ChallengeName": "DEVICE_SRP_AUTH", "Session": asked["Session"] });
        let responses = json!({ "USERNAME": "alice", "DEVICE_KEY": alice.key, "SRP_A": a });
        let reply = house.server.respond(&client, &challenge, responses).await;
        reply.refused(INVALID_SESSION.0, INVALID_SESSION.1);
    }
    // With the password, the device that was named first is asked for.
    let right = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let next = house.server.respond(&client, &sessions[1], right).await.ok();
    assert_eq!(next["ChallengeName"], "DEVICE_SRP_AUTH");
    // The secret block of a password is no device's, though its Session and SRP_A are right.
    let mut parameters = password["ChallengeParameters"].clone();
    parameters["DEVICE_KEY"] = alice.key.as_str().into();
    let responses = house.server.device_answer(&alice.group, &attempt, &parameters, DEVICE_PASSWORD);
    for session in [password["Session"].clone(), Value::Null] {
        let challenge = json!({ "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": session });
        let reply = house.server.respond(&client, &challenge, responses.clone()).await;
        reply.refused_as("NotAuthorizedException");
    }
}

/// Neither step of a device outlives what its attempt was begun under, with a Session or without.
#[tokio::test]
async fn no_step_of_a_device_outlives_a_change() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    let with = |members: Value| {
        let mut input = named.clone();
        for (name, value) in members.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    };
    let forgotten = json!({ "DeviceRememberedStatus": "not_remembered", "DeviceKey": alice.key });
    let password = json!({ "Password": PASSWORD, "Permanent": true });
    let endings = [
        vec![("AdminDisableUser", named.clone()), ("AdminEnableUser", named.clone())],
        vec![("AdminSetUserPassword", with(password.clone()))],
        vec![("AdminUserGlobalSignOut", named.clone())],
        vec![("AdminSetUserMFAPreference", named.clone())],
        vec![("AdminForgetDevice", with(json!({ "DeviceKey": alice.key })))],
        vec![("AdminUpdateDeviceStatus", with(forgotten))],
        vec![
            ("AdminDeleteUser", named.clone()),
            ("AdminCreateUser", with(json!({ "MessageAction": "SUPPRESS" }))),
            ("AdminSetUserPassword", with(password)),
        ],
    ];
    let attempt = Attempt::new(&SystemRandom).unwrap();
    let a = attempt.public_hex();
    let first = by_srp(&house, &attempt, &alice.key).await;
    let before = house.server.snapshot().await;
    let challenge = half(&house, &first["Session"], &alice.key, &a).await.ok();
    let after = house.server.snapshot().await;
    let right = answer(&house, &alice, &attempt, &challenge, DEVICE_PASSWORD);
    for ending in endings {
        for stage in [&before, &after] {
            house.server.restore(stage).await;
            for (operation, input) in &ending {
                house.server.call(operation, input.clone()).await.ok();
            }
            for session in [true, false] {
                let kept = |of: &Value| if session { of["Session"].clone() } else { Value::Null };
                let reply = if stage == &before {
                    half(&house, &kept(&first), &alice.key, &a).await
                } else {
                    let asked =
                        json!({ "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": kept(&challenge) });
                    house.server.respond(&house.client, &asked, right.clone()).await
                };
                assert_eq!(reply.status, 400, "{ending:?} {}", reply.body);
            }
        }
    }
    house.server.restore(&after).await;
    house.server.respond(&house.client, &challenge, right).await.ok();
}

/// A code is no password: the device beside it is not asked for, and the tokens do not speak of it.
#[tokio::test]
async fn a_device_that_was_not_proved_is_in_no_token() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let change = json!({
        "UserPoolId": house.pool, "Policies": policies,
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false },
    });
    house.server.call("UpdateUserPool", change).await.ok();
    let client = house.server.client(&house.pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
    let email = json!([{ "Name": "email", "Value": "alice@example.com" }]);
    let input = json!({ "UserPoolId": house.pool, "Username": "alice", "UserAttributes": email });
    house.server.call("AdminUpdateUserAttributes", input).await.ok();
    let begin = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP", "DEVICE_KEY": alice.key });
    let asked = house.server.choose(&client, begin).await.ok();
    let code = house.server.code("alice@example.com").await;
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": code });
    let granted = house.server.respond(&client, &asked, answer).await.ok();
    let access = &granted["AuthenticationResult"]["AccessToken"];
    assert!(claims(access).get("device_key").is_none(), "{granted}");
}

/// A device that is not remembered stands for nothing, and is asked for nothing.
#[tokio::test]
async fn a_device_that_is_not_remembered_is_not_asked_for() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    house.mark(&alice, &alice.key, "not_remembered").await.ok();
    let granted = by_password(&house, "alice", PASSWORD, &alice.key).await.ok();
    assert!(granted.get("ChallengeName").is_none(), "{granted}");
}
