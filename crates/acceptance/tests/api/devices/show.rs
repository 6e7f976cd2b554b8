use std::time::Duration;

use serde_json::{Value, json};
use testkit::{ACCOUNT, REGION};

use super::{House, INVALID, NOBODYS, NOT_FOUND, SignedIn, keys};
use crate::api::paging::every_page;

const BY_USER: [&str; 3] = ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"];
const BY_ADMIN: [&str; 3] = ["AdminGetDevice", "AdminUpdateDeviceStatus", "AdminForgetDevice"];

#[tokio::test]
async fn a_device_is_the_business_of_its_user_alone() {
    let house = House::new().await;
    let (alice, bob) = (house.confirmed("alice").await, house.confirmed("bob").await);
    let pending = house.sign_in("alice").await;
    let other_house = House::new().await;
    let other = other_house.confirmed("alice").await;
    for key in [NOBODYS, &bob.key, &other.key, &pending.key] {
        for operation in BY_USER {
            house.by_user(operation, &alice, key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        }
        for operation in BY_ADMIN {
            house.by_admin(operation, "alice", key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        }
    }
    for malformed in ["", "nonsense"] {
        for operation in BY_USER {
            house.by_user(operation, &alice, malformed).await.refused_as(INVALID);
        }
        for operation in BY_ADMIN {
            house.by_admin(operation, "alice", malformed).await.refused_as(INVALID);
        }
    }
    assert_eq!(house.listed(&alice).await, [alice.key]);
    assert_eq!(house.listed(&bob).await, [bob.key]);
    assert_eq!(other_house.listed(&other).await, [other.key]);
}

#[tokio::test]
async fn users_nobody_has_and_pools_of_others_are_refused() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    for operation in ["AdminListDevices"].iter().chain(&BY_ADMIN) {
        let input = json!({ "UserPoolId": house.pool, "Username": "nobody", "DeviceKey": alice.key });
        let input = if *operation == "AdminListDevices" {
            json!({ "UserPoolId": house.pool, "Username": "nobody" })
        } else {
            input
        };
        house
            .server
            .call(operation, input.clone())
            .await
            .refused("UserNotFoundException", "User does not exist.");
        let unknown = format!("User pool {} does not exist.", house.pool);
        for (account, region) in [("111111111111", REGION), (ACCOUNT, "us-east-1")] {
            house
                .server
                .call_as(account, region, operation, input.clone())
                .await
                .refused("ResourceNotFoundException", &unknown);
        }
        house.server.call_unsigned(operation, input).await.refused_as("MissingAuthenticationTokenException");
    }
}

/// The model lets GetDevice and ForgetDevice come without an access token, but nothing else authorizes them.
#[tokio::test]
async fn without_an_access_token_nothing_is_shown() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    for operation in ["ConfirmDevice", "GetDevice", "ForgetDevice", "UpdateDeviceStatus", "ListDevices"] {
        let input = json!({ "DeviceKey": alice.key });
        house.server.call_unsigned(operation, input.clone()).await.refused_as(INVALID);
        house.server.call(operation, input).await.refused_as(INVALID);
        for token in ["garbled", alice.tokens["IdToken"].as_str().unwrap()] {
            let input = json!({ "DeviceKey": alice.key, "AccessToken": token });
            house.server.call_unsigned(operation, input).await.refused_as("NotAuthorizedException");
        }
    }
    assert_eq!(house.listed(&alice).await, [alice.key]);
}

