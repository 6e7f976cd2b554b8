mod list_users;

use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";

async fn house(settings: Value) -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let pool = server.pool(settings).await;
    let client = server.client(&pool, json!({})).await;
    (server, pool, client)
}

async fn attribute(server: &TestServer, pool: &str, name: &str, attribute: &str) -> Value {
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name })).await.ok();
    user["UserAttributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["Name"] == attribute)
        .map_or(Value::Null, |a| a["Value"].clone())
}

#[tokio::test]
async fn an_invitation_brings_a_temporary_password() {
    let (server, pool, client) = house(json!({})).await;
    let made = server
        .call(
            "AdminCreateUser",
            json!({
                "UserPoolId": pool, "Username": "bob", "DesiredDeliveryMediums": ["EMAIL"],
                "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" }, { "Name": "email_verified", "Value": "true" }],
            }),
        )
        .await
        .ok()["User"]
        .clone();
    assert_eq!(
        (&made["Username"], &made["UserStatus"], &made["Enabled"]),
        (&json!("bob"), &json!("FORCE_CHANGE_PASSWORD"), &json!(true))
    );
    let mail = server.mailbox("bob@example.com").await;
    let password = mail[0].code.clone().unwrap();
    assert_eq!(mail[0].text, format!("Your username is bob and temporary password is {password}. "));
    assert_eq!(
        (mail[0].purpose, mail[0].subject.as_deref()),
        ("invitation", Some("Your temporary password"))
    );
    let challenge = server.sign_in(&client, "bob", &password).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    // RESEND replaces the password; the attempt begun with the old one is dead.
    let resend = json!({ "UserPoolId": pool, "Username": "bob", "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
    server.clock.advance(Duration::from_secs(1));
    server.call("AdminCreateUser", resend.clone()).await.ok();
    server.sign_in(&client, "bob", &password).await.refused_as("NotAuthorizedException");
    let answer = json!({ "USERNAME": "bob", "NEW_PASSWORD": PASSWORD });
    server.respond(&client, &challenge, answer.clone()).await.refused_as("NotAuthorizedException");
    let second = server.code("bob@example.com").await;
    let challenge = server.sign_in(&client, "bob", &second).await.ok();
    server.respond(&client, &challenge, answer).await.ok();
    server.call("AdminCreateUser", resend).await.refused(
        "UnsupportedUserStateException",
        "Resend not possible. bob status is not FORCE_CHANGE_PASSWORD",
    );
}

#[tokio::test]
async fn what_admin_create_user_refuses_leaves_no_user() {
    let (server, pool, _) = house(json!({ "AliasAttributes": ["email"] })).await;
    let refused = async |extra: Value, kind: &str| {
        let mut input = json!({ "UserPoolId": pool, "Username": "bob", "MessageAction": "SUPPRESS" });
        for (name, value) in extra.as_object().unwrap() {
            input[name] = value.clone();
        }
        server.call("AdminCreateUser", input).await.refused_as(kind);
    };
    let invalid = "InvalidParameterException";
    refused(json!({ "Username": "bob@example.com" }), invalid).await;
    refused(json!({ "TemporaryPassword": "short" }), "InvalidPasswordException").await;
    refused(json!({ "UserAttributes": [{ "Name": "email", "Value": "x" }] }), invalid).await;
    refused(json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "yes" }] }), invalid).await;
    refused(json!({ "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"] }), invalid).await;
    refused(json!({ "MessageAction": "RESEND" }), "UserNotFoundException").await;
    server
        .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "bob" }))
        .await
        .refused_as("UserNotFoundException");
    let verified =
        json!([{ "Name": "email", "Value": "b@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    let make = |name: &str, force: bool| json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": verified, "ForceAliasCreation": force });
    server.call("AdminCreateUser", make("bob", false)).await.ok();
    server
        .call("AdminCreateUser", make("bob", false))
        .await
        .refused("UsernameExistsException", "User already exists");
    server
        .call("AdminCreateUser", make("carol", false))
        .await
        .refused("AliasExistsException", "An account with the given email already exists.");
    server.call("AdminCreateUser", make("carol", true)).await.ok();
    assert_eq!(attribute(&server, &pool, "bob", "email_verified").await, "false");
    assert_eq!(attribute(&server, &pool, "b@example.com", "email_verified").await, "true");
}

#[tokio::test]
async fn administrators_read_users_by_any_name_and_only_in_their_pool() {
    let (server, pool, _) = house(json!({})).await;
    let sub = server.user(&pool, "alice", PASSWORD).await;
    let by_sub = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": sub })).await.ok();
    assert_eq!((&by_sub["Username"], &by_sub["UserStatus"]), (&json!("alice"), &json!("CONFIRMED")));
    let other = server.pool(json!({})).await;
    for operation in [
        "AdminGetUser",
        "AdminDeleteUser",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminConfirmSignUp",
        "AdminResetUserPassword",
        "AdminUserGlobalSignOut",
    ] {
        for name in ["alice", &sub] {
            server
                .call(operation, json!({ "UserPoolId": other, "Username": name }))
                .await
                .refused("UserNotFoundException", "User does not exist.");
        }
        server
            .call_as(
                "111111111111",
                testkit::REGION,
                operation,
                json!({ "UserPoolId": pool, "Username": "alice" }),
            )
            .await
            .refused_as("ResourceNotFoundException");
        server
            .call_unsigned(operation, json!({ "UserPoolId": pool, "Username": "alice" }))
            .await
            .refused_as("MissingAuthenticationTokenException");
    }
}

