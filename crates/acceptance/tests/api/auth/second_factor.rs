use std::time::Duration;

use serde_json::{Value, json};

use crate::api::mfa::{
    A_MINUTE, EMAIL, PASSWORD, PHONE, all_factors, configure, house, phone_and_email, prefer,
};

const WRONG: (&str, &str) = ("CodeMismatchException", "Invalid code received for user");
const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

fn other_than(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn a_software_token_is_asked_for_and_each_code_works_once() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), json!([])).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let secret = server.software_token(tokens["AccessToken"].as_str().unwrap()).await;
    // A token that is there and not chosen is not asked for where MFA is optional.
    server.tokens(&client, "alice", PASSWORD).await;
    prefer(&server, &pool, json!({ "SoftwareTokenMfaSettings": { "Enabled": true } })).await;
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"], json!({ "USER_ID_FOR_SRP": "alice" }));
    assert!(challenge.get("AuthenticationResult").is_none());
    let answer = |code: &str| json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": code });
    // The code of its verification is used up.
    let used = server.totp(&secret);
    server
        .respond(&client, &challenge, answer(&used))
        .await
        .refused("ExpiredCodeException", "Your software token has already been used once.");
    server.clock.advance(A_MINUTE);
    let code = server.totp(&secret);
    server.respond(&client, &challenge, answer(&other_than(&code))).await.refused(WRONG.0, WRONG.1);
    server.respond(&client, &challenge, answer(&code)).await.ok();
    server
        .respond(&client, &challenge, answer(&code))
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    let again = server.sign_in(&client, "alice", PASSWORD).await.ok();
    server
        .respond(&client, &again, answer(&code))
        .await
        .refused("ExpiredCodeException", "Your software token has already been used once.");
}

#[tokio::test]
async fn codes_by_message_are_asked_for_and_prove_the_address() {
    for (medium, block, address, challenge_name, parameter, purpose) in [
        ("SMS", "SMSMfaSettings", PHONE, "SMS_MFA", "SMS_MFA_CODE", "phone_number_verified"),
        ("EMAIL", "EmailMfaSettings", EMAIL, "EMAIL_OTP", "EMAIL_OTP_CODE", "email_verified"),
    ] {
        let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
        prefer(&server, &pool, json!({ block: { "Enabled": true } })).await;
        let challenge = server.sign_in_srp(&pool, &client, "alice", PASSWORD).await.ok();
        assert_eq!(challenge["ChallengeName"], challenge_name);
        let shown = &challenge["ChallengeParameters"];
        assert_eq!(shown["CODE_DELIVERY_DELIVERY_MEDIUM"], medium);
        assert!(shown["CODE_DELIVERY_DESTINATION"].as_str().unwrap().contains("***"), "{shown}");
        assert_eq!(shown["USER_ID_FOR_SRP"], "alice");
        let mail = server.mailbox(address).await;
        assert_eq!((mail.len(), mail[0].purpose), (1, "authentication"));
        let code = mail[0].code.clone().unwrap();
        assert_eq!(code.len(), 6);
        let answer = |code: &str| json!({ "USERNAME": "alice", parameter: code });
        server.respond(&client, &challenge, answer(&other_than(&code))).await.refused(WRONG.0, WRONG.1);
        server.respond(&client, &challenge, answer("")).await.refused_as("InvalidParameterException");
        server.respond(&client, &challenge, answer(&code)).await.ok();
        server.respond(&client, &challenge, answer(&code)).await.refused_as("NotAuthorizedException");
        let named = json!({ "UserPoolId": pool, "Username": "alice" });
        let user = server.call("AdminGetUser", named).await.ok();
        let verified = user["UserAttributes"].as_array().unwrap().iter().find(|a| a["Name"] == purpose);
        assert_eq!(verified.unwrap()["Value"], "true");
    }
}

#[tokio::test]
async fn a_code_lives_as_long_as_its_session_and_answers_no_other() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let answer = |code: &str| json!({ "USERNAME": "alice", "SMS_MFA_CODE": code });
    let first = server.sign_in(&client, "alice", PASSWORD).await.ok();
    let code = server.code(PHONE).await;
    let second = server.sign_in(&client, "alice", PASSWORD).await.ok();
    let newer = server.code(PHONE).await;
    if code != newer {
        server.respond(&client, &second, answer(&code)).await.refused(WRONG.0, WRONG.1);
    }
    // The older attempt is not disturbed by the newer one.
    server.respond(&client, &first, answer(&code)).await.ok();
    server.clock.advance(Duration::from_secs(181));
    server
        .respond(&client, &second, answer(&newer))
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session is expired.");
}

