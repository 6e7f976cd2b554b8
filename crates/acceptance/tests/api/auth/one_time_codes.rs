use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestServer;

const EMAIL: &str = "dana@example.com";
const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

async fn house() -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let settings = json!({
        "Policies": policies, "AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email"],
    });
    let pool = server.pool(settings).await;
    let client = server.client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
    (server, pool, client)
}

async fn sign_up(server: &TestServer, client: &str) -> Value {
    let email = json!([{ "Name": "email", "Value": EMAIL }]);
    let input = json!({ "ClientId": client, "Username": EMAIL, "UserAttributes": email });
    server.call_unsigned("SignUp", input).await.ok()
}

#[tokio::test]
async fn a_password_is_needed_where_there_is_no_other_way() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    let input = json!({ "ClientId": client, "Username": "dana" });
    server.call_unsigned("SignUp", input).await.refused_as("InvalidParameterException");
}

#[tokio::test]
async fn a_right_code_confirms_whoever_signed_up_without_a_password() {
    let (server, pool, client) = house().await;
    let made = sign_up(&server, &client).await;
    assert_eq!(made["UserConfirmed"], false);
    let begin = json!({ "USERNAME": EMAIL, "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let challenge = server.choose(&client, begin).await.ok();
    assert_eq!(challenge["ChallengeName"], "EMAIL_OTP");
    assert_eq!(challenge["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let mail = server.mailbox(EMAIL).await;
    assert_eq!((mail.len(), mail[0].purpose), (2, "authentication"));
    let code = mail[0].code.clone().unwrap();
    assert_eq!(code.len(), 8);
    let answer = json!({ "USERNAME": EMAIL, "EMAIL_OTP_CODE": code });
    let tokens = server.respond(&client, &challenge, answer.clone()).await.ok();
    assert!(tokens["AuthenticationResult"]["IdToken"].is_string());
    server.respond(&client, &challenge, answer).await.refused_as("NotAuthorizedException");
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": EMAIL })).await.ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert!(
        user["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email_verified", "Value": "true" }))
    );
    // Without a password, none is right.
    for password in ["", "Correct-Horse 7!"] {
        let input = json!({ "USERNAME": EMAIL, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password });
        assert_eq!(server.choose(&client, input).await.ok()["ChallengeName"], "SELECT_CHALLENGE");
    }
}

#[tokio::test]
async fn a_confirmed_sign_up_signs_in_straight_away_once() {
    let (server, pool, client) = house().await;
    sign_up(&server, &client).await;
    let code = server.code(EMAIL).await;
    let confirm = json!({ "ClientId": client, "Username": EMAIL, "ConfirmationCode": code });
    let session = server.call_unsigned("ConfirmSignUp", confirm).await.ok()["Session"].clone();
    let sign_in = async |client: &str, name: &str, session: &Value| {
        let input = json!({
            "AuthFlow": "USER_AUTH", "ClientId": client, "Session": session,
            "AuthParameters": { "USERNAME": name },
        });
        server.call_unsigned("InitiateAuth", input).await
    };
    let other = server.client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
    sign_in(&other, EMAIL, &session).await.refused(INVALID.0, INVALID.1);
    sign_in(&client, "eve@example.com", &session).await.refused(INVALID.0, INVALID.1);
    sign_in(&client, EMAIL, &json!("x".repeat(40))).await.refused(INVALID.0, INVALID.1);
    // No challenge waits for it.
    let as_answer = json!({ "ChallengeName": "EMAIL_OTP", "Session": session });
    let answer = json!({ "USERNAME": EMAIL, "EMAIL_OTP_CODE": code });
    server.respond(&client, &as_answer, answer).await.refused(INVALID.0, INVALID.1);
    assert!(sign_in(&client, EMAIL, &session).await.ok()["AuthenticationResult"]["AccessToken"].is_string());
    sign_in(&client, EMAIL, &session).await.refused_as("NotAuthorizedException");
}

#[tokio::test]
async fn the_session_of_a_sign_up_expires_and_dies_with_a_disable() {
    let (server, pool, client) = house().await;
    sign_up(&server, &client).await;
    let confirm =
        json!({ "ClientId": client, "Username": EMAIL, "ConfirmationCode": server.code(EMAIL).await });
    let session = server.call_unsigned("ConfirmSignUp", confirm).await.ok()["Session"].clone();
    let input = json!({
        "AuthFlow": "USER_AUTH", "ClientId": client, "Session": session,
        "AuthParameters": { "USERNAME": EMAIL },
    });
    let named = json!({ "UserPoolId": pool, "Username": EMAIL });
    server.call("AdminDisableUser", named.clone()).await.ok();
    server.call_unsigned("InitiateAuth", input.clone()).await.refused(INVALID.0, INVALID.1);
    server.call("AdminEnableUser", named).await.ok();
    server.call_unsigned("InitiateAuth", input.clone()).await.refused(INVALID.0, INVALID.1);
    server.clock.advance(Duration::from_secs(181));
    server
        .call_unsigned("InitiateAuth", input)
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session is expired.");
}

/// The code of a sign-up is a first factor by the address that it went to, and by no other.
#[tokio::test]
async fn the_session_of_a_sign_up_does_not_outlive_its_address() {
    for moved_first in [true, false] {
        let server = TestServer::start().await;
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let pool = server.pool(json!({ "Policies": policies, "AutoVerifiedAttributes": ["email"] })).await;
        let client = server.client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        let email = json!([{ "Name": "email", "Value": EMAIL }]);
        let input = json!({ "ClientId": client, "Username": "dana", "UserAttributes": email });
        server.call_unsigned("SignUp", input).await.ok();
        let other = json!([{ "Name": "email", "Value": "other@example.com" }]);
        let moved = json!({ "UserPoolId": pool, "Username": "dana", "UserAttributes": other });
        if moved_first {
            server.call("AdminUpdateUserAttributes", moved.clone()).await.ok();
        }
        let code = server.code(EMAIL).await;
        let confirm = json!({ "ClientId": client, "Username": "dana", "ConfirmationCode": code });
        let confirmed = server.call_unsigned("ConfirmSignUp", confirm).await;
        if moved_first {
            assert!(confirmed.body.get("Session").is_none(), "{}", confirmed.body);
            continue;
        }
        let session = confirmed.ok()["Session"].clone();
        server.call("AdminUpdateUserAttributes", moved).await.ok();
        let input = json!({
            "AuthFlow": "USER_AUTH", "ClientId": client, "Session": session,
            "AuthParameters": { "USERNAME": "dana" },
        });
        server.call_unsigned("InitiateAuth", input).await.refused(INVALID.0, INVALID.1);
    }
}

/// ConfirmSignUp gives a Session to clients that may use it, and it is worth what the pool allows.
#[tokio::test]
async fn a_confirmed_sign_up_signs_in_only_where_its_code_is_a_first_factor() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    for (name, flow) in [("dana", "ALLOW_USER_AUTH"), ("erin", "ALLOW_USER_PASSWORD_AUTH")] {
        let client = server.client(&pool, json!({ "ExplicitAuthFlows": [flow] })).await;
        let address = format!("{name}@example.com");
        let email = json!([{ "Name": "email", "Value": address }]);
        let input = json!({
            "ClientId": client, "Username": name, "Password": "Correct-Horse 7!", "UserAttributes": email,
        });
        server.call_unsigned("SignUp", input).await.ok();
        let code = server.code(&address).await;
        let confirm = json!({ "ClientId": client, "Username": name, "ConfirmationCode": code });
        let confirmed = server.call_unsigned("ConfirmSignUp", confirm).await.ok();
        if flow != "ALLOW_USER_AUTH" {
            assert!(confirmed.get("Session").is_none());
            continue;
        }
        let begin = |session: &Value, parameters: Value| {
            let input = json!({
                "AuthFlow": "USER_AUTH", "ClientId": client, "Session": session,
                "AuthParameters": parameters,
            });
            server.call_unsigned("InitiateAuth", input)
        };
        // The Session is worth nothing here: what there is to begin with is asked for, as without it.
        let asked = begin(&confirmed["Session"], json!({ "USERNAME": name })).await.ok();
        assert_eq!(asked["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
        assert!(asked.get("AuthenticationResult").is_none());
        let by = |password: &str| json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password });
        begin(&confirmed["Session"], by("Wrong-Horse 7!"))
            .await
            .refused("NotAuthorizedException", "Incorrect username or password.");
        // Somebody else's, or one that is none, is refused all the same.
        server.user(&pool, "fred", "Correct-Horse 7!").await;
        begin(&confirmed["Session"], json!({ "USERNAME": "fred" })).await.refused(INVALID.0, INVALID.1);
        begin(&json!("x".repeat(40)), by("Correct-Horse 7!")).await.refused(INVALID.0, INVALID.1);
        let granted = begin(&confirmed["Session"], by("Correct-Horse 7!")).await.ok();
        assert!(granted["AuthenticationResult"]["AccessToken"].is_string());
    }
}
