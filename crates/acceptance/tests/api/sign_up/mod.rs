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

async fn sign_up(server: &TestServer, client: &str, name: &str, attributes: Value) -> testkit::Reply {
    let input =
        json!({ "ClientId": client, "Username": name, "Password": PASSWORD, "UserAttributes": attributes });
    server.call_unsigned("SignUp", input).await
}

fn email(value: &str) -> Value {
    json!([{ "Name": "email", "Value": value }])
}

async fn confirm(server: &TestServer, client: &str, name: &str, code: &str) -> testkit::Reply {
    server
        .call_unsigned(
            "ConfirmSignUp",
            json!({ "ClientId": client, "Username": name, "ConfirmationCode": code }),
        )
        .await
}

#[tokio::test]
async fn a_user_signs_up_confirms_and_signs_in() {
    let (server, pool, client) = house(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let made = sign_up(&server, &client, "alice", email("alice@example.com")).await.ok();
    assert_eq!(made["UserConfirmed"], false);
    assert_eq!(
        made["CodeDeliveryDetails"],
        json!({ "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" })
    );
    server
        .sign_in(&client, "alice", PASSWORD)
        .await
        .refused("UserNotConfirmedException", "User is not confirmed.");
    let mail = server.mailbox("alice@example.com").await;
    assert_eq!(
        (mail.len(), mail[0].purpose, mail[0].subject.as_deref()),
        (1, "sign_up", Some("Your verification code"))
    );
    let code = server.code("alice@example.com").await;
    assert_eq!(mail[0].text, format!("Your verification code is {code}. "));
    confirm(&server, &client, "alice", "000000x")
        .await
        .refused("CodeMismatchException", "Invalid verification code provided, please try again.");
    confirm(&server, &client, "alice", &code).await.ok();
    confirm(&server, &client, "alice", &code)
        .await
        .refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED");
    server.sign_in(&client, "alice", PASSWORD).await.ok();
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({ "Name": "email_verified", "Value": "true" })));
    assert_eq!(made["UserSub"], attributes[0]["Value"]);
}

#[tokio::test]
async fn what_sign_up_refuses_leaves_no_user() {
    let schema = json!([{ "Name": "email", "AttributeDataType": "String", "Required": true }]);
    let (server, pool, client) = house(json!({ "Schema": schema })).await;
    let refused = async |name: &str, attributes: Value, kind: &str, message: &str| {
        sign_up(&server, &client, name, attributes).await.refused(kind, message);
    };
    let invalid = "InvalidParameterException";
    refused(
        "bob",
        json!([]),
        invalid,
        "Attributes did not conform to the schema: email: The attribute is required",
    )
    .await;
    refused("bob", email("not an address"), invalid, "Invalid email address format.").await;
    let with = |name: &str, value: &str| json!([{ "Name": "email", "Value": "b@example.com" }, { "Name": name, "Value": value }]);
    refused(
        "bob",
        with("custom:x", "1"),
        invalid,
        "Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.",
    )
    .await;
    refused("bob", with("phone_number", "12065551234"), invalid, "Invalid phone number format.").await;
    refused(
        "bob",
        with("email_verified", "true"),
        "NotAuthorizedException",
        "A client attempted to write unauthorized attribute",
    )
    .await;
    sign_up(&server, &client, "bob", with("sub", "x")).await.refused_as(invalid);
    let short = json!({ "ClientId": client, "Username": "bob", "Password": "Short1!", "UserAttributes": email("b@example.com") });
    server.call_unsigned("SignUp", short).await.refused(
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    );
    for name in ["a b", "a\u{0}b", "\u{7}", ""] {
        sign_up(&server, &client, name, email("b@example.com")).await.refused_as(invalid);
    }
    server
        .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "bob" }))
        .await
        .refused("UserNotFoundException", "User does not exist.");
    sign_up(&server, &client, "bob", email("b@example.com")).await.ok();
    refused("bob", email("c@example.com"), "UsernameExistsException", "User already exists").await;
}

#[tokio::test]
async fn a_closed_pool_takes_no_sign_ups() {
    let (server, _, client) =
        house(json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } })).await;
    sign_up(&server, &client, "alice", json!([]))
        .await
        .refused("NotAuthorizedException", "SignUp is not permitted for this user pool");
}

#[tokio::test]
async fn a_username_cannot_be_another_users_sub_or_alias() {
    let (server, pool, client) = house(json!({ "AliasAttributes": ["preferred_username"] })).await;
    let sub =
        sign_up(&server, &client, "alice", json!([])).await.ok()["UserSub"].as_str().unwrap().to_owned();
    sign_up(&server, &client, &sub, json!([])).await.refused_as("UsernameExistsException");
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    server.call("AdminConfirmSignUp", named).await.ok();
    let set = |name: &str| json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": [{ "Name": "preferred_username", "Value": name }] });
    server.call("AdminUpdateUserAttributes", set("ally")).await.ok();
    sign_up(&server, &client, "ally", json!([])).await.refused_as("UsernameExistsException");
    sign_up(&server, &client, "carol", json!([])).await.ok();
    server
        .call("AdminUpdateUserAttributes", set("carol"))
        .await
        .refused("AliasExistsException", "An account with the given preferred_username already exists.");
    server.sign_in(&client, "ally", PASSWORD).await.ok();
}

