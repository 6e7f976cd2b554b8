//! What is refused where a level is asked for.

use serde_json::{Value, json};

use super::{FOUR, House, ONE, OUT_OF_REACH, THREE, TWO, another_client, granted, told};
use crate::api::mfa::{EMAIL, PASSWORD};

const INVALID_TOKEN: (&str, &str) = ("NotAuthorizedException", "Invalid Access Token");
const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

#[tokio::test]
async fn parameters_that_say_nothing_are_refused() {
    let house = House::new().await;
    let token = house.tokens().await["AccessToken"].clone();
    let only_token = json!({ "USERNAME": "alice", "ACCESS_TOKEN": token });
    house
        .server
        .choose(&house.client, only_token)
        .await
        .refused("InvalidParameterException", "ACCESS_TOKEN requires TARGET_ACR_VALUES.");
    for unknown in
        ["4", "Level4", "urn:cognito:loa:5", "URN:COGNITO:LOA:4", "", " ", "urn:cognito:loa:4,urn:x"]
    {
        house.toward(unknown, json!({})).await.refused(
            "InvalidParameterException",
            "TARGET_ACR_VALUES contains no ACR value of this user pool.",
        );
    }
    for age in ["", "-1", "1.5", "soon", "+5", "0x5", "99999999999999999999"] {
        let aged = json!({ "ACCESS_TOKEN": token, "MAX_AGE": age });
        house
            .toward(FOUR, aged)
            .await
            .refused("InvalidParameterException", "MAX_AGE must be a non-negative number of seconds.");
        // Also where nothing would come of it.
        let alone = json!({ "USERNAME": "alice", "MAX_AGE": age });
        house.server.choose(&house.client, alone).await.refused_as("InvalidParameterException");
    }
    assert!(house.server.mailbox(EMAIL).await.is_empty());
}

#[tokio::test]
async fn the_smallest_plan_has_no_step_up() {
    let house = House::new().await;
    let pool = house.server.pool(json!({ "UserPoolTier": "LITE" })).await;
    let client = another_client(&house.server, &pool, "LEGACY").await;
    house.server.user(&pool, "alice", PASSWORD).await;
    let parameters = json!({ "USERNAME": "alice", "TARGET_ACR_VALUES": ONE });
    house.server.choose(&client, parameters).await.refused(
        "FeatureUnavailableInTierException",
        "Step-up authentication is not available in the feature plan LITE.",
    );
    // Its tokens say how they came about all the same.
    assert_eq!(told(&house.server.tokens(&client, "alice", PASSWORD).await), json!([ONE, ["pwd"]]));
}

#[tokio::test]
async fn a_level_that_the_user_cannot_reach() {
    let house = House::new().await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    for level in [TWO, THREE, FOUR] {
        house.begin("bob", level, json!({})).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
    }
    let bobs = house.server.tokens(&house.client, "bob", PASSWORD).await;
    let with_token = json!({ "ACCESS_TOKEN": bobs["AccessToken"] });
    house.begin("bob", FOUR, with_token).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
    // Nor does a pool without MFA ask for what alice has.
    let off = json!({ "UserPoolId": house.pool, "MfaConfiguration": "OFF" });
    house.server.call("SetUserPoolMfaConfig", off).await.ok();
    house.toward(FOUR, json!({})).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
}

