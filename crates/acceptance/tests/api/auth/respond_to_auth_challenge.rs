use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";
const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

async fn house() -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    (server, pool, client)
}

#[tokio::test]
async fn srp_signs_in_with_and_without_session() {
    let (server, pool, client) = house().await;
    let result = server.sign_in_srp(&pool, &client, "alice", PASSWORD).await.ok();
    assert_eq!(result["ChallengeParameters"], json!({}));
    assert!(result["AuthenticationResult"]["AccessToken"].is_string());
    let (attempt, mut challenge) = server.begin_srp(&client, "alice").await;
    challenge.as_object_mut().unwrap().remove("Session");
    let answer = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    server.respond(&client, &challenge, answer).await.ok();
}

#[tokio::test]
async fn srp_works_when_the_client_came_after_the_password() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    let client = server.client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    server.sign_in_srp(&pool, &client, "alice", PASSWORD).await.ok();
}

/// Base64 that decodes to something else.
fn with_another_character(text: &str, at: usize) -> String {
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

#[tokio::test]
async fn wrong_and_altered_proofs_are_refused() {
    let (server, pool, client) = house().await;
    server.sign_in_srp(&pool, &client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    type Alter = fn(&str) -> String;
    let alterations: [(&str, Alter); 5] = [
        ("PASSWORD_CLAIM_SIGNATURE", |s| with_another_character(s, 0)),
        ("PASSWORD_CLAIM_SIGNATURE", |s| s[..20].to_owned()),
        ("PASSWORD_CLAIM_SECRET_BLOCK", |s| with_another_character(s, 50)),
        ("PASSWORD_CLAIM_SECRET_BLOCK", |s| s[..s.len() / 2].to_owned()),
        ("TIMESTAMP", |_| "Sat Mar 7 09:05:03 UTC 2026".to_owned()),
    ];
    for (member, alter) in alterations {
        let (attempt, challenge) = server.begin_srp(&client, "alice").await;
        let mut answer = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
        answer[member] = alter(answer[member].as_str().unwrap()).into();
        server.respond(&client, &challenge, answer).await.refused(WRONG.0, WRONG.1);
        server.sign_in(&client, "alice", PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn values_that_would_give_the_game_away_are_refused() {
    let (server, _, client) = house().await;
    let prime = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
    for a in ["0", "00", prime, "zz", &format!("{prime}0")] {
        server
            .call_unsigned(
                "InitiateAuth",
                json!({ "ClientId": client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "USERNAME": "alice", "SRP_A": a } }),
            )
            .await
            .refused("InvalidParameterException", "Invalid SRP_A");
    }
}

#[tokio::test]
async fn the_name_in_the_answer_must_mean_the_same_user() {
    let (server, pool, client) = house().await;
    let sub = server.user(&pool, "bob", PASSWORD).await;
    for (name, fits) in [("alice", true), ("bob", false), (sub.as_str(), false), ("nobody", false)] {
        let (attempt, challenge) = server.begin_srp(&client, "alice").await;
        let mut answer = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
        answer["USERNAME"] = name.into();
        let reply = server.respond(&client, &challenge, answer).await;
        if fits {
            reply.ok();
        } else {
            reply.refused(WRONG.0, WRONG.1);
        }
    }
}

#[tokio::test]
async fn an_srp_challenge_is_spent_by_the_first_answer() {
    let (server, pool, client) = house().await;
    let used = "Invalid session for the user, session can only be used once.";
    for password in [PASSWORD, "wrong"] {
        let (attempt, challenge) = server.begin_srp(&client, "alice").await;
        let answer = server.srp_answer(&pool, &attempt, &challenge, password);
        server.respond(&client, &challenge, answer).await;
        let right = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
        server.respond(&client, &challenge, right).await.refused(WRONG.0, used);
    }
}

#[tokio::test]
async fn challenges_are_bound_to_client_pool_and_time() {
    let (server, pool, client) = house().await;
    let sibling = server.client(&pool, json!({})).await;
    let other_pool = server.pool(json!({})).await;
    let foreign = server.client(&other_pool, json!({})).await;
    let (attempt, challenge) = server.begin_srp(&client, "alice").await;
    let answer = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    for other in [&sibling, &foreign] {
        server.respond(other, &challenge, answer.clone()).await.refused(WRONG.0, WRONG.1);
    }
    // Another attempt's Session does not go with this one's secret block.
    let (_, elsewhere) = server.begin_srp(&client, "alice").await;
    let mut mixed = challenge.clone();
    mixed["Session"] = elsewhere["Session"].clone();
    server.respond(&client, &mixed, answer.clone()).await.refused(WRONG.0, "Invalid session for the user.");
    mixed["Session"] = "AYABeForgedForgedForged".into();
    server.respond(&client, &mixed, answer.clone()).await.refused(WRONG.0, "Invalid session for the user.");
    server.clock.advance(Duration::from_secs(180));
    let late = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    // The secret block ends by itself, with its Session or without.
    for session in [challenge["Session"].clone(), Value::Null] {
        let asked = json!({ "ChallengeName": "PASSWORD_VERIFIER", "Session": session });
        server
            .respond(&client, &asked, late.clone())
            .await
            .refused(WRONG.0, "Invalid session for the user, session is expired.");
    }
}

#[tokio::test]
async fn an_attempt_does_not_outlive_a_change_of_credentials() {
    let (server, pool, client) = house().await;
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    let set = json!({ "UserPoolId": pool, "Username": "alice", "Password": PASSWORD, "Permanent": true });
    for (operation, input) in [
        ("AdminUserGlobalSignOut", named.clone()),
        ("AdminSetUserPassword", set),
        ("AdminDisableUser", named.clone()),
    ] {
        let (attempt, challenge) = server.begin_srp(&client, "alice").await;
        let answer = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
        server.call(operation, input).await.ok();
        server.respond(&client, &challenge, answer).await.refused_as("NotAuthorizedException");
    }
}

async fn invited(server: &TestServer, pool: &str, client: &str, username: &str) -> Value {
    server
        .call(
            "AdminCreateUser",
            json!({
                "UserPoolId": pool, "Username": username, "TemporaryPassword": "Temp-orary1", "MessageAction": "SUPPRESS",
                "UserAttributes": [{ "Name": "email", "Value": "a@example.com" }],
            }),
        )
        .await
        .ok();
    server.sign_in(client, username, "Temp-orary1").await.ok()
}

#[tokio::test]
async fn a_temporary_password_is_replaced_at_the_first_sign_in() {
    let (server, pool, client) = house().await;
    let challenge = invited(&server, &pool, &client, "bob").await;
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["requiredAttributes"], "[]");
    assert_eq!(parameters["userAttributes"], r#"{"email":"a@example.com","email_verified":"false"}"#);
    let answer =
        |password: &str| json!({ "USERNAME": "bob", "NEW_PASSWORD": password, "userAttributes.name": "Bob" });
    // A password that breaks the policy leaves the session usable.
    server.respond(&client, &challenge, answer("short")).await.refused(
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    );
    let result = server.respond(&client, &challenge, answer(PASSWORD)).await.ok();
    assert!(result["AuthenticationResult"]["IdToken"].is_string());
    server.respond(&client, &challenge, answer("Another-One 8!")).await.refused_as("NotAuthorizedException");
    server.sign_in(&client, "bob", "Temp-orary1").await.refused(WRONG.0, WRONG.1);
    server.sign_in_srp(&pool, &client, "bob", PASSWORD).await.ok();
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "bob" })).await.ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert!(user["UserAttributes"].as_array().unwrap().contains(&json!({ "Name": "name", "Value": "Bob" })));
}

#[tokio::test]
async fn the_new_password_challenge_belongs_to_its_user_client_and_time() {
    let (server, pool, client) = house().await;
    let challenge = invited(&server, &pool, &client, "bob").await;
    let answer = |name: &str| json!({ "USERNAME": name, "NEW_PASSWORD": PASSWORD });
    let invalid = "Invalid session for the user.";
    server.respond(&client, &challenge, answer("alice")).await.refused(WRONG.0, invalid);
    server.respond(&client, &challenge, answer("nobody")).await.refused(WRONG.0, invalid);
    let sibling = server.client(&pool, json!({})).await;
    server.respond(&sibling, &challenge, answer("bob")).await.refused(WRONG.0, invalid);
    let mut other = challenge.clone();
    other["ChallengeName"] = "SMS_MFA".into();
    server.respond(&client, &other, answer("bob")).await.refused(WRONG.0, invalid);
    let (_, srp) = server.begin_srp(&client, "bob").await;
    other = challenge.clone();
    other["Session"] = srp["Session"].clone();
    server.respond(&client, &other, answer("bob")).await.refused(WRONG.0, invalid);
    let mut immutable = answer("bob");
    immutable["userAttributes.sub"] = "x".into();
    server.respond(&client, &challenge, immutable).await.refused_as("InvalidParameterException");
    let mut flag = answer("bob");
    flag["userAttributes.email_verified"] = "true".into();
    server
        .respond(&client, &challenge, flag)
        .await
        .refused("NotAuthorizedException", "A client attempted to write unauthorized attribute");
    server.clock.advance(Duration::from_secs(180));
    server
        .respond(&client, &challenge, answer("bob"))
        .await
        .refused(WRONG.0, "Invalid session for the user, session is expired.");
}

#[tokio::test]
async fn a_temporary_password_expires() {
    let (server, pool, client) = house().await;
    invited(&server, &pool, &client, "bob").await;
    server.clock.advance(Duration::from_secs(7 * 86_400));
    server.sign_in(&client, "bob", "wrong").await.refused(WRONG.0, WRONG.1);
    server.sign_in(&client, "bob", "Temp-orary1").await.refused(
        "NotAuthorizedException",
        "Temporary password has expired and must be reset by an administrator.",
    );
    server
        .call(
            "AdminCreateUser",
            json!({ "UserPoolId": pool, "Username": "bob", "MessageAction": "RESEND", "TemporaryPassword": "Temp-orary2" }),
        )
        .await
        .ok();
    assert_eq!(
        server.sign_in(&client, "bob", "Temp-orary2").await.ok()["ChallengeName"],
        "NEW_PASSWORD_REQUIRED"
    );
}

#[tokio::test]
async fn a_first_sign_in_cannot_rewrite_what_only_its_maker_may_set() {
    let server = TestServer::start().await;
    let schema = json!([
        { "Name": "tenant", "AttributeDataType": "String", "Mutable": false },
        { "Name": "team", "AttributeDataType": "String", "Mutable": false },
        { "Name": "nickname", "AttributeDataType": "String", "Mutable": false, "Required": true },
    ]);
    let pool = server.pool(json!({ "Schema": schema })).await;
    let client = server.client(&pool, json!({})).await;
    server
        .call(
            "AdminCreateUser",
            json!({
                "UserPoolId": pool, "Username": "alice", "MessageAction": "SUPPRESS",
                "TemporaryPassword": PASSWORD,
                "UserAttributes": [{ "Name": "custom:tenant", "Value": "one" }],
            }),
        )
        .await
        .ok();
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    let mut answer =
        json!({ "USERNAME": "alice", "NEW_PASSWORD": "Another-One 8!", "userAttributes.nickname": "al" });
    for name in ["custom:tenant", "custom:team"] {
        let mut forged = answer.clone();
        forged[format!("userAttributes.{name}")] = "two".into();
        server
            .respond(&client, &challenge, forged)
            .await
            .refused("InvalidParameterException", &format!("user.{name}: Attribute cannot be updated."));
    }
    // What is required and lacking can be given, and repeating what is there changes nothing.
    answer["userAttributes.custom:tenant"] = "one".into();
    server.respond(&client, &challenge, answer).await.ok();
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    for (name, value) in [("custom:tenant", "one"), ("nickname", "al")] {
        assert!(attributes.contains(&json!({ "Name": name, "Value": value })), "{attributes:?}");
    }
}

#[tokio::test]
async fn a_temporary_password_that_expired_meanwhile_is_not_replaced() {
    let (server, pool, client) = house().await;
    invited(&server, &pool, &client, "bob").await;
    server.clock.advance(Duration::from_secs(7 * 86_400 - 60));
    let challenge = server.sign_in(&client, "bob", "Temp-orary1").await.ok();
    server.clock.advance(Duration::from_secs(60));
    let answer = json!({ "USERNAME": "bob", "NEW_PASSWORD": PASSWORD });
    server.respond(&client, &challenge, answer).await.refused(
        "NotAuthorizedException",
        "Temporary password has expired and must be reset by an administrator.",
    );
}

/// What the pool requires must be there in the end, and what was given is not given again.
#[tokio::test]
async fn a_first_sign_in_gives_what_the_pool_requires_once() {
    let server = TestServer::start().await;
    let schema = json!([
        { "Name": "email", "AttributeDataType": "String", "Mutable": true, "Required": true },
        { "Name": "nickname", "AttributeDataType": "String", "Mutable": true, "Required": true },
    ]);
    let pool = server.pool(json!({ "Schema": schema })).await;
    let client = server.client(&pool, json!({})).await;
    let attributes = json!([
        { "Name": "nickname", "Value": "al" },
    ]);
    let input = json!({
        "UserPoolId": pool, "Username": "alice", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD,
        "UserAttributes": attributes,
    });
    server.call("AdminCreateUser", input).await.ok();
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    let mut answer = json!({ "USERNAME": "alice", "NEW_PASSWORD": "Another-One 8!" });
    server.respond(&client, &challenge, answer.clone()).await.refused_as("InvalidParameterException");
    answer["userAttributes.email"] = "alice@example.com".into();
    let mut again = answer.clone();
    again["userAttributes.nickname"] = "other".into();
    server.respond(&client, &challenge, again).await.refused_as("NotAuthorizedException");
    server.respond(&client, &challenge, answer).await.ok();
    // An address given so is proved by nothing.
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    let unverified = json!({ "Name": "email_verified", "Value": "false" });
    assert!(user["UserAttributes"].as_array().unwrap().contains(&unverified), "{user}");
}

#[tokio::test]
async fn a_proof_of_another_time_is_refused() {
    let (server, pool, _) = house().await;
    let client = server.client(&pool, json!({ "AuthSessionValidity": 15 })).await;
    let (attempt, challenge) = server.begin_srp(&client, "alice").await;
    let early = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    server.clock.advance(Duration::from_secs(301));
    server.respond(&client, &challenge, early).await.refused(WRONG.0, WRONG.1);
    let now = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    server.respond(&client, &challenge, now).await.ok();
}

/// Wrong proofs lock out as wrong passwords do, by one count.
#[tokio::test]
async fn wrong_proofs_and_wrong_passwords_lock_together() {
    let (server, pool, client) = house().await;
    server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    for _ in 0..4 {
        let (attempt, challenge) = server.begin_srp(&client, "alice").await;
        let wrong = server.srp_answer(&pool, &attempt, &challenge, "wrong");
        server.respond(&client, &challenge, wrong).await.refused(WRONG.0, WRONG.1);
    }
    let locked = "Password attempts exceeded";
    let (attempt, challenge) = server.begin_srp(&client, "alice").await;
    let right = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    server.respond(&client, &challenge, right).await.refused(WRONG.0, locked);
    server.sign_in(&client, "alice", PASSWORD).await.refused(WRONG.0, locked);
}
