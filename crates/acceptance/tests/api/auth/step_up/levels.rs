//! What tokens say of any sign-in, asked for or not.

use serde_json::{Value, json};

use super::{FOUR, House, ONE, THREE, TWO, granted, told};
use crate::api::mfa::{A_MINUTE, EMAIL, PASSWORD, PHONE, configure, prefer};

#[tokio::test]
async fn tokens_say_how_their_user_signed_in() {
    let house = House::new().await;
    let (server, client) = (&house.server, &house.client);
    assert_eq!(told(&house.tokens().await), json!([ONE, ["pwd"]]));
    for (way, parameter, to, name) in
        [("EMAIL_OTP", "EMAIL_OTP_CODE", EMAIL, "email_otp"), ("SMS_OTP", "SMS_OTP_CODE", PHONE, "sms")]
    {
        let begin = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": way });
        let asked = server.choose(client, begin).await.ok();
        let answer = json!({ "USERNAME": "alice", parameter: server.code(to).await });
        assert_eq!(told(&granted(server.respond(client, &asked, answer).await)), json!([TWO, [name]]));
    }
    for (block, parameter, to, name) in [
        ("SMSMfaSettings", "SMS_MFA_CODE", PHONE, "sms"),
        ("EmailMfaSettings", "EMAIL_OTP_CODE", EMAIL, "email_otp"),
    ] {
        prefer(server, &house.pool, json!({ block: { "Enabled": true, "PreferredMfa": true } })).await;
        let asked = server.sign_in(client, "alice", PASSWORD).await.ok();
        let answer = json!({ "USERNAME": "alice", parameter: server.code(to).await });
        let tokens = granted(server.respond(client, &asked, answer).await);
        assert_eq!(told(&tokens), json!([THREE, ["pwd", name, "mfa"]]));
    }
    let token = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    prefer(server, &house.pool, token).await;
    let asked = server.sign_in(client, "alice", PASSWORD).await.ok();
    let tokens = granted(house.answer_token(&asked).await);
    assert_eq!(told(&tokens), json!([FOUR, ["pwd", "otp", "mfa"]]));
}

/// A refresh repeats what the sign-in said, under the name that the level had then.
#[tokio::test]
async fn a_refresh_neither_raises_nor_renames_the_level() {
    let house = House::new().await;
    let before = house.tokens().await;
    let after = granted(house.answer_token(&house.step_up(FOUR, &before).await.ok()).await);
    let names = json!({ "Level1": { "AcrValue": "one" }, "Level4": { "AcrValue": "four" } });
    let policy = json!({ "AllowedFirstAuthFactors": ["PASSWORD"] });
    let input = json!({
        "UserPoolId": house.pool, "AcrConfiguration": names, "MfaConfiguration": "OPTIONAL",
        "Policies": { "SignInPolicy": policy },
    });
    house.server.call("UpdateUserPool", input).await.ok();
    for (tokens, expected) in
        [(&before, json!([ONE, ["pwd"]])), (&after, json!([FOUR, ["pwd", "otp", "mfa"]]))]
    {
        house.server.clock.advance(A_MINUTE);
        let parameters = json!({ "REFRESH_TOKEN": tokens["RefreshToken"] });
        let input = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": house.client, "AuthParameters": parameters,
        });
        assert_eq!(told(&granted(house.server.call_unsigned("InitiateAuth", input).await)), expected);
        let input = json!({ "ClientId": house.client, "RefreshToken": tokens["RefreshToken"] });
        let reply = house.server.call_unsigned("GetTokensFromRefreshToken", input).await;
        assert_eq!(told(&granted(reply)), expected);
    }
    assert_eq!(told(&house.tokens().await), json!(["one", ["pwd"]]));
    // A level goes by its present name only.
    house.toward(ONE, json!({})).await.refused_as("InvalidParameterException");
    let asked = house.toward("four", json!({})).await.ok();
    let asked = house.choose_password(&asked).await.ok();
    assert_eq!(told(&granted(house.answer_token(&asked).await)), json!(["four", ["pwd", "otp", "mfa"]]));
}

/// A name that the pool gives to a higher level since is not what the sign-in reached.
#[tokio::test]
async fn a_refresh_lays_no_claim_to_a_level_renamed_since() {
    let house = House::new().await;
    let tokens = house.tokens().await;
    let names = json!({ "Level1": { "AcrValue": "one" }, "Level4": { "AcrValue": ONE } });
    let policy = json!({ "AllowedFirstAuthFactors": ["PASSWORD"] });
    let input = json!({
        "UserPoolId": house.pool, "AcrConfiguration": names, "MfaConfiguration": "OPTIONAL",
        "Policies": { "SignInPolicy": policy },
    });
    house.server.call("UpdateUserPool", input).await.ok();
    let input = json!({ "ClientId": house.client, "RefreshToken": tokens["RefreshToken"] });
    let reply = house.server.call_unsigned("GetTokensFromRefreshToken", input).await;
    assert_eq!(told(&granted(reply)), json!(["one", ["pwd"]]));
}

/// A factor that was set up within the sign-in says nothing of who the user was before.
#[tokio::test]
async fn a_factor_just_set_up_raises_no_level() {
    let house = House::new().await;
    let (server, client) = (&house.server, &house.client);
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
    let input = json!({
        "UserPoolId": house.pool, "Policies": policies, "EmailConfiguration": crate::api::mfa::own_sender(),
    });
    server.call("UpdateUserPool", input).await.ok();
    configure(server, &house.pool, crate::api::mfa::all_factors("ON")).await;
    server.user(&house.pool, "bob", PASSWORD).await;
    let by_bob = |answer: Value| {
        let mut answer = answer;
        answer["USERNAME"] = "bob".into();
        answer
    };
    let asked = server.sign_in(client, "bob", PASSWORD).await.ok();
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    let asked = server.respond(client, &asked, by_bob(json!({ "EMAIL": "bob@example.com" }))).await.ok();
    let code = server.code("bob@example.com").await;
    let reply = server.respond(client, &asked, by_bob(json!({ "EMAIL_OTP_CODE": code }))).await;
    assert_eq!(told(&granted(reply)), json!([ONE, ["pwd"]]));
    // The next time it does.
    let asked = server.sign_in(client, "bob", PASSWORD).await.ok();
    let code = server.code("bob@example.com").await;
    let reply = server.respond(client, &asked, by_bob(json!({ "EMAIL_OTP_CODE": code }))).await;
    assert_eq!(told(&granted(reply)), json!([THREE, ["pwd", "email_otp", "mfa"]]));
}