/// Where a client hides who exists, a level out of reach shows nothing before the password is proved.
#[tokio::test]
async fn who_exists_is_hidden() {
    let house = House::hiding("ENABLED").await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let mut lengths = Vec::new();
    for name in ["bob", "nobody", "alice"] {
        let asked = house.begin(name, FOUR, json!({})).await.ok();
        assert_eq!(asked["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]), "{name}");
        lengths.push(asked["Session"].as_str().unwrap().len());
        let by_code = json!({ "USERNAME": name, "ANSWER": "EMAIL_OTP" });
        house.server.respond(&house.client, &asked, by_code).await.refused_as("InvalidParameterException");
        let wrong = json!({ "USERNAME": name, "ANSWER": "PASSWORD", "PASSWORD": "wrong" });
        house.server.respond(&house.client, &asked, wrong).await.refused(WRONG.0, WRONG.1);
        let asked = house.begin(name, FOUR, json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP" })).await.ok();
        assert_eq!(asked["ChallengeName"], "PASSWORD_SRP", "{name}");
    }
    assert!(lengths.iter().all(|length| *length == lengths[0]), "{lengths:?}");
    let asked = house.begin("bob", FOUR, json!({})).await.ok();
    let right = json!({ "USERNAME": "bob", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    house.server.respond(&house.client, &asked, right).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
}

#[tokio::test]
async fn a_level_that_the_token_has_reached() {
    let house = House::new().await;
    let reached =
        ("InvalidParameterException", "The access token already satisfies the requested ACR value.");
    let first = house.tokens().await;
    house.step_up(ONE, &first).await.refused(reached.0, reached.1);
    let fourth = granted(house.answer_token(&house.step_up(FOUR, &first).await.ok()).await);
    for level in [ONE, TWO, THREE, FOUR] {
        house.step_up(level, &fourth).await.refused(reached.0, reached.1);
    }
    // The first level within reach counts, not the first above the token.
    house.step_up("urn:cognito:loa:1 urn:cognito:loa:4", &first).await.refused(reached.0, reached.1);
}

#[tokio::test]
async fn tokens_of_somebody_else_or_from_elsewhere() {
    let house = House::new().await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let bobs = house.server.tokens(&house.client, "bob", PASSWORD).await;
    house.step_up(FOUR, &bobs).await.refused(INVALID_TOKEN.0, INVALID_TOKEN.1);
    // Who exists makes no difference to it.
    let alices = house.tokens().await;
    for name in ["bob", "nobody"] {
        let with = json!({ "ACCESS_TOKEN": alices["AccessToken"] });
        house.begin(name, FOUR, with).await.refused(INVALID_TOKEN.0, INVALID_TOKEN.1);
    }
    let other_client = another_client(&house.server, &house.pool, "LEGACY").await;
    let others = house.server.tokens(&other_client, "alice", PASSWORD).await;
    house.step_up(FOUR, &others).await.refused(INVALID_TOKEN.0, INVALID_TOKEN.1);
    let other_pool = house.server.pool(json!({})).await;
    let its_client = another_client(&house.server, &other_pool, "LEGACY").await;
    house.server.user(&other_pool, "alice", PASSWORD).await;
    let elsewhere = house.server.tokens(&its_client, "alice", PASSWORD).await;
    house.step_up(FOUR, &elsewhere).await.refused(INVALID_TOKEN.0, INVALID_TOKEN.1);
    for bad in [alices["IdToken"].clone(), json!("nonsense"), json!("a.b.c"), alices["RefreshToken"].clone()]
    {
        house.toward(FOUR, json!({ "ACCESS_TOKEN": bad })).await.refused_as("NotAuthorizedException");
    }
    // By any of her names she is alice.
    let by_sub = super::claims(&alices["AccessToken"])["sub"].as_str().unwrap().to_owned();
    let with = json!({ "ACCESS_TOKEN": alices["AccessToken"] });
    assert_eq!(house.begin(&by_sub, FOUR, with).await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

/// The Session of a sign-up is worth its code and no more.
#[tokio::test]
async fn a_confirmed_sign_up_reaches_the_level_of_its_code() {
    let house = House::new().await;
    let input = json!({
        "UserPoolId": house.pool, "AutoVerifiedAttributes": ["email"], "MfaConfiguration": "OPTIONAL",
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
    });
    house.server.call("UpdateUserPool", input).await.ok();
    let signed_up = async |name: &str| {
        let address = format!("{name}@example.com");
        let input = json!({
            "ClientId": house.client, "Username": name,
            "UserAttributes": [{ "Name": "email", "Value": address }],
        });
        house.server.call_unsigned("SignUp", input).await.ok();
        let input = json!({
            "ClientId": house.client, "Username": name,
            "ConfirmationCode": house.server.code(&address).await,
        });
        house.server.call_unsigned("ConfirmSignUp", input).await.ok()["Session"].clone()
    };
    let begin = async |name: &str, session: &Value, level: &str| {
        let parameters = json!({ "USERNAME": name, "TARGET_ACR_VALUES": level });
        let input = json!({
            "ClientId": house.client, "AuthFlow": "USER_AUTH", "AuthParameters": parameters,
            "Session": session,
        });
        house.server.call_unsigned("InitiateAuth", input).await
    };
    let session = signed_up("carol").await;
    for level in [THREE, FOUR] {
        begin("carol", &session, level).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
    }
    begin("carol", &session, "x").await.refused_as("InvalidParameterException");
    let tokens = granted(begin("carol", &session, "urn:cognito:loa:4 urn:cognito:loa:2").await);
    assert_eq!(told(&tokens), json!([TWO, ["email_otp"]]));
}
