use serde_json::{Value, json};
use testkit::TestServer;

use crate::api::mfa::{EMAIL, PASSWORD, PHONE};

const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

/// A pool whose users choose among these first factors, a client that hides who exists or not, and `alice`.
async fn house(first: Value, hides: bool) -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": first } });
    let pool = server.pool(json!({ "Policies": policies, "AutoVerifiedAttributes": ["email"] })).await;
    let client = server
        .client(
            &pool,
            json!({
                "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                "PreventUserExistenceErrors": if hides { "ENABLED" } else { "LEGACY" },
            }),
        )
        .await;
    server.user(&pool, "alice", PASSWORD).await;
    let attributes = json!([{ "Name": "email", "Value": EMAIL }, { "Name": "phone_number", "Value": PHONE }]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    (server, pool, client)
}

fn all() -> Value {
    json!(["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"])
}

#[tokio::test]
async fn clients_that_do_not_allow_it_are_refused() {
    let (server, pool, _) = house(all(), false).await;
    let client = server.client(&pool, json!({})).await;
    server
        .choose(&client, json!({ "USERNAME": "alice" }))
        .await
        .refused("InvalidParameterException", "USER_AUTH flow not enabled for this client");
}

#[tokio::test]
async fn the_ways_are_those_of_pool_and_user() {
    let (server, pool, client) = house(all(), false).await;
    let ways = async |name: &str| {
        let challenge = server.choose(&client, json!({ "USERNAME": name })).await.ok();
        assert_eq!(challenge["ChallengeName"], "SELECT_CHALLENGE");
        assert_eq!(challenge["ChallengeParameters"], json!({}));
        challenge["AvailableChallenges"].clone()
    };
    assert_eq!(ways("alice").await, json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]));
    server.user(&pool, "bob", PASSWORD).await;
    assert_eq!(ways("bob").await, json!(["PASSWORD_SRP", "PASSWORD"]));
    let made = json!({ "UserPoolId": pool, "Username": "carol", "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": "carol@example.com" }] });
    let made = server.call("AdminCreateUser", made).await.ok();
    assert_eq!(made["User"]["UserStatus"], "CONFIRMED");
    assert_eq!(ways("carol").await, json!(["EMAIL_OTP"]));
    server
        .choose(&client, json!({ "USERNAME": "nobody" }))
        .await
        .refused("UserNotFoundException", "User does not exist.");
    server
        .choose(&client, json!({}))
        .await
        .refused("InvalidParameterException", "Missing required parameter USERNAME");
    server
        .choose(&client, json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PIGEON" }))
        .await
        .refused_as("InvalidParameterException");
    // What is preferred and not there leads to the list of what is.
    let challenge =
        server.choose(&client, json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "WEB_AUTHN" })).await.ok();
    assert_eq!(challenge["ChallengeName"], "SELECT_CHALLENGE");
}

#[tokio::test]
async fn a_password_signs_in_by_each_way_there_is() {
    let (server, pool, client) = house(all(), false).await;
    let select = async |answer: Value| {
        let challenge = server.choose(&client, json!({ "USERNAME": "alice" })).await.ok();
        server.respond(&client, &challenge, answer).await
    };
    let wrong = ("NotAuthorizedException", "Incorrect username or password.");
    let password = |given: &str| json!({ "USERNAME": "alice", "ANSWER": "PASSWORD", "PASSWORD": given });
    // A wrong password leaves the choice open, a right one uses it up.
    let challenge = server.choose(&client, json!({ "USERNAME": "alice" })).await.ok();
    server.respond(&client, &challenge, password("wrong")).await.refused(wrong.0, wrong.1);
    server.respond(&client, &challenge, password(PASSWORD)).await.ok();
    server
        .respond(&client, &challenge, password(PASSWORD))
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    let preferred =
        |given: &str| json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": given });
    server.choose(&client, preferred("wrong")).await.refused(wrong.0, wrong.1);
    server.choose(&client, preferred(PASSWORD)).await.ok();
    // Without the password at hand, it is asked for.
    let asked = select(json!({ "USERNAME": "alice", "ANSWER": "PASSWORD" })).await.ok();
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    let answer = |given: &str| json!({ "USERNAME": "alice", "PASSWORD": given });
    server.respond(&client, &asked, answer("wrong")).await.refused(wrong.0, wrong.1);
    server
        .respond(&client, &asked, json!({ "USERNAME": "bob", "PASSWORD": PASSWORD }))
        .await
        .refused(INVALID.0, INVALID.1);
    server.respond(&client, &asked, answer(PASSWORD)).await.ok();
    server.respond(&client, &asked, answer(PASSWORD)).await.refused_as("NotAuthorizedException");
    // By SRP, at once and asked for.
    let attempt = crypto::srp::client::Attempt::new(&crypto::random::SystemRandom).unwrap();
    let half = attempt.public_hex();
    let at_once = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": half });
    let challenge = server.choose(&client, at_once).await.ok();
    let proof = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    server.respond(&client, &challenge, proof).await.ok();
    let asked = select(json!({ "USERNAME": "alice", "ANSWER": "PASSWORD_SRP" })).await.ok();
    assert_eq!(asked["ChallengeName"], "PASSWORD_SRP");
    let challenge = server.respond(&client, &asked, json!({ "USERNAME": "alice", "SRP_A": half })).await.ok();
    let wrong_proof = server.srp_answer(&pool, &attempt, &challenge, "wrong");
    server.respond(&client, &challenge, wrong_proof).await.refused(wrong.0, wrong.1);
}

