//! The proof of a device, below the sign-in that asks for it: what DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER
//! are answered with.

use std::time::Duration;

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use data_encoding::BASE64;
use domain::Error;
use domain::ids::ClientId;
use flows::sign_in::Parameters;
use flows::sign_in::device_proof;
use serde_json::json;

use super::yard::{Yard, request};
use super::{DEVICE_PASSWORD, NOBODYS, PASSWORD};

#[tokio::test]
async fn only_a_remembered_device_of_the_user_is_asked_to_prove_itself() {
    let yard = Yard::new().await;
    let a = Attempt::new(&SystemRandom).unwrap().public_hex();
    let (pending, bobs) = (yard.house.sign_in("alice").await, yard.house.confirmed("bob").await);
    let forgotten = yard.house.confirmed("alice").await;
    yard.house.by_admin("AdminForgetDevice", "alice", &forgotten.key).await.ok();
    for key in [NOBODYS, "", &pending.key, &bobs.key, &forgotten.key] {
        assert_eq!(yard.begin_with(key, &a).await.unwrap_err(), Error::DeviceNotFound, "{key}");
    }
    yard.house.mark(&yard.alice, &yard.alice.key, "not_remembered").await.ok();
    assert_eq!(yard.begin_with(&yard.alice.key, &a).await.unwrap_err(), Error::DeviceNotFound);
    yard.house.mark(&yard.alice, &yard.alice.key, "remembered").await.ok();
    yard.begin_with(&yard.alice.key, &a).await.unwrap();
    yard.house.server.call("UpdateUserPool", json!({ "UserPoolId": yard.house.pool })).await.ok();
    let cx = request(&yard.house.server, &yard.house.client).await;
    let untracked = device_proof::begin(&cx, &yard.user, &yard.alice.key, &a, String::new()).await;
    assert_eq!(untracked.unwrap_err(), Error::DeviceNotFound);
}

