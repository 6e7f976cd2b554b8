use serde_json::json;
use testkit::Reply;

use super::{House, NOT_FOUND, SignedIn};

async fn refresh(house: &House, of: &SignedIn) -> Reply {
    let input = json!({
        "ClientId": house.client, "RefreshToken": of.tokens["RefreshToken"], "DeviceKey": of.key,
    });
    house.server.call_unsigned("GetTokensFromRefreshToken", input).await
}

#[tokio::test]
async fn a_forgotten_device_ends_with_its_sessions_and_nothing_else_does() {
    for operation in ["ForgetDevice", "AdminForgetDevice"] {
        let house = House::new().await;
        let (lost, kept) = (house.confirmed("alice").await, house.confirmed("alice").await);
        let (pending, bob) = (house.sign_in("alice").await, house.confirmed("bob").await);
        let reply = match operation {
            "ForgetDevice" => house.by_user(operation, &kept, &lost.key).await,
            _ => house.by_admin(operation, "alice", &lost.key).await,
        };
        assert_eq!(reply.ok(), json!({}));
        let revoked = ("NotAuthorizedException", "Refresh Token has been revoked");
        refresh(&house, &lost).await.refused(revoked.0, revoked.1);
        house
            .server
            .call_unsigned("GetUser", json!({ "AccessToken": lost.access() }))
            .await
            .refused("NotAuthorizedException", "Access Token has been revoked");
        for other in [&kept, &pending, &bob] {
            refresh(&house, other).await.ok();
        }
        assert_eq!(house.listed(&kept).await, [kept.key.as_str()]);
        for operation in ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
            house.by_user(operation, &kept, &lost.key).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        }
        assert_eq!(house.listed(&bob).await, [bob.key]);
    }
}

#[tokio::test]
async fn a_device_that_is_not_remembered_can_be_forgotten() {
    let house = House::with(json!({ "DeviceOnlyRememberedOnUserPrompt": true })).await;
    let (alice, other) = (house.confirmed("alice").await, house.confirmed("alice").await);
    house.by_user("ForgetDevice", &other, &alice.key).await.ok();
    assert_eq!(house.listed_by_admin("alice").await, [other.key.as_str()]);
}
