use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";

struct House {
    server: TestServer,
    pool: String,
    client: String,
    token: Value,
}

impl House {
    async fn new(pool: Value, client: Value) -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(pool).await;
        let client = server.client(&pool, client).await;
        server.user(&pool, "alice", PASSWORD).await;
        let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
        Self { server, pool, client, token }
    }

    async fn own(&self, operation: &str, extra: Value) -> testkit::Reply {
        let mut input = json!({ "AccessToken": self.token });
        for (name, value) in extra.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.server.call_unsigned(operation, input).await
    }

    async fn update(&self, name: &str, value: &str) -> testkit::Reply {
        self.own("UpdateUserAttributes", json!({ "UserAttributes": [{ "Name": name, "Value": value }] }))
            .await
    }

    async fn admin_update(&self, attributes: Value) {
        let input = json!({ "UserPoolId": self.pool, "Username": "alice", "UserAttributes": attributes });
        self.server.call("AdminUpdateUserAttributes", input).await.ok();
    }

    async fn attribute(&self, name: &str) -> Value {
        let user = self.own("GetUser", json!({})).await.ok();
        let list = user["UserAttributes"].as_array().unwrap().clone();
        list.into_iter().find(|a| a["Name"] == name).map_or(Value::Null, |a| a["Value"].clone())
    }
}

fn verified(address: &str) -> Value {
    json!([{ "Name": "email", "Value": address }, { "Name": "email_verified", "Value": "true" }])
}

#[tokio::test]
async fn users_write_what_their_client_permits() {
    let house = House::new(json!({}), json!({ "WriteAttributes": ["name", "email"] })).await;
    house.update("name", "Alice").await.ok();
    assert_eq!(house.attribute("name").await, "Alice");
    let unauthorized = ("NotAuthorizedException", "A client attempted to write unauthorized attribute");
    house.update("nickname", "x").await.refused(unauthorized.0, unauthorized.1);
    house.update("email_verified", "true").await.refused(unauthorized.0, unauthorized.1);
    house.update("sub", "x").await.refused_as("InvalidParameterException");
    house.update("name", &"é".repeat(2049)).await.refused_as("InvalidParameterException");
    house.own("DeleteUserAttributes", json!({ "UserAttributeNames": ["name"] })).await.ok();
    assert_eq!(house.attribute("name").await, Value::Null);
    house
        .own("DeleteUserAttributes", json!({ "UserAttributeNames": ["nickname"] }))
        .await
        .refused(unauthorized.0, unauthorized.1);
}

#[tokio::test]
async fn a_new_address_is_unverified_until_its_code_comes_back() {
    let house = House::new(json!({ "AutoVerifiedAttributes": ["email"] }), json!({})).await;
    let sent = house.update("email", "new@example.com").await.ok();
    assert_eq!(sent["CodeDeliveryDetailsList"][0]["Destination"], "n***@e***");
    assert_eq!(house.attribute("email_verified").await, "false");
    let verify = async |code: &str| {
        house.own("VerifyUserAttribute", json!({ "AttributeName": "email", "Code": code })).await
    };
    verify("wrong").await.refused_as("CodeMismatchException");
    let code = house.server.code("new@example.com").await;
    verify(&code).await.ok();
    assert_eq!(house.attribute("email_verified").await, "true");
    verify(&code).await.refused_as("ExpiredCodeException");
    // A code for an address that is gone verifies nothing.
    house.own("GetUserAttributeVerificationCode", json!({ "AttributeName": "email" })).await.ok();
    let code = house.server.code("new@example.com").await;
    house.admin_update(json!([{ "Name": "email", "Value": "other@example.com" }])).await;
    verify(&code).await.refused_as("ExpiredCodeException");
    assert_eq!(house.attribute("email_verified").await, "false");
    house
        .own("GetUserAttributeVerificationCode", json!({ "AttributeName": "name" }))
        .await
        .refused_as("InvalidParameterException");
}

