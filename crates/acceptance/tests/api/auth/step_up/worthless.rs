//! Access tokens that are worth nothing toward a level, or nothing any more.

use std::time::Duration;

use serde_json::{Value, json};

use super::{FOUR, House, granted, told};
use crate::api::mfa::{A_MINUTE, PASSWORD, prefer};

/// Everything is asked for, as if there were no token.
fn from_scratch(asked: &Value) {
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE", "{asked}");
}

#[tokio::test]
async fn a_token_that_has_ended() {
    let house = House::new().await;
    let refused = async |tokens: &Value, text: &str| {
        house.step_up(FOUR, tokens).await.refused("NotAuthorizedException", text);
    };
    let revoked = house.tokens().await;
    let revoke = json!({ "ClientId": house.client, "Token": revoked["RefreshToken"] });
    house.server.call_unsigned("RevokeToken", revoke).await.ok();
    refused(&revoked, "Access Token has been revoked").await;
    let signed_out = house.tokens().await;
    house.by_admin("AdminUserGlobalSignOut", json!({})).await;
    refused(&signed_out, "Access Token has been revoked").await;
    let of_disabled = house.tokens().await;
    house.by_admin("AdminDisableUser", json!({})).await;
    refused(&of_disabled, "User is disabled.").await;
    house.by_admin("AdminEnableUser", json!({})).await;
    let expired = house.tokens().await;
    house.server.clock.advance(Duration::from_secs(3600));
    refused(&expired, "Access Token has expired").await;
}

/// The session that gave the credit must live until tokens are granted.
#[tokio::test]
async fn a_session_that_ends_on_the_way() {
    let house = House::new().await;
    let before = house.tokens().await;
    let asked = house.step_up(FOUR, &before).await.ok();
    let revoke = json!({ "ClientId": house.client, "Token": before["RefreshToken"] });
    house.server.call_unsigned("RevokeToken", revoke).await.ok();
    house.answer_token(&asked).await.refused("NotAuthorizedException", "Access Token has been revoked");
    // Also with a password in between.
    let begin = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let asked = house.server.choose(&house.client, begin).await.ok();
    let code = house.server.code(crate::api::mfa::EMAIL).await;
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": code });
    let by_code = granted(house.server.respond(&house.client, &asked, answer).await);
    let attempt = crypto::srp::client::Attempt::new(&crypto::random::SystemRandom).unwrap();
    let by_srp = json!({
        "ACCESS_TOKEN": by_code["AccessToken"], "PREFERRED_CHALLENGE": "PASSWORD_SRP",
        "SRP_A": attempt.public_hex(),
    });
    let asked = house.toward(super::THREE, by_srp).await.ok();
    let proof = house.server.srp_answer(&house.pool, &attempt, &asked, PASSWORD);
    let revoke = json!({ "ClientId": house.client, "Token": by_code["RefreshToken"] });
    house.server.call_unsigned("RevokeToken", revoke).await.ok();
    house
        .server
        .respond(&house.client, &asked, proof)
        .await
        .refused("NotAuthorizedException", "Access Token has been revoked");
}

#[tokio::test]
async fn credit_older_than_max_age() {
    let house = House::new().await;
    let tokens = house.tokens().await;
    house.server.clock.advance(A_MINUTE);
    let aged = async |age: &str| {
        house.toward(FOUR, json!({ "ACCESS_TOKEN": tokens["AccessToken"], "MAX_AGE": age })).await.ok()
    };
    for age in ["0", "59"] {
        from_scratch(&aged(age).await);
    }
    for age in ["60", "3600", "9223372036854775807"] {
        assert_eq!(aged(age).await["ChallengeName"], "SOFTWARE_TOKEN_MFA", "{age}");
    }
    // A refresh makes nobody fresher.
    let input = json!({ "ClientId": house.client, "RefreshToken": tokens["RefreshToken"] });
    let refreshed = granted(house.server.call_unsigned("GetTokensFromRefreshToken", input).await);
    let with = json!({ "ACCESS_TOKEN": refreshed["AccessToken"], "MAX_AGE": "59" });
    from_scratch(&house.toward(FOUR, with).await.ok());
    // Who begins anew reaches the level anew.
    let asked = house.choose_password(&aged("0").await).await.ok();
    assert_eq!(told(&granted(house.answer_token(&asked).await))[0], FOUR);
}

/// What was proved with other credentials is not proved with these.
#[tokio::test]
async fn credit_from_before_a_change_of_credentials() {
    let house = House::new().await;
    let changed = "Another-Horse 8!";
    let before = house.tokens().await;
    let change = json!({
        "AccessToken": before["AccessToken"], "PreviousPassword": PASSWORD, "ProposedPassword": changed,
    });
    house.server.call_unsigned("ChangePassword", change).await.ok();
    // The token itself goes on.
    house.server.call_unsigned("GetUser", json!({ "AccessToken": before["AccessToken"] })).await.ok();
    from_scratch(&house.step_up(FOUR, &before).await.ok());
    let before = house.server.tokens(&house.client, "alice", changed).await;
    assert_eq!(house.step_up(FOUR, &before).await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    prefer(&house.server, &house.pool, json!({ "SoftwareTokenMfaSettings": { "Enabled": true } })).await;
    from_scratch(&house.step_up(FOUR, &before).await.ok());
    // And a change on the way ends the attempt.
    prefer(&house.server, &house.pool, json!({ "SoftwareTokenMfaSettings": { "Enabled": false } })).await;
    let before = house.server.tokens(&house.client, "alice", changed).await;
    let asked = house.step_up(FOUR, &before).await.ok();
    house.by_admin("AdminSetUserPassword", json!({ "Password": PASSWORD, "Permanent": true })).await;
    house.answer_token(&asked).await.refused("NotAuthorizedException", "Invalid session for the user.");
}

/// An attempt keeps the level that it began with.
#[tokio::test]
async fn a_level_asked_for_on_the_way_changes_nothing() {
    let house = House::new().await;
    let asked = house.toward(FOUR, json!({})).await.ok();
    let lower = json!({
        "USERNAME": "alice", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD,
        "TARGET_ACR_VALUES": super::ONE, "ACCESS_TOKEN": house.tokens().await["AccessToken"], "MAX_AGE": "0",
    });
    let asked = house.server.respond(&house.client, &asked, lower).await.ok();
    let code = house.server.totp(&house.secret);
    let answer = json!({
        "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": code, "TARGET_ACR_VALUES": super::ONE,
    });
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(told(&granted(house.server.respond(&house.client, &asked, answer).await))[0], FOUR);
}

/// Whoever has an access token and not the password cannot wipe the count of wrong passwords.
#[tokio::test]
async fn stepping_up_forgives_no_wrong_passwords() {
    let house = House::new().await;
    let before = house.tokens().await;
    for _ in 0..5 {
        house
            .server
            .sign_in(&house.client, "alice", "wrong")
            .await
            .refused("NotAuthorizedException", "Incorrect username or password.");
    }
    let asked = house.step_up(FOUR, &before).await.ok();
    granted(house.answer_token(&asked).await);
    house
        .server
        .sign_in(&house.client, "alice", "wrong")
        .await
        .refused("NotAuthorizedException", "Password attempts exceeded");
}