#[tokio::test]
async fn attributes_are_changed_and_deleted_within_the_schema() {
    let schema = json!([
        { "Name": "fixed", "AttributeDataType": "String", "Mutable": false },
        { "Name": "level", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "1", "MaxValue": "9" } },
        { "Name": "name", "AttributeDataType": "String", "Required": true },
    ]);
    let (server, pool, _) = house(json!({ "Schema": schema })).await;
    server.user(&pool, "alice", PASSWORD).await;
    let update = async |name: &str, value: &str| {
        let attributes = json!([{ "Name": "name", "Value": "Alice" }, { "Name": name, "Value": value }]);
        server
            .call(
                "AdminUpdateUserAttributes",
                json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes }),
            )
            .await
    };
    let invalid = "InvalidParameterException";
    update("custom:level", "5").await.ok();
    for bad in ["0", "10", "x", "5.5"] {
        update("custom:level", bad).await.refused_as(invalid);
    }
    update("custom:fixed", "x").await.refused(invalid, "user.custom:fixed: Attribute cannot be updated.");
    update("birthdate", "1990-13-01").await.refused_as(invalid);
    update("birthdate", "1990-12-01").await.ok();
    update("email", "a@example.com").await.ok();
    assert_eq!(attribute(&server, &pool, "alice", "email_verified").await, "false");
    update("email_verified", "true").await.ok();
    // The same address is as verified as before; another one is not.
    update("email", "a@example.com").await.ok();
    assert_eq!(attribute(&server, &pool, "alice", "email_verified").await, "true");
    update("email", "b@example.com").await.ok();
    assert_eq!(attribute(&server, &pool, "alice", "email_verified").await, "false");
    assert_eq!(attribute(&server, &pool, "alice", "custom:level").await, "5");
    let delete = async |name: &str| {
        server
            .call(
                "AdminDeleteUserAttributes",
                json!({ "UserPoolId": pool, "Username": "alice", "UserAttributeNames": [name] }),
            )
            .await
    };
    delete("email").await.ok();
    assert_eq!(attribute(&server, &pool, "alice", "email_verified").await, Value::Null);
    for kept in ["name", "sub", "custom:fixed", "custom:unknown"] {
        delete(kept).await.refused_as(invalid);
    }
}

#[tokio::test]
async fn passwords_set_by_an_administrator_heed_policy_and_history() {
    let (server, pool, client) =
        house(json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 8, "PasswordHistorySize": 2 } } }))
            .await;
    server.user(&pool, "alice", "password-0").await;
    let set = async |password: &str| {
        server
            .call(
                "AdminSetUserPassword",
                json!({ "UserPoolId": pool, "Username": "alice", "Password": password, "Permanent": true }),
            )
            .await
    };
    set("short").await.refused_as("InvalidPasswordException");
    set("password-0").await.refused_as("PasswordHistoryPolicyViolationException");
    set("password-1").await.ok();
    set("password-0").await.refused_as("PasswordHistoryPolicyViolationException");
    set("password-2").await.ok();
    set("password-0").await.ok();
    server.sign_in(&client, "alice", "password-0").await.ok();
    let temporary = json!({ "UserPoolId": pool, "Username": "alice", "Password": "password-9" });
    server.call("AdminSetUserPassword", temporary).await.ok();
    assert_eq!(
        server.sign_in(&client, "alice", "password-9").await.ok()["ChallengeName"],
        "NEW_PASSWORD_REQUIRED"
    );
}

#[tokio::test]
async fn a_reset_password_works_no_more_until_the_code_is_used() {
    let (server, pool, client) = house(json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    server.call("AdminResetUserPassword", named.clone()).await.refused(
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    );
    let verified =
        json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    server
        .call(
            "AdminUpdateUserAttributes",
            json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": verified }),
        )
        .await
        .ok();
    server.call("AdminResetUserPassword", named).await.ok();
    server
        .sign_in(&client, "alice", "wrong")
        .await
        .refused("NotAuthorizedException", "Incorrect username or password.");
    server.sign_in(&client, "alice", PASSWORD).await.refused_as("PasswordResetRequiredException");
    let code = server.code("a@example.com").await;
    let confirm = json!({ "ClientId": client, "Username": "alice", "ConfirmationCode": code, "Password": "Another-One 8!" });
    server.call_unsigned("ConfirmForgotPassword", confirm).await.ok();
    server.sign_in(&client, "alice", "Another-One 8!").await.ok();
}

#[tokio::test]
async fn confirming_by_administrator_needs_an_unconfirmed_user() {
    let (server, pool, client) = house(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let input = json!({ "ClientId": client, "Username": "alice", "Password": PASSWORD, "UserAttributes": [{ "Name": "email", "Value": "a@example.com" }] });
    server.call_unsigned("SignUp", input).await.ok();
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    server.call("AdminConfirmSignUp", named.clone()).await.ok();
    assert_eq!(attribute(&server, &pool, "alice", "email_verified").await, "false");
    server
        .call("AdminConfirmSignUp", named)
        .await
        .refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED");
    server.sign_in(&client, "alice", PASSWORD).await.ok();
}
