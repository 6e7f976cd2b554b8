//! Devices and levels: a device stands for a factor and raises no level, and a step up is of the same device.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use serde_json::{Value, json};

use super::{DEVICE_PASSWORD, House, PASSWORD, SignedIn, claims};
use crate::api::mfa::{PHONE, sms};

/// A house whose alice has a confirmed device and has enabled text messages since, and a client for USER_AUTH.
async fn with_phone() -> (House, String, SignedIn) {
    let house = House::new().await;
    let flows = json!(["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    let client = house.server.client(&house.pool, json!({ "ExplicitAuthFlows": flows })).await;
    let house = House { client: client.clone(), ..house };
    let alice = house.confirmed("alice").await;
    let mfa = json!({
        "UserPoolId": house.pool, "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": { "SmsConfiguration": sms() },
    });
    house.server.call("SetUserPoolMfaConfig", mfa).await.ok();
    let phone = json!([{ "Name": "phone_number", "Value": PHONE }]);
    let input = json!({ "UserPoolId": house.pool, "Username": "alice", "UserAttributes": phone });
    house.server.call("AdminUpdateUserAttributes", input).await.ok();
    let wish = json!({ "SMSMfaSettings": { "Enabled": true } });
    crate::api::mfa::prefer(&house.server, &house.pool, wish).await;
    (house, client, alice)
}

/// USER_AUTH by password on this device.
async fn begin(house: &House, key: &str, level: Option<&str>) -> Value {
    let mut parameters = json!({
        "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD, "DEVICE_KEY": key,
    });
    if let Some(level) = level {
        parameters["TARGET_ACR_VALUES"] = level.into();
    }
    house.server.choose(&house.client, parameters).await.ok()
}

/// Proves the device.
async fn prove(house: &House, of: &SignedIn, asked: &Value) -> Value {
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    let attempt = Attempt::new(&SystemRandom).unwrap();
    let half = json!({ "USERNAME": "alice", "DEVICE_KEY": of.key, "SRP_A": attempt.public_hex() });
    let asked = house.server.respond(&house.client, asked, half).await.ok();
    let parameters = &asked["ChallengeParameters"];
    let answer = house.server.device_answer(&of.group, &attempt, parameters, DEVICE_PASSWORD);
    house.server.respond(&house.client, &asked, answer).await.ok()["AuthenticationResult"].clone()
}

async fn answer_sms(house: &House, asked: &Value) -> Value {
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    let answer = json!({ "USERNAME": "alice", "SMS_MFA_CODE": house.server.code(PHONE).await });
    house.server.respond(&house.client, asked, answer).await.ok()
}

fn told(tokens: &Value) -> Value {
    let claims = claims(&tokens["AccessToken"]);
    json!([claims["acr"], claims["amr"], claims["device_key"]])
}

#[tokio::test]
async fn a_device_stands_for_a_factor_and_raises_no_level() {
    let (house, _, alice) = with_phone().await;
    let tokens = prove(&house, &alice, &begin(&house, &alice.key, None).await).await;
    assert_eq!(told(&tokens), json!(["urn:cognito:loa:1", ["pwd"], alice.key]));
    // Toward the third level it stands for nothing: the code is asked for, and then the device.
    let asked = begin(&house, &alice.key, Some("urn:cognito:loa:3")).await;
    let asked = answer_sms(&house, &asked).await;
    assert!(asked.get("AuthenticationResult").is_none());
    let tokens = prove(&house, &alice, &asked).await;
    assert_eq!(told(&tokens), json!(["urn:cognito:loa:3", ["pwd", "sms", "mfa"], alice.key]));
}

#[tokio::test]
async fn a_step_up_is_of_the_same_device_and_ends_with_it() {
    let (house, _, alice) = with_phone().await;
    let before = prove(&house, &alice, &begin(&house, &alice.key, None).await).await;
    let parameters = json!({
        "USERNAME": "alice", "TARGET_ACR_VALUES": "urn:cognito:loa:3", "ACCESS_TOKEN": before["AccessToken"],
    });
    let asked = house.server.choose(&house.client, parameters).await.ok();
    let after = answer_sms(&house, &asked).await["AuthenticationResult"].clone();
    assert!(after.get("NewDeviceMetadata").is_none());
    assert_eq!(told(&after), json!(["urn:cognito:loa:3", ["pwd", "sms", "mfa"], alice.key]));
    let refresh = |key: &str| {
        let input = json!({
            "ClientId": house.client, "RefreshToken": after["RefreshToken"], "DeviceKey": key,
        });
        house.server.call_unsigned("GetTokensFromRefreshToken", input)
    };
    refresh("").await.refused_as("InvalidParameterException");
    refresh(&alice.key).await.ok();
    house.by_admin("AdminForgetDevice", "alice", &alice.key).await.ok();
    refresh(&alice.key).await.refused_as("NotAuthorizedException");
}