#[tokio::test]
async fn names_fold_only_where_the_pool_says_so() {
    let (server, _, client) = house(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
    sign_up(&server, &client, "Älice", json!([])).await.ok();
    sign_up(&server, &client, "äLICE", json!([])).await.refused_as("UsernameExistsException");
    let (server, _, client) = house(json!({})).await;
    sign_up(&server, &client, "Alice", json!([])).await.ok();
    sign_up(&server, &client, "alice", json!([])).await.ok();
}

#[tokio::test]
async fn where_an_address_is_the_username_the_name_is_an_id() {
    let (server, pool, client) =
        house(json!({ "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"] })).await;
    sign_up(&server, &client, "alice", json!([]))
        .await
        .refused("InvalidParameterException", "Username should be an email.");
    let made = sign_up(&server, &client, "Alice@example.com", email("other@example.com")).await.ok();
    let user = server
        .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "Alice@example.com" }))
        .await
        .ok();
    assert_eq!(user["Username"], made["UserSub"]);
    assert!(
        user["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email", "Value": "Alice@example.com" }))
    );
    sign_up(&server, &client, "Alice@example.com", json!([]))
        .await
        .refused("UsernameExistsException", "An account with the given email already exists.");
    let code = server.code("Alice@example.com").await;
    confirm(&server, &client, "Alice@example.com", &code).await.ok();
    server.sign_in_srp(&pool, &client, "Alice@example.com", PASSWORD).await.ok();
    // A changed address signs in at once, the old one no longer does.
    server
        .call(
            "AdminUpdateUserAttributes",
            json!({ "UserPoolId": pool, "Username": made["UserSub"], "UserAttributes": email("new@example.com") }),
        )
        .await
        .ok();
    server.sign_in(&client, "new@example.com", PASSWORD).await.ok();
    server.sign_in(&client, "Alice@example.com", PASSWORD).await.refused_as("UserNotFoundException");
    server
        .call(
            "AdminDeleteUserAttributes",
            json!({ "UserPoolId": pool, "Username": made["UserSub"], "UserAttributeNames": ["email"] }),
        )
        .await
        .refused_as("InvalidParameterException");
}

#[tokio::test]
async fn an_alias_belongs_to_who_verified_it() {
    let (server, pool, client) =
        house(json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] })).await;
    sign_up(&server, &client, "x@example.com", json!([])).await.refused(
        "InvalidParameterException",
        "Username cannot be of email format, since user pool is configured for email alias.",
    );
    let address = "shared@example.com";
    sign_up(&server, &client, "first", email(address)).await.ok();
    server.sign_in(&client, address, PASSWORD).await.refused_as("UserNotFoundException");
    confirm(&server, &client, "first", &server.code(address).await).await.ok();
    server.sign_in(&client, address, PASSWORD).await.ok();
    sign_up(&server, &client, "second", email(address)).await.ok();
    let code = server.code(address).await;
    confirm(&server, &client, "second", &code)
        .await
        .refused("AliasExistsException", "An account with the email already exists.");
    let force = json!({ "ClientId": client, "Username": "second", "ConfirmationCode": code, "ForceAliasCreation": true });
    server.call_unsigned("ConfirmSignUp", force).await.ok();
    let tokens = server.tokens(&client, address, PASSWORD).await;
    let user = server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await.ok();
    assert_eq!(user["Username"], "second");
    let first = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "first" })).await.ok();
    assert!(
        first["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email_verified", "Value": "false" }))
    );
}

