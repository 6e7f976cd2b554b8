use serde_json::json;
use testkit::TestServer;

#[tokio::test]
async fn a_pool_has_cognitos_defaults_and_is_described_alike() {
    let server = TestServer::start().await;
    let made = server.call("CreateUserPool", json!({ "PoolName": "people" })).await.ok()["UserPool"].clone();
    let id = made["Id"].as_str().unwrap();
    assert_eq!(id.len(), "eu-west-1_".len() + 9);
    assert_eq!(made["Arn"], format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{id}"));
    assert_eq!(made["MfaConfiguration"], "OFF");
    assert_eq!(made["DeletionProtection"], "INACTIVE");
    assert_eq!(made["UserPoolTier"], "ESSENTIALS");
    assert_eq!(
        made["Policies"],
        json!({
            "PasswordPolicy": {
                "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
        })
    );
    assert_eq!(made["SchemaAttributes"].as_array().unwrap().len(), 20);
    let described =
        server.call("DescribeUserPool", json!({ "UserPoolId": id })).await.ok()["UserPool"].clone();
    assert_eq!(described, made);
}

/// The names of all four levels of authentication are shown, given or not; an update replaces them.
#[tokio::test]
async fn the_levels_of_authentication_have_names() {
    let server = TestServer::start().await;
    let names = |two: &str, three: &str| {
        json!({
            "Level1": { "AcrValue": "urn:cognito:loa:1" }, "Level2": { "AcrValue": two },
            "Level3": { "AcrValue": three }, "Level4": { "AcrValue": "urn:cognito:loa:4" },
        })
    };
    let given = json!({ "Level2": { "AcrValue": "silver" }, "Level3": { "AcrValue": "gold" } });
    let made = json!({ "PoolName": "people", "AcrConfiguration": given });
    let made = server.call("CreateUserPool", made).await.ok()["UserPool"].clone();
    assert_eq!(made["AcrConfiguration"], names("silver", "gold"));
    let described = async || {
        let pool = server.call("DescribeUserPool", json!({ "UserPoolId": made["Id"] })).await.ok();
        pool["UserPool"]["AcrConfiguration"].clone()
    };
    assert_eq!(described().await, made["AcrConfiguration"]);
    for (configuration, kind) in [
        (
            json!({ "Level1": { "AcrValue": "x" }, "Level2": { "AcrValue": "x" } }),
            "InvalidParameterException",
        ),
        (json!({ "Level1": { "AcrValue": "urn:cognito:loa:2" } }), "InvalidParameterException"),
        (json!({ "Level5": { "AcrValue": "x" } }), "InvalidParameterException"),
        (json!({ "Level1": { "AcrValue": "" } }), "InvalidParameterException"),
        (json!({ "Level1": { "AcrValue": "x".repeat(65) } }), "InvalidParameterException"),
        (json!({ "Level1": { "AcrValue": "a b" } }), "InvalidParameterException"),
        (json!({ "Level1": { "AcrValue": "a\"b" } }), "InvalidParameterException"),
        (json!({ "Level1": { "AcrValue": "a\\b" } }), "InvalidParameterException"),
        (json!({ "Level1": {} }), "InvalidParameterException"),
    ] {
        let input = json!({ "UserPoolId": made["Id"], "AcrConfiguration": configuration });
        server.call("UpdateUserPool", input).await.refused_as(kind);
        let input = json!({ "PoolName": "people", "AcrConfiguration": configuration });
        server.call("CreateUserPool", input).await.refused_as(kind);
    }
    let input = json!({ "PoolName": "p", "UserPoolTier": "LITE", "AcrConfiguration": given });
    server.call("CreateUserPool", input).await.refused_as("FeatureUnavailableInTierException");
    assert_eq!(described().await, names("silver", "gold"));
    server.call("UpdateUserPool", json!({ "UserPoolId": made["Id"] })).await.ok();
    assert_eq!(described().await, names("urn:cognito:loa:2", "urn:cognito:loa:3"));
}

#[tokio::test]
async fn every_setting_is_kept() {
    let server = TestServer::start().await;
    let settings = json!({
        "PoolName": "people",
        "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": true, "PasswordHistorySize": 3 } },
        "AutoVerifiedAttributes": ["email"],
        "AliasAttributes": ["email", "preferred_username"],
        "EmailVerificationMessage": "Your code: {####}",
        "EmailVerificationSubject": "Code",
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        "UserPoolTags": { "team": "identity" },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "UsernameConfiguration": { "CaseSensitive": false },
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "verified_email", "Priority": 1 }] },
        "DeletionProtection": "ACTIVE",
    });
    let made = server.call("CreateUserPool", settings.clone()).await.ok()["UserPool"].clone();
    for name in [
        "AutoVerifiedAttributes",
        "AliasAttributes",
        "UserAttributeUpdateSettings",
        "UserPoolTags",
        "UsernameConfiguration",
        "AccountRecoverySetting",
        "DeletionProtection",
        "EmailVerificationMessage",
    ] {
        assert_eq!(made[name], settings[name], "{name}");
    }
    assert_eq!(made["VerificationMessageTemplate"]["EmailMessage"], "Your code: {####}");
    let policy = &made["Policies"]["PasswordPolicy"];
    assert_eq!((&policy["MinimumLength"], &policy["RequireUppercase"]), (&json!(12), &json!(false)));
}

#[tokio::test]
async fn contradictions_and_promises_it_cannot_keep_are_refused() {
    let server = TestServer::start().await;
    let refused = async |settings: serde_json::Value, kind: &str| {
        let mut input = json!({ "PoolName": "x" });
        for (name, value) in settings.as_object().unwrap() {
            input[name] = value.clone();
        }
        server.call("CreateUserPool", input).await.refused_as(kind);
    };
    let invalid = "InvalidParameterException";
    refused(json!({ "UsernameAttributes": ["email"], "AliasAttributes": ["email"] }), invalid).await;
    refused(json!({ "MfaConfiguration": "ON" }), invalid).await;
    refused(json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 5 } } }), invalid).await;
    refused(json!({ "Schema": [{ "Name": "x", "AttributeDataType": "String", "Required": true }] }), invalid)
        .await;
    refused(json!({ "KeyConfiguration": { "KeyType": "CUSTOMER_MANAGED_KEY" } }), invalid).await;
    refused(json!({ "UserPoolTags": { "aws:x": "y" } }), invalid).await;
    refused(
        json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } }),
        invalid,
    )
    .await;
    let tier = "FeatureUnavailableInTierException";
    refused(json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } }), tier).await;
    assert_eq!(server.call("ListUserPools", json!({ "MaxResults": 60 })).await.ok()["UserPools"], json!([]));
}