#[tokio::test]
async fn where_verification_comes_first_the_old_address_stays_until_then() {
    let settings = json!({
        "AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
    });
    let server = TestServer::start().await;
    let pool = server.pool(settings).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "old@example.com", PASSWORD).await;
    let token = server.tokens(&client, "old@example.com", PASSWORD).await["AccessToken"].clone();
    let house = House { server, pool, client, token };
    house.update("email", "first@example.com").await.ok();
    house.server.clock.advance(Duration::from_secs(1));
    house.update("email", "second@example.com").await.ok();
    assert_eq!(house.attribute("email").await, "old@example.com");
    house
        .server
        .sign_in(&house.client, "second@example.com", PASSWORD)
        .await
        .refused_as("UserNotFoundException");
    let verify = async |code: &str| {
        house.own("VerifyUserAttribute", json!({ "AttributeName": "email", "Code": code })).await
    };
    verify(&house.server.code("first@example.com").await).await.refused_as("CodeMismatchException");
    verify(&house.server.code("second@example.com").await).await.ok();
    assert_eq!(house.attribute("email").await, "second@example.com");
    house.server.sign_in(&house.client, "second@example.com", PASSWORD).await.ok();
    house
        .server
        .sign_in(&house.client, "old@example.com", PASSWORD)
        .await
        .refused_as("UserNotFoundException");
    // Somebody else's address cannot be taken by verifying a code for it.
    house.server.user(&house.pool, "taken@example.com", PASSWORD).await;
    house.update("email", "taken@example.com").await.ok();
    verify(&house.server.code("taken@example.com").await).await.refused_as("AliasExistsException");
    assert_eq!(house.attribute("email").await, "second@example.com");
}

#[tokio::test]
async fn changing_the_password_needs_the_present_one() {
    let house = House::new(json!({}), json!({})).await;
    let change = async |previous: &str, proposed: &str| {
        house
            .own("ChangePassword", json!({ "PreviousPassword": previous, "ProposedPassword": proposed }))
            .await
    };
    let wrong = ("NotAuthorizedException", "Incorrect username or password.");
    change("wrong", "Another-One 8!").await.refused(wrong.0, wrong.1);
    change(PASSWORD, "short").await.refused_as("InvalidPasswordException");
    house
        .own("ChangePassword", json!({ "ProposedPassword": "Another-One 8!" }))
        .await
        .refused_as("InvalidParameterException");
    change(PASSWORD, "Another-One 8!").await.ok();
    house.server.sign_in(&house.client, "alice", PASSWORD).await.refused(wrong.0, wrong.1);
    house.server.sign_in_srp(&house.pool, &house.client, "alice", "Another-One 8!").await.ok();
    // The token is still good, and guessing by it is counted like guessing at the door.
    for _ in 0..5 {
        change("guess", "Yet-Another 9!").await.refused(wrong.0, wrong.1);
    }
    change("Another-One 8!", "Yet-Another 9!").await.refused(wrong.0, "Password attempts exceeded");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_code() {
    let house = House::new(json!({}), json!({})).await;
    let server = &house.server;
    let forgot = json!({ "ClientId": house.client, "Username": "alice" });
    server.call_unsigned("ForgotPassword", forgot.clone()).await.refused(
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    );
    house.admin_update(verified("a@example.com")).await;
    let sent = server.call_unsigned("ForgotPassword", forgot.clone()).await.ok();
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "a***@e***");
    server.sign_in(&house.client, "alice", PASSWORD).await.ok();
    let confirm = async |code: &str, password: &str| {
        let input = json!({ "ClientId": house.client, "Username": "alice", "ConfirmationCode": code, "Password": password });
        server.call_unsigned("ConfirmForgotPassword", input).await
    };
    let code = server.code("a@example.com").await;
    confirm("wrong", "Another-One 8!").await.refused_as("CodeMismatchException");
    confirm(&code, "short").await.refused_as("InvalidPasswordException");
    confirm(&code, "Another-One 8!").await.ok();
    confirm(&code, "Yet-Another 9!").await.refused_as("ExpiredCodeException");
    server.sign_in(&house.client, "alice", PASSWORD).await.refused_as("NotAuthorizedException");
    server.sign_in(&house.client, "alice", "Another-One 8!").await.ok();
    for _ in 0..4 {
        server.call_unsigned("ForgotPassword", forgot.clone()).await.ok();
    }
    server
        .call_unsigned("ForgotPassword", forgot)
        .await
        .refused("LimitExceededException", "Attempt limit exceeded, please try after some time.");
    let code = server.code("a@example.com").await;
    server.clock.advance(Duration::from_secs(3600));
    confirm(&code, "Yet-Another 9!").await.refused_as("ExpiredCodeException");
}

