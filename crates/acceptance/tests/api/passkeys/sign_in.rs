use serde_json::{Value, json};
use testkit::authenticator::{Answer, SoftPasskey};
use testkit::{Reply, TestServer};

use super::{House, ORIGIN, PASSWORD};

const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");
const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
/// Flags of authenticator data: somebody touched it, and was recognised by it.
const PRESENT: u8 = 1;

impl House {
    async fn chooses(&self) -> String {
        self.server.client(&self.pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await
    }
}

async fn ask(server: &TestServer, client: &str, name: &str) -> Value {
    let parameters = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "WEB_AUTHN" });
    server.choose(client, parameters).await.ok()
}

fn options(challenge: &Value) -> Value {
    let text = challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

fn assertion(passkey: &SoftPasskey, challenge: &Value, alter: impl FnOnce(&mut Answer)) -> Value {
    let mut answer = Answer::to_request(&options(challenge), ORIGIN);
    alter(&mut answer);
    passkey.assert(&answer)
}

async fn answer(house: &House, client: &str, challenge: &Value, name: &str, credential: &Value) -> Reply {
    let responses = json!({ "USERNAME": name, "CREDENTIAL": credential.to_string() });
    house.server.respond(client, challenge, responses).await
}

#[tokio::test]
async fn a_passkey_signs_in_once_per_challenge() {
    let house = House::new().await;
    let client = house.chooses().await;
    let passkey = house.register().await;
    let challenge = ask(&house.server, &client, "alice").await;
    assert_eq!(challenge["ChallengeName"], "WEB_AUTHN");
    assert_eq!(challenge["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]));
    let credential = assertion(&passkey, &challenge, |_| {});
    let tokens = answer(&house, &client, &challenge, "alice", &credential).await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
    answer(&house, &client, &challenge, "alice", &credential)
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    let next = ask(&house.server, &client, "alice").await;
    answer(&house, &client, &next, "alice", &credential).await.refused(WRONG.0, WRONG.1);
}

#[tokio::test]
async fn the_first_answer_spends_the_challenge_also_when_it_is_wrong() {
    let house = House::new().await;
    let client = house.chooses().await;
    let passkey = house.register().await;
    let stranger = SoftPasskey::new();
    let challenge = ask(&house.server, &client, "alice").await;
    let wrong = assertion(&stranger, &challenge, |_| {});
    let right = assertion(&passkey, &challenge, |_| {});
    answer(&house, &client, &challenge, "alice", &wrong).await.refused(WRONG.0, WRONG.1);
    answer(&house, &client, &challenge, "alice", &right).await.refused_as("NotAuthorizedException");
    for credential in [json!("nonsense"), json!({}), json!([])] {
        let challenge = ask(&house.server, &client, "alice").await;
        answer(&house, &client, &challenge, "alice", &credential).await.refused(WRONG.0, WRONG.1);
    }
    let challenge = ask(&house.server, &client, "alice").await;
    let nothing = json!({ "USERNAME": "alice" });
    house
        .server
        .respond(&client, &challenge, nothing)
        .await
        .refused("InvalidParameterException", "Missing required parameter CREDENTIAL");
}

#[tokio::test]
async fn challenges_of_another_user_client_or_origin_are_refused() {
    let house = House::new().await;
    let (client, other) = (house.chooses().await, house.chooses().await);
    let passkey = house.register().await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let challenge = ask(&house.server, &client, "alice").await;
    let credential = assertion(&passkey, &challenge, |_| {});
    answer(&house, &client, &challenge, "bob", &credential).await.refused(INVALID.0, INVALID.1);
    answer(&house, &other, &challenge, "alice", &credential).await.refused(INVALID.0, INVALID.1);
    let elsewhere = assertion(&passkey, &challenge, |answer| answer.origin = "https://evil.example".into());
    answer(&house, &client, &challenge, "alice", &elsewhere).await.refused(WRONG.0, WRONG.1);
    // Who has no passkey is not asked for one.
    for name in ["bob", "alice"] {
        house.server.set_web_authn(&house.pool, json!({ "RelyingPartyId": "example.org" })).await;
        assert_eq!(ask(&house.server, &client, name).await["ChallengeName"], "SELECT_CHALLENGE");
    }
}

#[tokio::test]
async fn a_challenge_dies_with_the_passkey_the_user_and_the_session() {
    let house = House::new().await;
    let client = house.chooses().await;
    let passkey = house.register().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    let challenge = ask(&house.server, &client, "alice").await;
    house.server.call("AdminDisableUser", named.clone()).await.ok();
    let credential = assertion(&passkey, &challenge, |_| {});
    answer(&house, &client, &challenge, "alice", &credential).await.refused(INVALID.0, INVALID.1);
    house.server.call("AdminEnableUser", named).await.ok();
    let challenge = ask(&house.server, &client, "alice").await;
    house.server.clock.advance(std::time::Duration::from_secs(181));
    let credential = assertion(&passkey, &challenge, |_| {});
    answer(&house, &client, &challenge, "alice", &credential)
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session is expired.");
    let challenge = ask(&house.server, &client, "alice").await;
    let credential = assertion(&passkey, &challenge, |_| {});
    let token = house.token_of("alice").await;
    let gone = json!({ "CredentialId": passkey.name() });
    house.by(&token, "DeleteWebAuthnCredential", gone).await.ok();
    answer(&house, &client, &challenge, "alice", &credential).await.refused(INVALID.0, INVALID.1);
}

/// A passkey reaches the third level by itself, and says of which kind it is.
#[tokio::test]
async fn a_passkey_reaches_the_third_level() {
    let house = House::new().await;
    let client = house.chooses().await;
    for (attachment, method) in [(Some("platform"), "swk"), (Some("cross-platform"), "hwk"), (None, "swk")] {
        let passkey = SoftPasskey::new();
        let mut credential = passkey.register(&Answer::to_creation(&house.start().await, ORIGIN));
        credential["authenticatorAttachment"] = attachment.into();
        house.complete(credential).await.ok();
        let toward = json!({ "USERNAME": "alice", "TARGET_ACR_VALUES": "urn:cognito:loa:3" });
        let asked = house.server.choose(&client, toward).await.ok();
        assert_eq!(asked["AvailableChallenges"], json!(["WEB_AUTHN"]));
        let chosen = json!({ "USERNAME": "alice", "ANSWER": "WEB_AUTHN" });
        let challenge = house.server.respond(&client, &asked, chosen).await.ok();
        let credential = assertion(&passkey, &challenge, |_| {});
        let granted = answer(&house, &client, &challenge, "alice", &credential).await.ok();
        let claims = crate::api::auth::tokens::claims(&granted["AuthenticationResult"]["AccessToken"]);
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:cognito:loa:3"), &json!([method])));
        let gone = json!({ "AccessToken": house.token, "CredentialId": passkey.name() });
        house.server.call_unsigned("DeleteWebAuthnCredential", gone).await.ok();
    }
    // No passkey leads to the fourth.
    house.register().await;
    let toward = json!({ "USERNAME": "alice", "TARGET_ACR_VALUES": "urn:cognito:loa:4" });
    house.server.choose(&client, toward).await.refused_as("InvalidParameterException");
}

/// A passkey stands for both factors only where pool and user say so and its authenticator knew the user.
#[tokio::test]
async fn where_a_second_factor_is_due_a_passkey_must_count_twice() {
    let house = House::new().await;
    let (server, pool) = (&house.server, &house.pool);
    let client = house.chooses().await;
    let passkey = house.register().await;
    let under_way = ask(server, &client, "alice").await;
    let phone = json!([{ "Name": "phone_number", "Value": crate::api::mfa::PHONE }]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": phone });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    let sms = json!({ "SmsConfiguration": crate::api::mfa::sms() });
    let on = json!({ "UserPoolId": pool, "MfaConfiguration": "ON", "SmsMfaConfiguration": sms });
    server.call("SetUserPoolMfaConfig", on).await.ok();
    // The pool asks for a second factor since: this one is not enough.
    let credential = assertion(&passkey, &under_way, |_| {});
    answer(&house, &client, &under_way, "alice", &credential).await.refused_as("InvalidParameterException");
    assert_eq!(ask(server, &client, "alice").await["ChallengeName"], "SELECT_CHALLENGE");
    let twice = json!({
        "RelyingPartyId": "example.com", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
    });
    server.set_web_authn(pool, twice).await;
    // The user has not said so.
    assert_eq!(ask(server, &client, "alice").await["ChallengeName"], "SELECT_CHALLENGE");
    let wish = json!({ "WebAuthnMfaSettings": { "Enabled": true }, "SMSMfaSettings": { "Enabled": true } });
    crate::api::mfa::prefer(server, pool, wish).await;
    let challenge = ask(server, &client, "alice").await;
    assert_eq!(options(&challenge)["userVerification"], "required");
    let unverified = assertion(&passkey, &challenge, |answer| answer.flags = PRESENT);
    answer(&house, &client, &challenge, "alice", &unverified).await.refused(WRONG.0, WRONG.1);
    let challenge = ask(server, &client, "alice").await;
    let credential = assertion(&passkey, &challenge, |_| {});
    let tokens = answer(&house, &client, &challenge, "alice", &credential).await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
}
