use data_encoding::BASE64;
use domain::device::{Device, MAX_PER_USER};
use domain::ids::UserId;
use domain::time::Time;
use domain::user::SrpVerifier;
use serde_json::{Value, json};

use super::{House, INVALID, NOBODYS, NOT_FOUND, SignedIn, verifier};

const NOT_GIVEN: (&str, &str) = (INVALID, "Invalid device key given.");

#[tokio::test]
async fn a_key_that_did_not_come_with_the_sign_in_is_refused() {
    let house = House::new().await;
    let (alice, earlier) = (house.sign_in("alice").await, house.sign_in("alice").await);
    let (bob, bobs) = (house.sign_in("bob").await, house.confirmed("bob").await);
    let other = House::new().await.sign_in("alice").await;
    for key in [NOBODYS, &earlier.key, &bob.key, &bobs.key, &other.key] {
        house.confirm(&alice, key).await.refused(NOT_GIVEN.0, NOT_GIVEN.1);
    }
    for malformed in ["", "nonsense", "eu-west-1", &format!("{NOBODYS}{NOBODYS}")] {
        house.confirm(&alice, malformed).await.refused_as(INVALID);
    }
    assert!(house.listed_by_admin("alice").await.is_empty());
    assert_eq!(house.listed_by_admin("bob").await, [bobs.key]);
}

#[tokio::test]
async fn a_pool_that_no_longer_tracks_devices_confirms_none() {
    let house = House::new().await;
    let alice = house.sign_in("alice").await;
    house.server.call("UpdateUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    house.confirm(&alice, &alice.key).await.refused(NOT_GIVEN.0, NOT_GIVEN.1);
    let tokens = house.server.tokens(&house.client, "alice", super::PASSWORD).await;
    assert!(tokens.get("NewDeviceMetadata").is_none());
    let input = json!({
        "AccessToken": tokens["AccessToken"], "DeviceKey": NOBODYS,
        "DeviceSecretVerifierConfig": verifier("-aBcDeFgH", NOBODYS),
    });
    house.server.call_unsigned("ConfirmDevice", input).await.refused(NOT_GIVEN.0, NOT_GIVEN.1);
}

#[tokio::test]
async fn a_secret_that_is_none_is_refused() {
    let house = House::new().await;
    let alice = house.sign_in("alice").await;
    let good = verifier(&alice.group, &alice.key);
    let text = "Invalid DeviceSecretVerifierConfig given.";
    let verifiers = [vec![], vec![0], vec![0; 385], vec![1], vec![0, 1], vec![0xff; 384], vec![1; 385]];
    let mut bad: Vec<(&str, String)> =
        verifiers.iter().map(|bytes| ("PasswordVerifier", BASE64.encode(bytes))).collect();
    let salts = [vec![], vec![0], vec![0; 16], vec![7; 65]];
    bad.extend(salts.iter().map(|bytes| ("Salt", BASE64.encode(bytes))));
    for member in ["Salt", "PasswordVerifier"] {
        bad.extend(["ABC", "!!!!", "AIPVWL5HfwkNgPvsEnXRoKo=\n"].map(|t| (member, t.into())));
    }
    for (member, value) in bad {
        let mut config = good.clone();
        config[member] = value.as_str().into();
        house.confirm_with(&alice, &alice.key, config).await.refused(INVALID, text);
    }
    for (lacking, name) in [
        (json!({ "Salt": good["Salt"] }), "PasswordVerifier"),
        (json!({ "PasswordVerifier": good["PasswordVerifier"] }), "Salt"),
        (Value::Null, "DeviceSecretVerifierConfig"),
    ] {
        let text = format!("Missing required parameter {name}");
        house.confirm_with(&alice, &alice.key, lacking).await.refused(INVALID, &text);
    }
    assert!(house.listed_by_admin("alice").await.is_empty());
    house.confirm(&alice, &alice.key).await.ok();
}

#[tokio::test]
async fn a_key_is_confirmed_once() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let exists = ("DeviceKeyExistsException", "Device already exists.");
    house.confirm(&alice, &alice.key).await.refused(exists.0, exists.1);
    house.mark(&alice, &alice.key, "not_remembered").await.ok();
    house.confirm(&alice, &alice.key).await.refused(exists.0, exists.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_parallel_confirmations_one_counts() {
    let house = std::sync::Arc::new(House::new().await);
    let alice = std::sync::Arc::new(house.sign_in("alice").await);
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let (house, alice) = (house.clone(), alice.clone());
            tokio::spawn(async move { house.confirm(&alice, &alice.key).await.status })
        })
        .collect();
    let mut confirmed = 0;
    for call in calls {
        confirmed += usize::from(call.await.unwrap() == 200);
    }
    assert_eq!(confirmed, 1);
}

#[tokio::test]
async fn a_forgotten_key_is_never_confirmed_again() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    house.by_user("ForgetDevice", &alice, &alice.key).await.ok();
    house
        .confirm(&alice, &alice.key)
        .await
        .refused("NotAuthorizedException", "Access Token has been revoked");
    let again = house.sign_in("alice").await;
    house.confirm(&again, &alice.key).await.refused(NOT_GIVEN.0, NOT_GIVEN.1);
}

