//! Ways that lead to a level.

use serde_json::{Value, json};

use super::{FOUR, House, ONE, THREE, TWO, claims, granted, told};
use crate::api::mfa::{A_MINUTE, EMAIL, PASSWORD, prefer};

const PASSWORDS: [&str; 2] = ["PASSWORD_SRP", "PASSWORD"];

#[tokio::test]
async fn a_token_of_a_password_needs_a_second_factor_only() {
    let house = House::new().await;
    let before = house.tokens().await;
    house.server.clock.advance(A_MINUTE);
    let asked = house.step_up(FOUR, &before).await.ok();
    assert!(asked.get("AuthenticationResult").is_none());
    let after = granted(house.answer_token(&asked).await);
    assert_eq!(told(&after), json!([FOUR, ["pwd", "otp", "mfa"]]));
    // It is a sign-in of its own: a new session with a new life, beside the one before.
    let [old, new] = [&before, &after].map(|tokens| claims(&tokens["AccessToken"]));
    assert_ne!(old["origin_jti"], new["origin_jti"]);
    assert_eq!(new["auth_time"].as_i64().unwrap() - old["auth_time"].as_i64().unwrap(), 60);
    let revoke = json!({ "ClientId": house.client, "Token": before["RefreshToken"] });
    house.server.call_unsigned("RevokeToken", revoke).await.ok();
    let get = async |tokens: &Value| {
        house.server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await
    };
    get(&before).await.refused_as("NotAuthorizedException");
    get(&after).await.ok();
}

#[tokio::test]
async fn without_a_token_everything_is_asked_for() {
    let house = House::new().await;
    let asked = house.toward(FOUR, json!({})).await.ok();
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(asked["AvailableChallenges"], json!(PASSWORDS));
    let asked = house.choose_password(&asked).await.ok();
    assert_eq!(told(&granted(house.answer_token(&asked).await)), json!([FOUR, ["pwd", "otp", "mfa"]]));
    house.server.clock.advance(A_MINUTE);
    // At once, where the password comes along, and by SRP.
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let asked = house.toward(FOUR, at_once).await.ok();
    granted(house.answer_token(&asked).await);
    house.server.clock.advance(A_MINUTE);
    let attempt = crypto::srp::client::Attempt::new(&crypto::random::SystemRandom).unwrap();
    let by_srp = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": attempt.public_hex() });
    let asked = house.toward(FOUR, by_srp).await.ok();
    let proof = house.server.srp_answer(&house.pool, &attempt, &asked, PASSWORD);
    let asked = house.server.respond(&house.client, &asked, proof).await.ok();
    assert_eq!(told(&granted(house.answer_token(&asked).await)), json!([FOUR, ["pwd", "otp", "mfa"]]));
}

/// Administrators ask for a level in the same words.
#[tokio::test]
async fn an_administrator_steps_a_user_up() {
    let house = House::new().await;
    let parameters = json!({
        "USERNAME": "alice", "TARGET_ACR_VALUES": FOUR, "ACCESS_TOKEN": house.tokens().await["AccessToken"],
    });
    let input = json!({
        "UserPoolId": house.pool, "ClientId": house.client, "AuthFlow": "USER_AUTH",
        "AuthParameters": parameters,
    });
    let asked = house.server.call("AdminInitiateAuth", input).await.ok();
    assert_eq!(told(&granted(house.answer_token(&asked).await))[0], FOUR);
}