#[tokio::test]
async fn another_clients_users_or_steps_session_is_refused() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    server.user(&pool, "bob", PASSWORD).await;
    let other_client = server.client(&pool, json!({})).await;
    let other_pool = server.pool(json!({})).await;
    let foreign_client = server.client(&other_pool, json!({})).await;
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    let code = server.code(PHONE).await;
    let answer = |name: &str| json!({ "USERNAME": name, "SMS_MFA_CODE": code });
    for client in [&other_client, &foreign_client] {
        server.respond(client, &challenge, answer("alice")).await.refused(INVALID.0, INVALID.1);
    }
    server.respond(&client, &challenge, answer("bob")).await.refused(INVALID.0, INVALID.1);
    for step in [
        "SOFTWARE_TOKEN_MFA",
        "EMAIL_OTP",
        "SELECT_MFA_TYPE",
        "MFA_SETUP",
        "NEW_PASSWORD_REQUIRED",
        "SELECT_CHALLENGE",
        "PASSWORD",
        "SMS_OTP",
        "WEB_AUTHN",
        "DEVICE_SRP_AUTH",
        "DEVICE_PASSWORD_VERIFIER",
    ] {
        let mut altered = challenge.clone();
        altered["ChallengeName"] = step.into();
        server.respond(&client, &altered, answer("alice")).await.refused(INVALID.0, INVALID.1);
    }
    server.respond(&client, &challenge, answer("alice")).await.ok();
}