#[tokio::test]
async fn the_pool_says_whether_the_user_is_to_be_asked() {
    for (configuration, necessary) in [
        (json!({ "ChallengeRequiredOnNewDevice": false }), false),
        (json!({ "DeviceOnlyRememberedOnUserPrompt": false }), false),
        (json!({ "DeviceOnlyRememberedOnUserPrompt": true }), true),
    ] {
        let house = House::with(configuration).await;
        let alice = house.sign_in("alice").await;
        let confirmed = house.confirm(&alice, &alice.key).await.ok();
        assert_eq!(confirmed, json!({ "UserConfirmationNecessary": necessary }));
        assert_eq!(house.listed(&alice).await.is_empty(), necessary);
        assert_eq!(house.listed_by_admin("alice").await, [alice.key]);
    }
}

#[tokio::test]
async fn the_device_used_longest_ago_makes_room() {
    let house = House::new().await;
    let first = house.confirmed("alice").await;
    fill(&house, &first, MAX_PER_USER - 1).await;
    house.confirmed("bob").await;
    assert_eq!(storage_list(&house, &first).await.len(), 100);
    house.by_user("GetDevice", &first, &first.key).await.ok();
    house.server.clock.advance(std::time::Duration::from_secs(1));
    let last = house.confirmed("alice").await;
    let left = storage_list(&house, &first).await;
    assert_eq!(left.len(), 100);
    assert!(left.contains(&last.key) && left.contains(&first.key));
    house.server.clock.advance(std::time::Duration::from_secs(1));
    fill(&house, &first, MAX_PER_USER - 1).await;
    house.by_user("GetDevice", &first, &first.key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    assert_eq!(house.listed_by_admin("bob").await.len(), 1);
}

/// Devices of the user that were used now, but the first of them long ago.
async fn fill(house: &House, of: &SignedIn, number: i64) {
    let db = &house.server.services.db;
    let pool = pool_ref(house).await;
    let now = domain::ports::Clock::now(house.server.clock.as_ref());
    for i in 0..number {
        let at = if i == 0 { Time::from_millis(1) } else { now };
        let device = Device {
            key: format!("eu-west-1_{:08x}-0000-4000-8000-{:012x}", i, now.millis()),
            user_id: user_of(of),
            group_key: of.group.clone(),
            name: None,
            remembered: true,
            last_ip: "127.0.0.1".into(),
            user_agent: None,
            created_at: at,
            modified_at: at,
            authenticated_at: at,
        };
        let srp = SrpVerifier { salt: "5".into(), verifier: vec![2] };
        db.apply(storage::devices::insert(db, &pool, &device, &srp), |_| None).await.unwrap();
    }
}

async fn storage_list(house: &House, of: &SignedIn) -> Vec<String> {
    let db = &house.server.services.db;
    let devices =
        storage::devices::list(db, &pool_ref(house).await, &user_of(of), false, "", 1000).await.unwrap();
    devices.into_iter().map(|device| device.key).collect()
}

async fn pool_ref(house: &House) -> storage::PoolRef {
    let services = &house.server.services;
    let id = domain::ids::PoolId::new(house.pool.as_str());
    services.directory.by_id(&services.db, &id).await.unwrap().unwrap().pool_ref.clone()
}

fn user_of(of: &SignedIn) -> UserId {
    UserId::new(super::claims(of.access())["sub"].as_str().unwrap())
}

#[tokio::test]
async fn a_deleted_user_leaves_no_device() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    assert_eq!(storage_list(&house, &alice).await, [alice.key.as_str()]);
    let input = json!({ "UserPoolId": house.pool, "Username": "alice" });
    house.server.call("AdminDeleteUser", input).await.ok();
    assert!(storage_list(&house, &alice).await.is_empty());
}

/// The barrier stops ConfirmDevice when it seals the verifier, after everything has been judged.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_confirmation_is_judged_again_when_it_is_written() {
    let revoked = ("NotAuthorizedException", "Access Token has been revoked");
    for (operation, refusal) in [
        ("AdminUserGlobalSignOut", revoked),
        ("AdminDisableUser", revoked),
        ("AdminDeleteUser", ("UserNotFoundException", "User does not exist.")),
        ("DeleteUserPool", ("ResourceNotFoundException", "")),
    ] {
        let house = House::new().await;
        let alice = house.sign_in("alice").await;
        let input = json!({
            "AccessToken": alice.access(), "DeviceKey": alice.key,
            "DeviceSecretVerifierConfig": verifier(&alice.group, &alice.key),
        });
        house.server.barrier.arm(1);
        let server = house.server.clone();
        let running = testkit::stoppable(async move { server.call_unsigned("ConfirmDevice", input).await });
        let barrier = house.server.barrier.clone();
        tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap();
        let change = json!({ "UserPoolId": house.pool, "Username": "alice" });
        let change = match operation {
            "DeleteUserPool" => json!({ "UserPoolId": house.pool }),
            _ => change,
        };
        house.server.call(operation, change).await.ok();
        house.server.barrier.release();
        let reply = running.await.unwrap();
        match refusal.1 {
            "" => reply.refused_as(refusal.0),
            text => reply.refused(refusal.0, text),
        }
    }
}