#[tokio::test]
async fn public_values_that_give_the_key_away_are_refused() {
    let yard = Yard::new().await;
    let long = "f".repeat(769);
    for bad in ["", "0", "0000", "no hex", "-1", &long] {
        assert_eq!(
            yard.begin_with(&yard.alice.key, bad).await.unwrap_err(),
            Error::invalid("Invalid SRP_A"),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn the_challenge_has_what_clients_read() {
    let yard = Yard::new().await;
    let (_, begun) = yard.begin().await;
    let names: Vec<&str> = begun.parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]);
    assert_eq!(begun.parameters["DEVICE_KEY"], yard.alice.key);
    assert_eq!(begun.parameters["SALT"], "83d558be477f090d80fbec1275d1a0aa");
    assert_eq!(begun.parameters["USERNAME"], "alice");
    let (_, other) = yard.begin().await;
    assert_ne!(begun.parameters["SRP_B"], other.parameters["SRP_B"]);
}

#[tokio::test]
async fn a_right_proof_is_good_once_and_gives_back_what_was_carried() {
    let yard = Yard::new().await;
    let right = yard.right().await;
    let proved = yard.prove(&right).await.unwrap();
    assert_eq!((proved.user.id, proved.device.key), (yard.user.id.clone(), yard.alice.key.clone()));
    assert_eq!(proved.carried, "password");
    assert_eq!(yard.prove(&right).await.unwrap_err(), Error::SessionAlreadyUsed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_parallel_answers_to_one_challenge_one_counts() {
    let yard = std::sync::Arc::new(Yard::new().await);
    let right = yard.right().await;
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let (yard, right) = (yard.clone(), right.clone());
            tokio::spawn(async move { yard.prove(&right).await.is_ok() })
        })
        .collect();
    let mut proved = 0;
    for call in calls {
        proved += usize::from(call.await.unwrap());
    }
    assert_eq!(proved, 1);
}

#[tokio::test]
async fn a_proof_by_anything_but_the_devices_secret_is_refused() {
    let yard = Yard::new().await;
    let wrong = Error::IncorrectUsernameOrPassword;
    let with = async |change: &dyn Fn(&mut Parameters)| {
        let mut answer = yard.right().await;
        change(&mut answer);
        let error = yard.prove(&answer).await.unwrap_err();
        // Each case is judged by itself, not by the delay of those before it.
        yard.house.server.clock.advance(Duration::from_secs(901));
        error
    };
    let set = |name: &'static str, value: &str| {
        let value = value.to_owned();
        move |answer: &mut Parameters| drop(answer.insert(name.to_owned(), value.clone()))
    };

    let (attempt, begun) = yard.begin().await;
    for password in [PASSWORD, "", "apYrZdgQCrptm9BeKJKllBjehy6BPxDwA6jPrPmMMaMlWrqEXBBi9Q=="] {
        let (attempt, begun) = yard.begin().await;
        let answer = yard.answer(&attempt, &begun, password);
        assert_eq!(yard.prove(&answer).await.unwrap_err(), wrong, "{password}");
        yard.house.server.clock.advance(Duration::from_secs(901));
    }
    for group in ["-aBcDeFgH", "", yard.house.pool.split_once('_').unwrap().1] {
        let (attempt, begun) = yard.begin().await;
        let answer = yard.answer_in(group, &attempt, &begun, DEVICE_PASSWORD);
        assert_eq!(yard.prove(&answer).await.unwrap_err(), wrong, "{group}");
        yard.house.server.clock.advance(Duration::from_secs(901));
    }
    let other = yard.answer(&attempt, &begun, DEVICE_PASSWORD);
    let of_another_attempt = set("PASSWORD_CLAIM_SIGNATURE", &other["PASSWORD_CLAIM_SIGNATURE"]);
    assert_eq!(with(&of_another_attempt).await, wrong);
    for signature in ["AAAA", "no base64", &BASE64.encode(&[0; 32])] {
        assert_eq!(with(&set("PASSWORD_CLAIM_SIGNATURE", signature)).await, wrong, "{signature}");
    }
    let tampered = |answer: &mut Parameters| {
        let mut block = BASE64.decode(answer["PASSWORD_CLAIM_SECRET_BLOCK"].as_bytes()).unwrap();
        block[60] ^= 1;
        answer.insert("PASSWORD_CLAIM_SECRET_BLOCK".into(), BASE64.encode(&block));
    };
    assert_eq!(with(&tampered).await, wrong);
    let truncated = |answer: &mut Parameters| {
        let mut block = BASE64.decode(answer["PASSWORD_CLAIM_SECRET_BLOCK"].as_bytes()).unwrap();
        block.truncate(block.len() - 3);
        answer.insert("PASSWORD_CLAIM_SECRET_BLOCK".into(), BASE64.encode(&block));
    };
    assert_eq!(with(&truncated).await, wrong);
    for block in ["AAAA", "no base64"] {
        assert_eq!(with(&set("PASSWORD_CLAIM_SECRET_BLOCK", block)).await, wrong);
    }
    for timestamp in ["Sat Mar 7 09:05:03 UTC 2026", "2026-11-24T12:00:00Z", "now"] {
        assert_eq!(with(&set("TIMESTAMP", timestamp)).await, wrong);
    }
    for name in
        ["USERNAME", "DEVICE_KEY", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"]
    {
        let without = move |answer: &mut Parameters| drop(answer.remove(name));
        assert_eq!(with(&without).await, Error::MissingParameter(name));
        assert_eq!(with(&set(name, "")).await, Error::MissingParameter(name));
    }
    yard.prove(&yard.right().await).await.unwrap();
}

#[tokio::test]
async fn an_attempt_is_of_one_user_device_and_client() {
    let yard = Yard::new().await;
    let second = yard.house.confirmed("alice").await;
    let bobs = yard.house.confirmed("bob").await;
    for key in [NOBODYS, &second.key, &bobs.key] {
        let mut answer = yard.right().await;
        answer.insert("DEVICE_KEY".into(), key.to_owned());
        assert_eq!(yard.prove(&answer).await.unwrap_err(), Error::DeviceNotFound, "{key}");
    }
    for name in ["bob", "nobody"] {
        let mut answer = yard.right().await;
        answer.insert("USERNAME".into(), name.into());
        assert_eq!(yard.prove(&answer).await.unwrap_err(), Error::InvalidSession, "{name}");
    }
    let sibling = yard.house.server.client(&yard.house.pool, json!({})).await;
    let cx = request(&yard.house.server, &sibling).await;
    let answer = yard.right().await;
    let elsewhere = device_proof::prove(&cx, None, &answer).await;
    assert_eq!(elsewhere.unwrap_err(), Error::IncorrectUsernameOrPassword);

    let (attempt, begun) = yard.begin().await;
    let answer = yard.answer(&attempt, &begun, DEVICE_PASSWORD);
    let foreign = device_proof::prove(&yard.cx, Some("another nonce"), &answer).await;
    assert_eq!(foreign.unwrap_err(), Error::InvalidSession);
    device_proof::prove(&yard.cx, Some(&begun.nonce), &answer).await.unwrap();
}

/// The secret block of a password is none of a device, nor the other way round.
#[tokio::test]
async fn attempts_of_passwords_and_devices_do_not_mix() {
    let yard = Yard::new().await;
    let server = &yard.house.server;
    let (attempt, challenge) = server.begin_srp(&yard.house.client, "alice").await;
    let mut parameters = challenge["ChallengeParameters"].clone();
    parameters["DEVICE_KEY"] = yard.alice.key.as_str().into();
    let answer = server.device_answer(&yard.alice.group, &attempt, &parameters, DEVICE_PASSWORD);
    let answer = serde_json::from_value(answer).unwrap();
    assert_eq!(yard.prove(&answer).await.unwrap_err(), Error::IncorrectUsernameOrPassword);

    let challenge = json!({ "ChallengeName": "PASSWORD_VERIFIER" });
    let right = serde_json::to_value(yard.right().await).unwrap();
    let reply = server.respond(&yard.house.client, &challenge, right).await;
    reply.refused("NotAuthorizedException", "Incorrect username or password.");
}

#[tokio::test]
async fn an_attempt_ends_with_its_time_its_device_and_the_users_credentials() {
    let yard = Yard::new().await;
    let attempt_lives = Duration::from_secs(3 * 60);
    let right = yard.right().await;
    yard.house.server.clock.advance(attempt_lives);
    assert_eq!(yard.prove(&right).await.unwrap_err(), Error::SessionExpired);

    let right = yard.right().await;
    yard.house.mark(&yard.alice, &yard.alice.key, "not_remembered").await.ok();
    assert_eq!(yard.prove(&right).await.unwrap_err(), Error::DeviceNotFound);
    yard.house.mark(&yard.alice, &yard.alice.key, "remembered").await.ok();

    let right = yard.right().await;
    for operation in ["AdminDisableUser", "AdminEnableUser"] {
        let input = json!({ "UserPoolId": yard.house.pool, "Username": "alice" });
        yard.house.server.call(operation, input).await.ok();
    }
    assert_eq!(yard.prove(&right).await.unwrap_err(), Error::InvalidSession);

    let mut yard = yard;
    yard.user = flows::users::find(&yard.cx, "alice").await.unwrap();
    let right = yard.right().await;
    yard.house.by_admin("AdminForgetDevice", "alice", &yard.alice.key).await.ok();
    assert_eq!(yard.prove(&right).await.unwrap_err(), Error::DeviceNotFound);
}

#[tokio::test]
async fn a_proof_of_another_time_is_refused() {
    let mut yard = Yard::new().await;
    let patient = yard.house.server.client(&yard.house.pool, json!({ "AuthSessionValidity": 15 })).await;
    yard.cx = request(&yard.house.server, &patient).await;
    let right = yard.right().await;
    yard.house.server.clock.advance(Duration::from_secs(301));
    assert_eq!(yard.prove(&right).await.unwrap_err(), Error::IncorrectUsernameOrPassword);
    let right = yard.right().await;
    yard.house.server.clock.advance(Duration::from_secs(299));
    yard.prove(&right).await.unwrap();
}

#[tokio::test]
async fn wrong_proofs_and_wrong_passwords_lock_together() {
    let yard = Yard::new().await;
    for _ in 0..5 {
        let (attempt, begun) = yard.begin().await;
        let answer = yard.answer(&attempt, &begun, "wrong");
        assert_eq!(yard.prove(&answer).await.unwrap_err(), Error::IncorrectUsernameOrPassword);
    }
    assert_eq!(yard.prove(&yard.right().await).await.unwrap_err(), Error::PasswordAttemptsExceeded);
    let locked = ("NotAuthorizedException", "Password attempts exceeded");
    let password = yard.house.server.sign_in(&yard.house.client, "alice", PASSWORD).await;
    password.refused(locked.0, locked.1);
    yard.house.server.clock.advance(Duration::from_secs(901));
    for _ in 0..5 {
        let wrong = yard.house.server.sign_in(&yard.house.client, "alice", "Wrong-Horse 7!").await;
        wrong.refused_as(locked.0);
    }
    assert_eq!(yard.prove(&yard.right().await).await.unwrap_err(), Error::PasswordAttemptsExceeded);
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_too() {
    let yard = Yard::new().await;
    let server = &yard.house.server;
    let made = server.client_description(&yard.house.pool, json!({ "GenerateSecret": true })).await;
    let (client, secret) = (made["ClientId"].as_str().unwrap(), made["ClientSecret"].as_str().unwrap());
    let cx = request(server, client).await;
    let attempt = Attempt::new(&SystemRandom).unwrap();
    let begun = device_proof::begin(&cx, &yard.user, &yard.alice.key, &attempt.public_hex(), String::new())
        .await
        .unwrap();
    let mut answer = yard.answer(&attempt, &begun, DEVICE_PASSWORD);
    let id = ClientId::new(client);
    assert_eq!(
        device_proof::prove(&cx, None, &answer).await.unwrap_err(),
        Error::ClientSecretMissing(id.clone())
    );
    answer.insert("SECRET_HASH".into(), crypto::secret_hash::compute(secret, "bob", client));
    assert_eq!(device_proof::prove(&cx, None, &answer).await.unwrap_err(), Error::ClientSecretMismatch(id));
    answer.insert("SECRET_HASH".into(), crypto::secret_hash::compute(secret, "alice", client));
    device_proof::prove(&cx, None, &answer).await.unwrap();
}