#[tokio::test]
async fn recovery_is_closed_where_the_pool_says_so_and_hides_who_exists() {
    let admin_only = json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] } });
    let house = House::new(admin_only, json!({})).await;
    house.admin_update(verified("a@example.com")).await;
    let forgot = json!({ "ClientId": house.client, "Username": "alice" });
    house.server.call_unsigned("ForgotPassword", forgot).await.refused_as("NotAuthorizedException");
    let house = House::new(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let forgot = async |name: &str| {
        house
            .server
            .call_unsigned("ForgotPassword", json!({ "ClientId": house.client, "Username": name }))
            .await
            .ok()
    };
    let (unknown, again, unreachable) =
        (forgot("nobody").await, forgot("nobody").await, forgot("alice").await);
    assert_eq!(unknown, again);
    let shape = |v: &Value| v["CodeDeliveryDetails"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(shape(&unknown), shape(&unreachable));
    for name in ["nobody", "alice"] {
        let input = json!({ "ClientId": house.client, "Username": name, "ConfirmationCode": "123456", "Password": PASSWORD });
        house.server.call_unsigned("ConfirmForgotPassword", input).await.refused_as("CodeMismatchException");
    }
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_the_name_is_free() {
    let house = House::new(json!({}), json!({})).await;
    house.own("DeleteUser", json!({})).await.ok();
    house.own("GetUser", json!({})).await.refused("UserNotFoundException", "User does not exist.");
    house.server.sign_in(&house.client, "alice", PASSWORD).await.refused_as("UserNotFoundException");
    house.server.user(&house.pool, "alice", "Another-One 8!").await;
    house.own("GetUser", json!({})).await.refused_as("UserNotFoundException");
}

#[tokio::test]
async fn proving_an_own_address_buys_no_guesses_at_another() {
    let house = House::new(json!({ "AutoVerifiedAttributes": ["email"] }), json!({})).await;
    let verify = async |code: &str| {
        house.own("VerifyUserAttribute", json!({ "AttributeName": "email", "Code": code })).await
    };
    house.update("email", "victim@example.com").await.ok();
    for _ in 0..14 {
        verify("wrong").await.refused_as("CodeMismatchException");
    }
    house.update("email", "own@example.com").await.ok();
    verify(&house.server.code("own@example.com").await).await.ok();
    house.update("email", "victim@example.com").await.ok();
    verify("wrong").await.refused_as("CodeMismatchException");
    verify(&house.server.code("victim@example.com").await)
        .await
        .refused("LimitExceededException", "Attempt limit exceeded, please try after some time.");
    house.server.clock.advance(Duration::from_secs(3600));
    let code = house.server.code("victim@example.com").await;
    let token = house.server.tokens(&house.client, "alice", PASSWORD).await["AccessToken"].clone();
    let input = json!({ "AccessToken": token, "AttributeName": "email", "Code": code });
    house.server.call_unsigned("VerifyUserAttribute", input).await.ok();
}

#[tokio::test]
async fn a_preferred_username_cannot_be_somebody_elses_address() {
    let aliases = json!({ "AliasAttributes": ["email", "phone_number", "preferred_username"] });
    let house = House::new(aliases, json!({})).await;
    for (value, form) in [("victim@example.com", "email"), ("+12065551234", "phone number")] {
        let text = format!(
            "Preferred username cannot be of {form} format, since user pool is configured for {form} alias."
        );
        house.update("preferred_username", value).await.refused("InvalidParameterException", &text);
        let input = json!({
            "UserPoolId": house.pool, "Username": "alice",
            "UserAttributes": [{ "Name": "preferred_username", "Value": value }],
        });
        house
            .server
            .call("AdminUpdateUserAttributes", input)
            .await
            .refused("InvalidParameterException", &text);
    }
    house.update("preferred_username", "al").await.ok();
    house.server.sign_in(&house.client, "al", PASSWORD).await.ok();
    // Where no address is an alias, nothing is ambiguous.
    let house = House::new(json!({ "AliasAttributes": ["preferred_username"] }), json!({})).await;
    house.update("preferred_username", "al@example.com").await.ok();
}