#[tokio::test]
async fn a_device_shows_what_is_known_of_it() {
    let house = House::new().await;
    let mut started = house.sign_in("alice").await;
    house.server.clock.advance(Duration::from_millis(1500));
    let input = json!({
        "AccessToken": started.access(), "DeviceKey": started.key, "DeviceName": "My phone",
        "DeviceSecretVerifierConfig": super::verifier(&started.group, &started.key),
    });
    house.server.call_unsigned("ConfirmDevice", input).await.ok();
    let attributes = json!([
        { "Name": "device_status", "Value": "valid" },
        { "Name": "device_name", "Value": "My phone" },
        { "Name": "last_ip_used", "Value": "127.0.0.1" },
    ]);
    let expected = json!({
        "DeviceKey": started.key,
        "DeviceAttributes": attributes,
        "DeviceCreateDate": 1_795_521_601.5,
        "DeviceLastModifiedDate": 1_795_521_601.5,
        "DeviceLastAuthenticatedDate": 1_795_521_600,
    });
    let shown = house.by_user("GetDevice", &started, &started.key).await.ok();
    assert_eq!(shown, json!({ "Device": expected }));
    let list =
        house.server.call_unsigned("ListDevices", json!({ "AccessToken": started.access() })).await.ok();
    assert_eq!(list, json!({ "Devices": [expected] }));

    let owner = format!("alice.{}", house.pool);
    let mut to_administrator = expected;
    to_administrator["DeviceAttributes"].as_array_mut().unwrap().extend([
        json!({
            "Name": "dev:device_arn",
            "Value": format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:owner/{owner}/device/{}", started.key),
        }),
        json!({ "Name": "dev:device_owner", "Value": owner }),
        json!({ "Name": "dev:device_remembered_status", "Value": "remembered" }),
    ]);
    let shown = house.by_admin("AdminGetDevice", "alice", &started.key).await.ok();
    assert_eq!(shown, json!({ "Device": to_administrator }));
    let input = json!({ "UserPoolId": house.pool, "Username": "alice" });
    let list = house.server.call("AdminListDevices", input).await.ok();
    assert_eq!(list, json!({ "Devices": [to_administrator] }));

    // Without a name the program it was confirmed by names it.
    started = house.sign_in("alice").await;
    let input = json!({
        "AccessToken": started.access(), "DeviceKey": started.key,
        "DeviceSecretVerifierConfig": super::verifier(&started.group, &started.key),
    });
    let long = format!("Browser 7 {}", "x".repeat(2000));
    let headers = [("user-agent", long.as_str())];
    house.server.send("ConfirmDevice", &headers, input.to_string().into_bytes()).await.ok();
    let shown = house.by_user("GetDevice", &started, &started.key).await.ok();
    assert_eq!(
        shown["Device"]["DeviceAttributes"][1],
        json!({ "Name": "device_name", "Value": &long[..1024] })
    );
}

#[tokio::test]
async fn devices_are_listed_in_pages_of_at_most_sixty() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let mut all = vec![alice.key.clone()];
    for _ in 0..4 {
        all.push(house.confirmed("alice").await.key);
    }
    all.sort();
    house.confirmed("bob").await;
    let lists = [
        ("ListDevices", json!({ "AccessToken": alice.access() })),
        ("AdminListDevices", json!({ "UserPoolId": house.pool, "Username": "alice" })),
    ];
    for (operation, input) in lists {
        for limit in [-1, 61] {
            let mut input = input.clone();
            input["Limit"] = limit.into();
            house.server.call(operation, input).await.refused_as(INVALID);
        }
        for limit in [Value::Null, json!(0), json!(5), json!(60)] {
            let mut input = input.clone();
            input["Limit"] = limit;
            let page = house.server.call(operation, input).await.ok();
            assert_eq!(keys(&page), all);
            assert!(page.get("PaginationToken").is_none());
        }
        let paged = every_page(&house.server, operation, input, 2, "Devices", "PaginationToken").await;
        assert_eq!(keys(&json!({ "Devices": paged })), all);
    }
}

#[tokio::test]
async fn page_tokens_continue_their_own_list_only() {
    let house = House::new().await;
    let other_house = House::new().await;
    let mut signed_in = Vec::new();
    for (house, user) in [(&house, "alice"), (&house, "bob"), (&other_house, "alice")] {
        house.confirmed(user).await;
        signed_in.push(house.confirmed(user).await);
    }
    let by_user = |of: &SignedIn| ("ListDevices", json!({ "AccessToken": of.access() }));
    let by_admin = |user: &str| ("AdminListDevices", json!({ "UserPoolId": house.pool, "Username": user }));
    let lists = [by_user(&signed_in[0]), by_user(&signed_in[1]), by_admin("alice"), by_admin("bob")];
    let with = |input: &Value, token: &Value| {
        let mut input = input.clone();
        input["Limit"] = 1.into();
        input["PaginationToken"] = token.clone();
        input
    };
    let mut tokens = Vec::new();
    for (operation, input) in &lists {
        let page = house.server.call(operation, with(input, &Value::Null)).await.ok();
        tokens.push(page["PaginationToken"].clone());
    }
    let foreign = with(&json!({ "AccessToken": signed_in[2].access() }), &Value::Null);
    tokens.push(other_house.server.call("ListDevices", foreign).await.ok()["PaginationToken"].clone());
    tokens.push(json!("forged"));
    for (i, (operation, input)) in lists.iter().enumerate() {
        for (j, token) in tokens.iter().enumerate() {
            let reply = house.server.call(operation, with(input, token)).await;
            if i == j {
                reply.ok();
            } else {
                reply.refused(INVALID, "Invalid pagination token");
            }
        }
    }
    house.server.clock.advance(Duration::from_secs(3600));
    let (operation, input) = &lists[2];
    house.server.call(operation, with(input, &tokens[2])).await.refused(INVALID, "Invalid pagination token");
}
