use serde_json::json;
use testkit::TestServer;

use super::{all_factors, own_sender, sms};

#[tokio::test]
async fn what_contradicts_itself_is_refused_and_changes_nothing() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let set = async |mut input: serde_json::Value| {
        input["UserPoolId"] = pool.as_str().into();
        server.call("SetUserPoolMfaConfig", input).await
    };
    let nothing =
        "Invalid MFA configuration given, can't turn MFA on without configuring any of the MFA types.";
    for mfa in ["ON", "OPTIONAL"] {
        set(json!({ "MfaConfiguration": mfa })).await.refused("InvalidParameterException", nothing);
        let off = json!({ "MfaConfiguration": mfa, "SoftwareTokenMfaConfiguration": { "Enabled": false } });
        set(off).await.refused("InvalidParameterException", nothing);
    }
    // The default sender is Cognito's own.
    set(json!({ "EmailMfaConfiguration": {} })).await.refused_as("InvalidParameterException");
    set(json!({ "EmailMfaConfiguration": { "Message": "no placeholder" } }))
        .await
        .refused_as("InvalidParameterException");
    set(json!({ "MfaConfiguration": "MAYBE" })).await.refused_as("InvalidParameterException");
    let now = server.call("GetUserPoolMfaConfig", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(now, json!({ "MfaConfiguration": "OFF" }));
    let unknown = json!({ "UserPoolId": "eu-west-1_none00000" });
    for operation in ["SetUserPoolMfaConfig", "GetUserPoolMfaConfig"] {
        server.call(operation, unknown.clone()).await.refused_as("ResourceNotFoundException");
        server
            .call_unsigned(operation, json!({ "UserPoolId": pool }))
            .await
            .refused_as("MissingAuthenticationTokenException");
    }
}

#[tokio::test]
async fn email_is_no_second_factor_where_it_is_the_only_way_to_recover() {
    let server = TestServer::start().await;
    let recovery = json!({ "RecoveryMechanisms": [{ "Name": "verified_email", "Priority": 1 }] });
    let settings = json!({ "EmailConfiguration": own_sender(), "AccountRecoverySetting": recovery });
    let pool = server.pool(settings).await;
    let input = json!({ "UserPoolId": pool, "EmailMfaConfiguration": {}, "MfaConfiguration": "OPTIONAL" });
    server.call("SetUserPoolMfaConfig", input).await.refused_as("InvalidParameterException");
    let lite = server.pool(json!({ "EmailConfiguration": own_sender(), "UserPoolTier": "LITE" })).await;
    let input = json!({ "UserPoolId": lite, "EmailMfaConfiguration": {}, "MfaConfiguration": "OPTIONAL" });
    server.call("SetUserPoolMfaConfig", input).await.refused_as("FeatureUnavailableInTierException");
}

#[tokio::test]
async fn a_code_as_first_factor_and_mfa_that_is_required_exclude_each_other() {
    let server = TestServer::start().await;
    let first = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let pool = server.pool(json!({ "Policies": first })).await;
    let totp = json!({ "Enabled": true });
    let input =
        json!({ "UserPoolId": pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": totp });
    server.call("SetUserPoolMfaConfig", input.clone()).await.refused_as("InvalidParameterException");
    let plain = server.pool(json!({})).await;
    let mut on = input;
    on["UserPoolId"] = plain.as_str().into();
    server.call("SetUserPoolMfaConfig", on).await.ok();
    let change = json!({ "UserPoolId": plain, "MfaConfiguration": "ON", "Policies": first });
    server.call("UpdateUserPool", change).await.refused_as("InvalidParameterException");
}

#[tokio::test]
async fn blocks_replace_themselves_and_leave_the_others() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "EmailConfiguration": own_sender() })).await;
    let mut all = all_factors("OPTIONAL");
    all["UserPoolId"] = pool.as_str().into();
    let set = server.call("SetUserPoolMfaConfig", all.clone()).await.ok();
    let read = json!({ "UserPoolId": pool });
    assert_eq!(set, server.call("GetUserPoolMfaConfig", read.clone()).await.ok());
    for block in ["SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration"] {
        assert_eq!(set[block], all[block], "{block}");
    }
    let one = json!({ "UserPoolId": pool, "SoftwareTokenMfaConfiguration": { "Enabled": false } });
    let set = server.call("SetUserPoolMfaConfig", one).await.ok();
    assert_eq!(set["SoftwareTokenMfaConfiguration"], json!({ "Enabled": false }));
    assert_eq!(set["EmailMfaConfiguration"], all["EmailMfaConfiguration"]);
    assert_eq!(set["MfaConfiguration"], "OPTIONAL");
    let described = server.call("DescribeUserPool", read.clone()).await.ok();
    assert_eq!(described["UserPool"]["MfaConfiguration"], "OPTIONAL");
    // An update that says nothing of MFA turns it off, as all that it leaves out.
    server.call("UpdateUserPool", read.clone()).await.ok();
    let now = server.call("GetUserPoolMfaConfig", read).await.ok();
    assert_eq!(now["MfaConfiguration"], "OFF");
    assert_eq!(now["EmailMfaConfiguration"], all["EmailMfaConfiguration"]);
}

#[tokio::test]
async fn a_pool_made_with_mfa_asks_for_text_messages() {
    let server = TestServer::start().await;
    server
        .call("CreateUserPool", json!({ "PoolName": "p", "MfaConfiguration": "ON" }))
        .await
        .refused_as("InvalidParameterException");
    let pool = server.pool(json!({ "MfaConfiguration": "ON", "SmsConfiguration": sms() })).await;
    let now = server.call("GetUserPoolMfaConfig", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(
        now,
        json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": { "SmsConfiguration": sms() } })
    );
}