/// The first level that can be reached counts; what the pool does not know is passed over.
#[tokio::test]
async fn the_first_level_within_reach_counts() {
    let house = House::new().await;
    for (levels, ways) in [
        (ONE, json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"])),
        (TWO, json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"])),
        ("urn:x urn:cognito:loa:9 urn:cognito:loa:3", json!(PASSWORDS)),
        ("urn:cognito:loa:1 urn:cognito:loa:4", json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"])),
        ("urn:cognito:loa:4 urn:cognito:loa:1", json!(PASSWORDS)),
    ] {
        let asked = house.toward(levels, json!({})).await.ok();
        assert_eq!(asked["AvailableChallenges"], ways, "{levels}");
    }
    // A way that does not lead there is not taken, preferred or not.
    let asked = house.toward(THREE, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(
        (&asked["ChallengeName"], &asked["AvailableChallenges"]),
        (&json!("SELECT_CHALLENGE"), &json!(PASSWORDS))
    );
    let refused = json!({ "USERNAME": "alice", "ANSWER": "EMAIL_OTP" });
    house.server.respond(&house.client, &asked, refused).await.refused_as("InvalidParameterException");
    // Without her token, alice falls back from the fourth level to the third, and bob to the first.
    house.by_admin("AdminDeleteSoftwareToken", json!({})).await;
    let asked = house.toward("urn:cognito:loa:4 urn:cognito:loa:3", json!({})).await.ok();
    let asked = house.choose_password(&asked).await.ok();
    assert_eq!(asked["ChallengeName"], "SELECT_MFA_TYPE");
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let asked = house.begin("bob", "urn:cognito:loa:4 urn:cognito:loa:1", json!({})).await.ok();
    assert_eq!(asked["AvailableChallenges"], json!(PASSWORDS));
    let answer = json!({ "USERNAME": "bob", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let tokens = granted(house.server.respond(&house.client, &asked, answer).await);
    assert_eq!(told(&tokens), json!([ONE, ["pwd"]]));
}

/// What MFA demands is asked for whatever the level, and the level decides which factor it is.
#[tokio::test]
async fn mfa_is_a_floor() {
    let house = House::new().await;
    let both = json!({
        "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true },
        "SoftwareTokenMfaSettings": { "Enabled": true },
    });
    prefer(&house.server, &house.pool, both).await;
    for (level, follows) in [(ONE, "SMS_MFA"), (THREE, "SMS_MFA"), (FOUR, "SOFTWARE_TOKEN_MFA")] {
        let asked = house.toward(level, json!({})).await.ok();
        assert_eq!(asked["AvailableChallenges"], json!(PASSWORDS));
        let asked = house.choose_password(&asked).await.ok();
        assert_eq!(asked["ChallengeName"], follows, "{level}");
        assert!(asked.get("AuthenticationResult").is_none());
    }
}

/// A token of a code needs the password; one of a password can have a code added as a first factor.
#[tokio::test]
async fn methods_add_up_in_any_order() {
    let house = House::new().await;
    let (server, client) = (&house.server, &house.client);
    let begin = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let asked = server.choose(client, begin).await.ok();
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": server.code(EMAIL).await });
    let by_code = granted(server.respond(client, &asked, answer).await);
    let asked = house.step_up(THREE, &by_code).await.ok();
    assert_eq!(asked["AvailableChallenges"], json!(PASSWORDS));
    let tokens = granted(house.choose_password(&asked).await);
    assert_eq!(told(&tokens), json!([THREE, ["pwd", "email_otp", "mfa"]]));
    // From there to the fourth.
    let asked = house.step_up(FOUR, &tokens).await.ok();
    let tokens = granted(house.answer_token(&asked).await);
    assert_eq!(told(&tokens), json!([FOUR, ["pwd", "otp", "email_otp", "mfa"]]));
    let by_password = house.tokens().await;
    let preferred = json!({
        "ACCESS_TOKEN": by_password["AccessToken"], "PREFERRED_CHALLENGE": "EMAIL_OTP",
    });
    let asked = house.toward(THREE, preferred).await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": server.code(EMAIL).await });
    let tokens = granted(server.respond(client, &asked, answer).await);
    assert_eq!(told(&tokens), json!([THREE, ["pwd", "email_otp", "mfa"]]));
}

/// Several factors lead to the third level: one is chosen.
#[tokio::test]
async fn a_factor_is_chosen_among_those_that_reach_the_level() {
    let house = House::new().await;
    let asked = house.step_up(THREE, &house.tokens().await).await.ok();
    assert_eq!(asked["ChallengeName"], "SELECT_MFA_TYPE");
    assert_eq!(
        asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"],
        json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]).to_string()
    );
    let choose = |factor: &str| json!({ "USERNAME": "alice", "ANSWER": factor });
    let asked = house.server.respond(&house.client, &asked, choose("EMAIL_OTP")).await.ok();
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": house.server.code(EMAIL).await });
    let tokens = granted(house.server.respond(&house.client, &asked, answer).await);
    assert_eq!(told(&tokens), json!([THREE, ["pwd", "email_otp", "mfa"]]));
}
