use std::time::Duration;

use serde_json::json;
use testkit::TestServer;

use super::{A_MINUTE, PASSWORD, all_factors, configure, house};

#[tokio::test]
async fn a_pool_without_software_tokens_gives_none() {
    let (server, _, client) = house(json!({ "MfaConfiguration": "OFF" }), json!([])).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    let text = "Software Token MFA has not been enabled by the userPool";
    let input = json!({ "AccessToken": token });
    server
        .call_unsigned("AssociateSoftwareToken", input)
        .await
        .refused("SoftwareTokenMFANotFoundException", text);
    let input = json!({ "AccessToken": token, "UserCode": "123456" });
    server
        .call_unsigned("VerifySoftwareToken", input)
        .await
        .refused("SoftwareTokenMFANotFoundException", text);
}

#[tokio::test]
async fn nothing_is_set_up_without_a_token_or_session() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let foreign = format!("{pool}.{}", "A".repeat(80));
    for operation in ["AssociateSoftwareToken", "VerifySoftwareToken"] {
        let with = |mut input: serde_json::Value| {
            input["UserCode"] = "123456".into();
            server.call_unsigned(operation, input)
        };
        with(json!({})).await.refused_as("InvalidParameterException");
        with(json!({ "Session": "s".repeat(40) }))
            .await
            .refused("NotAuthorizedException", "Invalid session for the user.");
        with(json!({ "Session": foreign }))
            .await
            .refused("NotAuthorizedException", "Invalid session for the user.");
        with(json!({ "AccessToken": "a.b.c" })).await.refused_as("NotAuthorizedException");
    }
}

#[tokio::test]
async fn the_first_code_must_be_right_and_tries_are_limited() {
    let (server, _, client) = house(all_factors("OPTIONAL"), json!([])).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    let verify = async |code: &str| {
        let input = json!({ "AccessToken": token, "UserCode": code });
        server.call_unsigned("VerifySoftwareToken", input).await
    };
    // Nothing waits for a code yet.
    verify("123456").await.refused("EnableSoftwareTokenMFAException", "Code mismatch");
    let made = server.call_unsigned("AssociateSoftwareToken", json!({ "AccessToken": token })).await.ok();
    let secret = made["SecretCode"].as_str().unwrap();
    assert_eq!((secret.len(), made.get("Session")), (32, None));
    let code = server.totp(secret);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..14 {
        verify(wrong).await.refused("EnableSoftwareTokenMFAException", "Code mismatch");
    }
    // The right one comes too late.
    verify(&code).await.refused_as("LimitExceededException");
    server.clock.advance(Duration::from_secs(3600));
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    let input = json!({ "AccessToken": token, "UserCode": server.totp(secret) });
    server.call_unsigned("VerifySoftwareToken", input.clone()).await.ok();
    // What was verified no longer waits.
    server
        .call_unsigned("VerifySoftwareToken", input)
        .await
        .refused("EnableSoftwareTokenMFAException", "Code mismatch");
}

#[tokio::test]
async fn a_new_token_replaces_the_old_one_only_once_it_is_verified() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), json!([])).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].as_str().unwrap().to_owned();
    let old = server.software_token(&token).await;
    super::prefer(&server, &pool, json!({ "SoftwareTokenMfaSettings": { "Enabled": true } })).await;
    server.clock.advance(A_MINUTE);
    let made = server.call_unsigned("AssociateSoftwareToken", json!({ "AccessToken": token })).await.ok();
    let new = made["SecretCode"].as_str().unwrap();
    let sign_in = async |secret: &str| {
        let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let answer = json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": server.totp(secret) });
        server.respond(&client, &challenge, answer).await
    };
    sign_in(new).await.refused("CodeMismatchException", "Invalid code received for user");
    sign_in(&old).await.ok();
    let input = json!({ "AccessToken": token, "UserCode": server.totp(new), "FriendlyDeviceName": "phone" });
    server.call_unsigned("VerifySoftwareToken", input).await.ok();
    server.clock.advance(A_MINUTE);
    sign_in(&old).await.refused("CodeMismatchException", "Invalid code received for user");
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "phone");
    sign_in(new).await.ok();
}

#[tokio::test]
async fn a_token_taken_away_is_asked_for_no_more() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), json!([])).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].as_str().unwrap().to_owned();
    let before = server.snapshot().await;
    server.software_token(&token).await;
    let preferred = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    super::prefer(&server, &pool, preferred).await;
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    let factors = server.call("AdminGetUserAuthFactors", named.clone()).await.ok();
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD", "SOFTWARE_TOKEN"]));
    assert_eq!(factors["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let under_way = server.sign_in(&client, "alice", PASSWORD).await.ok();
    server.call("AdminDeleteSoftwareToken", named.clone()).await.ok();
    server
        .call("AdminDeleteSoftwareToken", json!({ "UserPoolId": pool, "Username": "nobody" }))
        .await
        .refused_as("UserNotFoundException");
    // Nothing of its secret is left.
    let left = testkit::changed(&before, &server.snapshot().await);
    assert!(left.iter().all(|row| !row.starts_with("software_tokens")), "{left:?}");
    let answer = json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": "123456" });
    server
        .respond(&client, &under_way, answer)
        .await
        .refused("NotAuthorizedException", "Invalid session for the user.");
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let own = server
        .call_unsigned("GetUserAuthFactors", json!({ "AccessToken": tokens["AccessToken"] }))
        .await
        .ok();
    assert_eq!(own, json!({ "Username": "alice", "ConfiguredUserAuthFactors": ["PASSWORD"] }));
    // Where a second factor is required, one must be set up anew.
    configure(&server, &pool, json!({ "MfaConfiguration": "ON" })).await;
    assert_eq!(server.sign_in(&client, "alice", PASSWORD).await.ok()["ChallengeName"], "MFA_SETUP");
}
