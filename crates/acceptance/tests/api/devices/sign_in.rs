//! The device key in replies and tokens, and refresh of sessions that carry one.

use serde_json::{Value, json};
use testkit::TestServer;

use super::{House, NOBODYS, PASSWORD, SignedIn, claims};

const WRONG: (&str, &str) = ("NotAuthorizedException", "Invalid Refresh Token.");

#[tokio::test]
async fn a_pool_without_device_configuration_gives_out_no_key() {
    for settings in [json!({}), json!({ "DeviceConfiguration": {} })] {
        let server = TestServer::start().await;
        let pool = server.pool(settings).await;
        let client = server.client(&pool, json!({})).await;
        server.user(&pool, "alice", PASSWORD).await;
        let tokens = server.tokens(&client, "alice", PASSWORD).await;
        assert!(tokens.get("NewDeviceMetadata").is_none());
        assert!(claims(&tokens["AccessToken"]).get("device_key").is_none());
        let input = json!({ "ClientId": client, "RefreshToken": tokens["RefreshToken"] });
        server.call_unsigned("GetTokensFromRefreshToken", input).await.ok();
    }
}

#[tokio::test]
async fn each_sign_in_gives_out_a_key_of_its_own() {
    let house = House::with(json!({ "ChallengeRequiredOnNewDevice": false })).await;
    let by_password = house.sign_in("alice").await;
    let by_srp = house.server.sign_in_srp(&house.pool, &house.client, "alice", PASSWORD).await.ok();
    let by_srp = SignedIn::new(by_srp["AuthenticationResult"].clone());
    let input = json!({
        "UserPoolId": house.pool, "ClientId": house.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    let by_admin = house.server.call("AdminInitiateAuth", input).await.ok();
    let by_admin = SignedIn::new(by_admin["AuthenticationResult"].clone());
    let all = [&by_password, &by_srp, &by_admin];
    for signed_in in all {
        assert!(signed_in.key.starts_with("eu-west-1_") && signed_in.key.len() == 46, "{}", signed_in.key);
        assert!(signed_in.group.starts_with('-') && signed_in.group.len() == 9, "{}", signed_in.group);
        assert_eq!(signed_in.group, by_password.group);
        assert_eq!(claims(signed_in.access())["device_key"], signed_in.key.as_str());
        assert!(claims(&signed_in.tokens["IdToken"]).get("device_key").is_none());
    }
    assert!(by_password.key != by_srp.key && by_srp.key != by_admin.key);
}

#[tokio::test]
async fn tokens_of_a_device_are_refreshed_with_its_key_alone() {
    let house = House::new().await;
    let (alice, other) = (house.confirmed("alice").await, house.confirmed("alice").await);
    let pending = house.sign_in("alice").await;
    for signed_in in [&alice, &pending] {
        for key in [Value::Null, json!(NOBODYS), json!(other.key)] {
            by_operation(&house, signed_in, &key).await.refused(WRONG.0, WRONG.1);
            by_flow(&house, signed_in, &key).await.refused(WRONG.0, WRONG.1);
        }
        let key = json!(signed_in.key);
        for reply in [by_operation(&house, signed_in, &key).await, by_flow(&house, signed_in, &key).await] {
            let again = reply.ok()["AuthenticationResult"].clone();
            assert_eq!(claims(&again["AccessToken"])["device_key"], key);
            assert!(again.get("NewDeviceMetadata").is_none());
        }
    }
}

async fn by_operation(house: &House, of: &SignedIn, key: &Value) -> testkit::Reply {
    let input = json!({
        "ClientId": house.client, "RefreshToken": of.tokens["RefreshToken"], "DeviceKey": key,
    });
    house.server.call_unsigned("GetTokensFromRefreshToken", input).await
}

async fn by_flow(house: &House, of: &SignedIn, key: &Value) -> testkit::Reply {
    let mut parameters = json!({ "REFRESH_TOKEN": of.tokens["RefreshToken"] });
    if !key.is_null() {
        parameters["DEVICE_KEY"] = key.clone();
    }
    let input = json!({
        "ClientId": house.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters,
    });
    house.server.call_unsigned("InitiateAuth", input).await
}
