//! What a sign-in asks of a device before its proof, and notes after it.

use std::time::Duration;

use crypto::random::SystemRandom;
use crypto::srp::PublicA;
use crypto::srp::client::Attempt;
use domain::{Error, User};
use flows::sign_in::device_proof;
use serde_json::{Value, json};

use super::NOBODYS;
use super::yard::{Yard, request};

#[tokio::test]
async fn a_grant_notes_the_device_if_it_is_still_remembered() {
    let yard = Yard::new().await;
    let noted = async |device: &domain::device::Device| {
        let refusal = |guard| (guard == storage::devices::UNCHANGED).then_some(Error::DeviceNotFound);
        yard.cx.db().apply([device_proof::noted(&yard.cx, device)], refusal).await
    };
    let device = yard.prove(&yard.right().await).await.unwrap().device;
    yard.house.mark(&yard.alice, &yard.alice.key, "not_remembered").await.ok();
    assert_eq!(noted(&device).await, Err(Error::DeviceNotFound));
    yard.house.mark(&yard.alice, &yard.alice.key, "remembered").await.ok();
    yard.house.server.clock.advance(Duration::from_secs(10));
    noted(&device).await.unwrap();
    let shown = yard.house.by_user("GetDevice", &yard.alice, &yard.alice.key).await.ok();
    assert_eq!(shown["Device"]["DeviceLastAuthenticatedDate"], 1_795_521_610);
    let attribute = |i: usize| -> &Value { &shown["Device"]["DeviceAttributes"][i]["Value"] };
    assert_eq!((attribute(1), attribute(2)), (&json!("Browser 8"), &json!("192.0.2.7")));
    yard.house.by_admin("AdminForgetDevice", "alice", &yard.alice.key).await.ok();
    assert_eq!(noted(&device).await, Err(Error::DeviceNotFound));
}

#[tokio::test]
async fn a_device_is_known_to_its_user_alone() {
    let yard = Yard::new().await;
    let bobs = yard.house.confirmed("bob").await;
    for key in [NOBODYS, "", &bobs.key] {
        assert_eq!(
            flows::devices::find_known(&yard.cx, &yard.user, key).await.unwrap_err(),
            Error::DeviceNotFound
        );
    }
    let known = flows::devices::find_known(&yard.cx, &yard.user, &yard.alice.key).await.unwrap().unwrap();
    assert_eq!((known.key, known.remembered), (yard.alice.key.clone(), true));
    yard.house.server.call("UpdateUserPool", json!({ "UserPoolId": yard.house.pool })).await.ok();
    let cx = request(&yard.house.server, &yard.house.client).await;
    for key in [NOBODYS, &yard.alice.key] {
        assert_eq!(flows::devices::find_known(&cx, &yard.user, key).await, Ok(None));
    }
}

#[tokio::test]
async fn a_client_that_sends_no_session_is_known_by_its_public_value() {
    let yard = Yard::new().await;
    let (own, other) = (Attempt::new(&SystemRandom).unwrap(), Attempt::new(&SystemRandom).unwrap());
    let awaited =
        async |user: &User, key: &str, a: &str| device_proof::awaited_session(&yard.cx, user, key, a).await;
    let own_a = own.public_hex();
    assert_eq!(awaited(&yard.user, &yard.alice.key, &own_a).await, Err(Error::InvalidSession));

    let second = yard.house.confirmed("alice").await;
    let known = flows::devices::find_known(&yard.cx, &yard.user, &yard.alice.key).await.unwrap().unwrap();
    let keep = async |a: &str, session: &str| {
        let a = PublicA::parse(a).unwrap();
        yard.cx.db().apply([device_proof::await_proof(&yard.cx, &known, &a, session)], |_| None).await
    };
    keep(&own_a, "sealed").await.unwrap();
    let bob = flows::users::find(&yard.cx, "bob").await.unwrap();
    for (user, key, a) in [
        (&yard.user, &yard.alice.key, other.public_hex()),
        (&yard.user, &second.key, own_a.clone()),
        (&bob, &yard.alice.key, own_a.clone()),
    ] {
        assert_eq!(awaited(user, key, &a).await, Err(Error::InvalidSession));
    }
    assert_eq!(awaited(&yard.user, &yard.alice.key, "0").await, Err(Error::invalid("Invalid SRP_A")));
    assert_eq!(awaited(&yard.user, &yard.alice.key, &own_a).await.as_deref(), Ok("sealed"));
    assert_eq!(awaited(&yard.user, &yard.alice.key, &format!("00{own_a}")).await.as_deref(), Ok("sealed"));

    keep(&other.public_hex(), "newer").await.unwrap();
    assert_eq!(awaited(&yard.user, &yard.alice.key, &own_a).await, Err(Error::InvalidSession));
    yard.house.by_admin("AdminForgetDevice", "alice", &yard.alice.key).await.ok();
    assert_eq!(keep(&own_a, "sealed").await, Err(Error::ConcurrentModification));
    assert_eq!(awaited(&yard.user, &yard.alice.key, &other.public_hex()).await, Err(Error::InvalidSession));
}