#[tokio::test]
async fn a_choice_of_factors_leads_to_the_one_chosen() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    let both = json!({ "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } });
    prefer(&server, &pool, both).await;
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "SELECT_MFA_TYPE");
    for name in ["MFAS_CAN_CHOOSE", "MFAS_CAN_SELECT"] {
        assert_eq!(challenge["ChallengeParameters"][name], r#"["SMS_MFA","EMAIL_OTP"]"#);
    }
    assert!(server.mailbox(PHONE).await.is_empty() && server.mailbox(EMAIL).await.is_empty());
    let choose = |factor: &str| json!({ "USERNAME": "alice", "ANSWER": factor });
    server.respond(&client, &challenge, choose("PIGEON")).await.refused_as("InvalidParameterException");
    // The user has no such factor.
    server
        .respond(&client, &challenge, choose("SOFTWARE_TOKEN_MFA"))
        .await
        .refused_as("InvalidParameterException");
    let next = server.respond(&client, &challenge, choose("EMAIL_MFA")).await.ok();
    assert_eq!(next["ChallengeName"], "EMAIL_OTP");
    assert!(server.mailbox(PHONE).await.is_empty());
    // A choice cannot be made twice, to send more messages.
    server.respond(&client, &challenge, choose("SMS_MFA")).await.refused_as("NotAuthorizedException");
    assert!(server.mailbox(PHONE).await.is_empty());
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": server.code(EMAIL).await });
    server.respond(&client, &next, answer).await.ok();
}

#[tokio::test]
async fn a_required_token_is_set_up_within_the_sign_in() {
    let totp = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    let (server, _, client) = house(totp, json!([])).await;
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], r#"["SOFTWARE_TOKEN_MFA"]"#);
    let name = json!({ "USERNAME": "alice" });
    // Nothing has been set up.
    server.respond(&client, &challenge, name.clone()).await.refused(INVALID.0, INVALID.1);
    let associate = json!({ "Session": challenge["Session"] });
    let made = server.call_unsigned("AssociateSoftwareToken", associate.clone()).await.ok();
    let secret = made["SecretCode"].as_str().unwrap();
    server
        .call_unsigned("AssociateSoftwareToken", associate)
        .await
        .refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    let code = server.totp(secret);
    let verify = |code: &str| json!({ "Session": made["Session"], "UserCode": code });
    server
        .call_unsigned("VerifySoftwareToken", verify(&other_than(&code)))
        .await
        .refused("EnableSoftwareTokenMFAException", "Code mismatch");
    let mut unverified = challenge.clone();
    unverified["Session"] = made["Session"].clone();
    server.respond(&client, &unverified, name.clone()).await.refused(INVALID.0, INVALID.1);
    let verified = server.call_unsigned("VerifySoftwareToken", verify(&code)).await.ok();
    assert_eq!(verified["Status"], "SUCCESS");
    let mut done = challenge.clone();
    done["Session"] = verified["Session"].clone();
    server.respond(&client, &done, json!({ "USERNAME": "bob" })).await.refused(INVALID.0, INVALID.1);
    server.respond(&client, &done, name.clone()).await.ok();
    server.respond(&client, &done, name).await.refused_as("NotAuthorizedException");
    assert_eq!(server.sign_in(&client, "alice", PASSWORD).await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn a_required_address_is_set_up_within_the_sign_in() {
    let (server, pool, client) = house(all_factors("ON"), json!([])).await;
    let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
    assert_eq!(
        challenge["ChallengeParameters"]["MFAS_CAN_SETUP"],
        r#"["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#
    );
    let email = |address: &str| json!({ "USERNAME": "alice", "EMAIL": address });
    server.respond(&client, &challenge, email("nonsense")).await.refused_as("InvalidParameterException");
    let next = server.respond(&client, &challenge, email(EMAIL)).await.ok();
    assert_eq!(next["ChallengeName"], "EMAIL_OTP");
    // One message per Session.
    server
        .respond(&client, &challenge, email("other@example.com"))
        .await
        .refused_as("NotAuthorizedException");
    assert!(server.mailbox("other@example.com").await.is_empty());
    let code = server.code(EMAIL).await;
    let answer = |code: &str| json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": code });
    server.respond(&client, &next, answer(&other_than(&code))).await.refused(WRONG.0, WRONG.1);
    server.respond(&client, &next, answer(&code)).await.ok();
    let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    let has = |name: &str, value: &str| {
        user["UserAttributes"].as_array().unwrap().contains(&json!({ "Name": name, "Value": value }))
    };
    assert!(has("email", EMAIL) && has("email_verified", "true"), "{user}");
    assert_eq!(server.sign_in(&client, "alice", PASSWORD).await.ok()["ChallengeName"], "EMAIL_OTP");
}

#[tokio::test]
async fn whoever_can_have_no_factor_is_not_let_in() {
    // The only factor is by the channel by which the password can be reset.
    let sms = json!({ "SmsConfiguration": crate::api::mfa::sms() });
    let (server, pool, client) =
        house(json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": sms }), phone_and_email()).await;
    let recovery = json!({ "RecoveryMechanisms": [{ "Name": "verified_phone_number", "Priority": 1 }] });
    let change = json!({
        "UserPoolId": pool, "MfaConfiguration": "ON", "AccountRecoverySetting": recovery,
        "SmsConfiguration": crate::api::mfa::sms(),
    });
    server.call("UpdateUserPool", change).await.ok();
    server.sign_in(&client, "alice", PASSWORD).await.refused_as("InvalidParameterException");
}

#[tokio::test]
async fn what_changes_a_factor_ends_the_attempts_under_way() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    let changes: [(&str, Value); 4] = [
        ("AdminSetUserMFAPreference", json!({ "EmailMfaSettings": { "Enabled": true } })),
        ("AdminDeleteSoftwareToken", json!({})),
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminDisableUser", json!({})),
    ];
    for (operation, mut input) in changes {
        let challenge = server.sign_in(&client, "alice", PASSWORD).await.ok();
        let challenge = if challenge["ChallengeName"] == "SELECT_MFA_TYPE" {
            let choice = json!({ "USERNAME": "alice", "ANSWER": "SMS_MFA" });
            server.respond(&client, &challenge, choice).await.ok()
        } else {
            challenge
        };
        input["UserPoolId"] = named["UserPoolId"].clone();
        input["Username"] = "alice".into();
        server.call(operation, input).await.ok();
        let answer = json!({ "USERNAME": "alice", "SMS_MFA_CODE": server.code(PHONE).await });
        server.respond(&client, &challenge, answer).await.refused(INVALID.0, INVALID.1);
    }
}

#[tokio::test]
async fn a_pool_that_demands_a_factor_meanwhile_gets_it() {
    let (server, pool, client) = house(json!({ "MfaConfiguration": "OFF" }), json!([])).await;
    let (attempt, challenge) = server.begin_srp(&client, "alice").await;
    configure(&server, &pool, all_factors("ON")).await;
    let answer = server.srp_answer(&pool, &attempt, &challenge, PASSWORD);
    assert_eq!(server.respond(&client, &challenge, answer).await.ok()["ChallengeName"], "MFA_SETUP");
}

/// Fifty connections guess one code, on one Session and on many: they get no more tries than one would.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_share_one_count() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(server.sign_in(&client, "alice", PASSWORD).await.ok());
    }
    let codes: Vec<String> = server.mailbox(PHONE).await.into_iter().filter_map(|m| m.code).collect();
    let mut guesses = tokio::task::JoinSet::new();
    for i in 0..50 {
        let (server, client) = (server.clone(), client.clone());
        let challenge = sessions[i % sessions.len()].clone();
        let wrong = (0..).map(|n| format!("{:06}", i + n * 50)).find(|code| !codes.contains(code)).unwrap();
        guesses.spawn(async move {
            let answer = json!({ "USERNAME": "alice", "SMS_MFA_CODE": wrong });
            server.respond(&client, &challenge, answer).await.body["__type"].clone()
        });
    }
    let answers = guesses.join_all().await;
    assert_eq!(answers.iter().filter(|kind| *kind == "CodeMismatchException").count(), 5);
    assert_eq!(answers.iter().filter(|kind| *kind == "NotAuthorizedException").count(), 45);
    // Locked, the right code is refused like any other, and a right password does not wipe the count.
    let answer = json!({ "USERNAME": "alice", "SMS_MFA_CODE": codes.last().unwrap() });
    server
        .respond(&client, &sessions[0], answer.clone())
        .await
        .refused("NotAuthorizedException", "Password attempts exceeded");
    server.sign_in(&client, "alice", PASSWORD).await.ok();
    server.respond(&client, &sessions[0], answer.clone()).await.refused_as("NotAuthorizedException");
    server.clock.advance(Duration::from_secs(2));
    server.respond(&client, &sessions[0], answer).await.ok();
}

