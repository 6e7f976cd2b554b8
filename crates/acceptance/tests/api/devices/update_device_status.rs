use serde_json::{Value, json};

use super::{House, INVALID, NOT_FOUND};

#[tokio::test]
async fn nothing_but_the_two_states_is_taken() {
    let house = House::new().await;
    let alice = house.confirmed("alice").await;
    let missing = "Missing required parameter DeviceRememberedStatus";
    let by_user = |status: Value| json!({ "AccessToken": alice.access(), "DeviceKey": alice.key, "DeviceRememberedStatus": status });
    let by_admin = |status: Value| {
        json!({
            "UserPoolId": house.pool, "Username": "alice", "DeviceKey": alice.key,
            "DeviceRememberedStatus": status,
        })
    };
    for bad in ["", "Remembered", "forgotten"] {
        house.server.call_unsigned("UpdateDeviceStatus", by_user(bad.into())).await.refused_as(INVALID);
        house.server.call("AdminUpdateDeviceStatus", by_admin(bad.into())).await.refused_as(INVALID);
    }
    house.server.call_unsigned("UpdateDeviceStatus", by_user(Value::Null)).await.refused(INVALID, missing);
    house.server.call("AdminUpdateDeviceStatus", by_admin(Value::Null)).await.refused(INVALID, missing);
    assert_eq!(house.listed(&alice).await, [alice.key]);
}

#[tokio::test]
async fn users_are_shown_the_devices_that_are_remembered() {
    let house = House::with(json!({ "DeviceOnlyRememberedOnUserPrompt": true })).await;
    let alice = house.confirmed("alice").await;
    let status = async || {
        let shown = house.by_admin("AdminGetDevice", "alice", &alice.key).await.ok();
        shown["Device"]["DeviceAttributes"][5].clone()
    };
    let is = |value: &str| json!({ "Name": "dev:device_remembered_status", "Value": value });
    house.by_user("GetDevice", &alice, &alice.key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    assert_eq!(status().await, is("not_remembered"));

    assert_eq!(house.mark(&alice, &alice.key, "remembered").await.ok(), json!({}));
    house.by_user("GetDevice", &alice, &alice.key).await.ok();
    assert_eq!(house.listed(&alice).await, [alice.key.as_str()]);
    assert_eq!(status().await, is("remembered"));

    house.mark(&alice, &alice.key, "not_remembered").await.ok();
    house.by_user("GetDevice", &alice, &alice.key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    assert!(house.listed(&alice).await.is_empty());
    assert_eq!(house.listed_by_admin("alice").await, [alice.key.as_str()]);

    house.server.clock.advance(std::time::Duration::from_secs(5));
    assert_eq!(house.by_admin("AdminUpdateDeviceStatus", "alice", &alice.key).await.ok(), json!({}));
    let shown = house.by_user("GetDevice", &alice, &alice.key).await.ok();
    assert_eq!(shown["Device"]["DeviceCreateDate"], 1_795_521_600);
    assert_eq!(shown["Device"]["DeviceLastModifiedDate"], 1_795_521_605);
}