#[tokio::test]
async fn codes_expire_are_replaced_and_run_out() {
    let (server, _, client) = house(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let address = "alice@example.com";
    sign_up(&server, &client, "alice", email(address)).await.ok();
    let first = server.code(address).await;
    server.clock.advance(Duration::from_secs(1));
    let resend = json!({ "ClientId": client, "Username": "alice" });
    let details = server.call_unsigned("ResendConfirmationCode", resend.clone()).await.ok();
    assert_eq!(details["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let second = server.code(address).await;
    if first != second {
        confirm(&server, &client, "alice", &first).await.refused_as("CodeMismatchException");
    }
    server.clock.advance(Duration::from_secs(86_400));
    confirm(&server, &client, "alice", &second)
        .await
        .refused("ExpiredCodeException", "Invalid code provided, please request a code again.");
    server.call_unsigned("ResendConfirmationCode", resend.clone()).await.ok();
    for _ in 0..14 {
        confirm(&server, &client, "alice", "wrong").await.refused_as("CodeMismatchException");
    }
    let limit = "Attempt limit exceeded, please try after some time.";
    let right = server.code(address).await;
    confirm(&server, &client, "alice", &right).await.refused("LimitExceededException", limit);
    for _ in 0..4 {
        server.call_unsigned("ResendConfirmationCode", resend.clone()).await.ok();
    }
    server
        .call_unsigned("ResendConfirmationCode", resend.clone())
        .await
        .refused("LimitExceededException", limit);
    server.clock.advance(Duration::from_secs(3600));
    confirm(&server, &client, "alice", &server.code(address).await).await.ok();
    server.call_unsigned("ResendConfirmationCode", resend).await.refused_as("InvalidParameterException");
}

#[tokio::test]
async fn unknown_names_are_told_apart_only_where_the_client_says_so() {
    let (server, pool, client) = house(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let unknown = ("UserNotFoundException", "Username/client id combination not found.");
    confirm(&server, &client, "nobody", "123456").await.refused(unknown.0, unknown.1);
    let resend = json!({ "ClientId": client, "Username": "nobody" });
    server.call_unsigned("ResendConfirmationCode", resend).await.refused(unknown.0, unknown.1);
    let hiding = server.client(&pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    confirm(&server, &hiding, "nobody", "123456").await.refused_as("CodeMismatchException");
    let resend = json!({ "ClientId": hiding, "Username": "nobody" });
    let one = server.call_unsigned("ResendConfirmationCode", resend.clone()).await.ok();
    let two = server.call_unsigned("ResendConfirmationCode", resend).await.ok();
    assert_eq!((&one, &one["CodeDeliveryDetails"]["DeliveryMedium"]), (&two, &json!("EMAIL")));
    assert_eq!(server.mailbox("nobody").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_name_claimed_at_the_same_instant_has_one_owner() {
    let (server, pool, client) = house(json!({ "UsernameAttributes": ["email"] })).await;
    let claims: Vec<_> = (0..50)
        .map(|i| {
            let (server, pool, client) = (server.clone(), pool.clone(), client.clone());
            tokio::spawn(async move {
                if i % 2 == 0 {
                    sign_up(&server, &client, "one@example.com", json!([])).await
                } else {
                    let input = json!({ "UserPoolId": pool, "Username": "one@example.com", "MessageAction": "SUPPRESS" });
                    server.call("AdminCreateUser", input).await
                }
            })
        })
        .collect();
    let mut made = 0;
    for claim in claims {
        let reply = claim.await.unwrap();
        match reply.status {
            200 => made += 1,
            _ => reply.refused_as("UsernameExistsException"),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn where_existence_is_hidden_every_state_of_a_user_answers_as_a_name_nobody_has() {
    let (server, pool, open) = house(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let hiding = server.client(&pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    for name in ["confirmed", "expired"] {
        sign_up(&server, &open, name, email(&format!("{name}@example.com"))).await.ok();
    }
    sign_up(&server, &open, "unreachable", json!([])).await.ok();
    let code = server.code("confirmed@example.com").await;
    confirm(&server, &open, "confirmed", &code).await.ok();
    let stale = server.code("expired@example.com").await;
    server.clock.advance(Duration::from_secs(86_400));
    for name in ["nobody", "confirmed", "unreachable"] {
        let resend = json!({ "ClientId": hiding, "Username": name });
        for _ in 0..5 {
            let sent = server.call_unsigned("ResendConfirmationCode", resend.clone()).await.ok();
            let details = sent["CodeDeliveryDetails"].as_object().unwrap();
            assert!(
                details.keys().eq(["Destination", "DeliveryMedium", "AttributeName"]),
                "{name}: {details:?}"
            );
            assert_eq!(details["DeliveryMedium"], "EMAIL");
        }
        server.call_unsigned("ResendConfirmationCode", resend).await.refused_as("LimitExceededException");
    }
    assert_eq!(server.mailbox("confirmed@example.com").await.len(), 1);
    for (name, given) in
        [("nobody", "123456"), ("confirmed", &code), ("expired", &stale), ("unreachable", "123456")]
    {
        for _ in 0..15 {
            confirm(&server, &hiding, name, given)
                .await
                .refused("CodeMismatchException", "Invalid verification code provided, please try again.");
        }
        confirm(&server, &hiding, name, given).await.refused_as("LimitExceededException");
    }
    // Where the pool sends no codes at all, that is no secret, and no name is told apart by it.
    let (server, pool, _) = house(json!({})).await;
    let hiding = server.client(&pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    server.user(&pool, "alice", PASSWORD).await;
    for name in ["alice", "nobody"] {
        server
            .call_unsigned("ResendConfirmationCode", json!({ "ClientId": hiding, "Username": name }))
            .await
            .refused("NotAuthorizedException", "Cannot resend codes. Auto verification not turned on.");
    }
}