#[tokio::test]
async fn a_new_password_comes_before_the_second_factor() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let temporary = "Temporary-Horse 7!";
    let input = json!({ "UserPoolId": pool, "Username": "alice", "Password": temporary, "Permanent": false });
    server.call("AdminSetUserPassword", input).await.ok();
    let challenge = server.sign_in(&client, "alice", temporary).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert!(server.mailbox(PHONE).await.is_empty());
    let new = json!({ "USERNAME": "alice", "NEW_PASSWORD": "Brand-new Horse 8!" });
    let next = server.respond(&client, &challenge, new).await.ok();
    assert_eq!(next["ChallengeName"], "SMS_MFA");
    let answer = json!({ "USERNAME": "alice", "SMS_MFA_CODE": server.code(PHONE).await });
    server.respond(&client, &next, answer).await.ok();
    assert_eq!(server.sign_in(&client, "alice", "Brand-new Horse 8!").await.ok()["ChallengeName"], "SMS_MFA");
}

#[tokio::test]
async fn messages_of_sign_ins_are_limited() {
    let (server, pool, client) = house(all_factors("OPTIONAL"), phone_and_email()).await;
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    for _ in 0..20 {
        server.sign_in(&client, "alice", PASSWORD).await.ok();
    }
    server.sign_in(&client, "alice", PASSWORD).await.refused_as("LimitExceededException");
    assert_eq!(server.mailbox(PHONE).await.len(), 20);
    server.clock.advance(Duration::from_secs(3600));
    server.sign_in(&client, "alice", PASSWORD).await.ok();
}

/// Who has the phone must not have both factors by it.
#[tokio::test]
async fn a_channel_of_the_second_factor_does_not_recover_the_password() {
    let attributes = json!([
        { "Name": "phone_number", "Value": PHONE }, { "Name": "phone_number_verified", "Value": "true" },
        { "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" },
    ]);
    let (server, pool, client) = house(all_factors("OPTIONAL"), attributes).await;
    let forgot = async || {
        let input = json!({ "ClientId": client, "Username": "alice" });
        server.call_unsigned("ForgotPassword", input).await
    };
    let medium = |answer: Value| answer["CodeDeliveryDetails"]["DeliveryMedium"].clone();
    assert_eq!(medium(forgot().await.ok()), "SMS");
    prefer(&server, &pool, json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    assert_eq!(medium(forgot().await.ok()), "EMAIL");
    prefer(&server, &pool, json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    forgot().await.refused(
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    );
}
