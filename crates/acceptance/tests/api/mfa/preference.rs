use serde_json::{Value, json};

use super::{PASSWORD, all_factors, configure, house, phone_and_email};

const ENABLED: fn(bool) -> Value = |preferred| json!({ "Enabled": true, "PreferredMfa": preferred });

#[tokio::test]
async fn what_the_user_lacks_or_the_pool_does_not_offer_cannot_be_chosen() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), json!([])).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    for (block, name) in [
        ("SMSMfaSettings", "SMS_MFA"),
        ("SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA"),
        ("EmailMfaSettings", "EMAIL_OTP"),
    ] {
        let text = format!("User does not have delivery config set to turn on {name}");
        let own = json!({ "AccessToken": token, block: ENABLED(false) });
        server.call_unsigned("SetUserMFAPreference", own).await.refused("InvalidParameterException", &text);
        let admin = json!({ "UserPoolId": pool, "Username": "alice", block: ENABLED(true) });
        server.call("AdminSetUserMFAPreference", admin).await.refused("InvalidParameterException", &text);
    }
    let passkey = json!({ "AccessToken": token, "WebAuthnMfaSettings": { "Enabled": true } });
    server
        .call_unsigned("SetUserMFAPreference", passkey.clone())
        .await
        .refused("InvalidParameterException", "Passkeys are not a multi-factor method of this user pool.");
    let mut twice = all_factors("OPTIONAL");
    twice["WebAuthnConfiguration"] = json!({ "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    configure(&server, &pool, twice).await;
    server
        .call_unsigned("SetUserMFAPreference", passkey)
        .await
        .refused("InvalidParameterException", "Passkey MFA requires another MFA method to be active.");
    let nobody = json!({ "UserPoolId": pool, "Username": "nobody" });
    server
        .call("AdminSetUserMFAPreference", nobody)
        .await
        .refused("UserNotFoundException", "User does not exist.");
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    assert!(user.get("UserMFASettingList").is_none() && user.get("PreferredMfaSetting").is_none());
}

#[tokio::test]
async fn one_factor_at_most_is_preferred() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    let set = async |mut blocks: Value| {
        blocks["AccessToken"] = token.clone();
        server.call_unsigned("SetUserMFAPreference", blocks).await
    };
    set(json!({ "SMSMfaSettings": ENABLED(true), "EmailMfaSettings": ENABLED(true) }))
        .await
        .refused_as("InvalidParameterException");
    set(json!({ "SMSMfaSettings": ENABLED(false), "EmailMfaSettings": { "PreferredMfa": true } })).await.ok();
    let shown = async || {
        let user = server.call_unsigned("GetUser", json!({ "AccessToken": token })).await.ok();
        let admin =
            server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
        for member in ["UserMFASettingList", "PreferredMfaSetting", "MFAOptions"] {
            assert_eq!(user[member], admin[member], "{member}");
        }
        (user["UserMFASettingList"].clone(), user["PreferredMfaSetting"].clone())
    };
    assert_eq!(shown().await, (json!(["SMS_MFA", "EMAIL_OTP"]), json!("EMAIL_OTP")));
    set(json!({ "SMSMfaSettings": { "PreferredMfa": true } })).await.ok();
    assert_eq!(shown().await, (json!(["SMS_MFA", "EMAIL_OTP"]), json!("SMS_MFA")));
    set(json!({ "SMSMfaSettings": { "Enabled": false } })).await.ok();
    assert_eq!(shown().await, (json!(["EMAIL_OTP"]), Value::Null));
}

#[tokio::test]
async fn the_older_settings_turn_text_messages_on_and_off() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    let sms = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    let email = json!([{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
    let own = |options: &Value| json!({ "AccessToken": token, "MFAOptions": options });
    server.call_unsigned("SetUserSettings", own(&email)).await.refused_as("InvalidParameterException");
    server.call_unsigned("SetUserSettings", own(&sms)).await.ok();
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    let user = server.call("AdminGetUser", named.clone()).await.ok();
    assert_eq!((&user["MFAOptions"], &user["UserMFASettingList"]), (&sms, &json!(["SMS_MFA"])));
    let mut off = named.clone();
    off["MFAOptions"] = json!([]);
    server.call("AdminSetUserSettings", off).await.ok();
    assert!(server.call("AdminGetUser", named).await.ok().get("MFAOptions").is_none());
}

#[tokio::test]
async fn what_the_user_has_and_the_pool_does_not_offer_cannot_be_chosen() {
    let totp =
        json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    let (server, pool, _) = house(totp, phone_and_email()).await;
    for block in ["SMSMfaSettings", "EmailMfaSettings"] {
        let input = json!({ "UserPoolId": pool, "Username": "alice", block: ENABLED(false) });
        server.call("AdminSetUserMFAPreference", input).await.refused_as("InvalidParameterException");
    }
}