#[tokio::test]
async fn a_way_not_offered_cannot_be_taken() {
    let (server, _, client) = house(json!(["PASSWORD"]), false).await;
    let challenge = server.choose(&client, json!({ "USERNAME": "alice" })).await.ok();
    assert_eq!(challenge["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    for factor in ["EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"] {
        let answer = json!({ "USERNAME": "alice", "ANSWER": factor });
        server.respond(&client, &challenge, answer).await.refused_as("InvalidParameterException");
    }
    server
        .respond(&client, &challenge, json!({ "USERNAME": "alice" }))
        .await
        .refused("InvalidParameterException", "Missing required parameter ANSWER");
    assert!(server.mailbox(EMAIL).await.is_empty() && server.mailbox(PHONE).await.is_empty());
}

/// Where a second factor is due, what is itself sent to an address is none to begin with.
#[tokio::test]
async fn a_code_is_no_first_factor_where_a_second_is_due() {
    let (server, pool, client) = house(all(), false).await;
    let mfa = json!({
        "UserPoolId": pool, "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": { "SmsConfiguration": crate::api::mfa::sms() },
    });
    server.call("SetUserPoolMfaConfig", mfa).await.ok();
    let begin = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let under_way = server.choose(&client, begin.clone()).await.ok();
    assert_eq!(under_way["ChallengeName"], "EMAIL_OTP");
    crate::api::mfa::prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": server.code(EMAIL).await });
    server.respond(&client, &under_way, answer).await.refused(INVALID.0, INVALID.1);
    let challenge = server.choose(&client, begin).await.ok();
    assert_eq!(challenge["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(challenge["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    let password = json!({ "USERNAME": "alice", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    assert_eq!(server.respond(&client, &challenge, password).await.ok()["ChallengeName"], "SMS_MFA");
}

/// Known, unknown and disabled names see the same.
#[tokio::test]
async fn who_exists_is_hidden() {
    let (server, pool, client) = house(json!(["PASSWORD", "EMAIL_OTP"]), true).await;
    server.user(&pool, "mallory", PASSWORD).await;
    let email = json!([{ "Name": "email", "Value": "mallory@example.com" }]);
    let input = json!({ "UserPoolId": pool, "Username": "mallory", "UserAttributes": email });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    server.call("AdminDisableUser", json!({ "UserPoolId": pool, "Username": "mallory" })).await.ok();
    for name in ["alice", "mallory", "nobody"] {
        let challenge = server.choose(&client, json!({ "USERNAME": name })).await.ok();
        assert_eq!(
            challenge["AvailableChallenges"],
            json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]),
            "{name}"
        );
        let chosen = server
            .respond(&client, &challenge, json!({ "USERNAME": name, "ANSWER": "EMAIL_OTP" }))
            .await
            .ok();
        let shown = &chosen["ChallengeParameters"];
        assert_eq!(shown["CODE_DELIVERY_DELIVERY_MEDIUM"], "EMAIL", "{name}");
        assert!(shown["CODE_DELIVERY_DESTINATION"].as_str().unwrap().contains("***"), "{name}");
        let answer = json!({ "USERNAME": name, "EMAIL_OTP_CODE": "00000000" });
        server
            .respond(&client, &chosen, answer)
            .await
            .refused("CodeMismatchException", "Invalid code received for user");
        // A Session is of the name it was begun for.
        let others = json!({ "USERNAME": "somebody", "EMAIL_OTP_CODE": "00000000" });
        server.respond(&client, &chosen, others).await.refused(INVALID.0, INVALID.1);
        // What the pool does not allow is not offered, nor taken.
        let not_allowed = json!({ "USERNAME": name, "ANSWER": "SMS_OTP" });
        server.respond(&client, &challenge, not_allowed).await.refused_as("InvalidParameterException");
        let password = json!({ "USERNAME": name, "ANSWER": "PASSWORD", "PASSWORD": "wrong" });
        let challenge = server.choose(&client, json!({ "USERNAME": name })).await.ok();
        server
            .respond(&client, &challenge, password)
            .await
            .refused("NotAuthorizedException", "Incorrect username or password.");
    }
    assert!(server.mailbox("mallory@example.com").await.is_empty());
    // The counts of unknown names lock as those of known ones do.
    for name in ["alice", "nobody"] {
        let chosen = server
            .choose(&client, json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP" }))
            .await
            .ok();
        let mut last = Value::Null;
        for _ in 0..6 {
            let answer = json!({ "USERNAME": name, "EMAIL_OTP_CODE": "00000000" });
            last = server.respond(&client, &chosen, answer).await.body["message"].clone();
        }
        assert_eq!(last, "Password attempts exceeded", "{name}");
    }
}
