//! Sessions kept past what they were begun under: the user's credentials, factors and addresses.

use serde_json::{Value, json};

use super::course::{At, Course, Led};
use crate::api::mfa::PASSWORD;

const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

/// What ends every attempt under way, each as operations to call.
fn endings(led: &Led) -> Vec<Vec<(&'static str, Value)>> {
    let named = |members: Value| led.named(members);
    let password = |text: &str| named(json!({ "Password": text, "Permanent": true }));
    let temporary = json!({ "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    vec![
        vec![("AdminDisableUser", named(json!({})))],
        vec![("AdminDisableUser", named(json!({}))), ("AdminEnableUser", named(json!({})))],
        vec![("AdminSetUserPassword", password("Another-One 8!"))],
        // The same password again.
        vec![("AdminSetUserPassword", password(PASSWORD))],
        vec![("AdminUserGlobalSignOut", named(json!({})))],
        vec![("AdminSetUserMFAPreference", named(json!({ "SMSMfaSettings": { "Enabled": false } })))],
        vec![("AdminDeleteSoftwareToken", named(json!({})))],
        vec![("AdminDeleteUser", named(json!({})))],
        // Another user under the same name.
        vec![
            ("AdminDeleteUser", named(json!({}))),
            ("AdminCreateUser", named(temporary)),
            ("AdminSetUserPassword", password(PASSWORD)),
        ],
    ]
}

#[tokio::test]
async fn no_step_outlives_a_change_of_credentials_or_factors() {
    let course = Course::new().await;
    for at in At::ALL {
        let led = course.lead(at).await;
        let before = course.server.snapshot().await;
        for ending in endings(&led) {
            for (operation, input) in &ending {
                course.server.call(operation, input.clone()).await.ok();
            }
            let reply = course.respond(&led).await;
            assert_eq!(reply.body["__type"], "NotAuthorizedException", "{at:?} {ending:?} {}", reply.body);
            if at == At::MfaSetup {
                for operation in ["AssociateSoftwareToken", "VerifySoftwareToken"] {
                    let input = json!({ "Session": led.asked["Session"], "UserCode": "123456" });
                    course.server.call_unsigned(operation, input).await.refused(INVALID.0, INVALID.1);
                }
            }
            course.server.restore(&before).await;
        }
        course.respond(&led).await.ok();
    }
}

#[tokio::test]
async fn a_forgotten_password_that_was_reset_ends_the_attempts_under_way() {
    let course = Course::new().await;
    for at in [At::EmailOtp, At::SmsMfa, At::SoftwareToken] {
        let led = course.lead(at).await;
        let named = json!({ "ClientId": led.place.client, "Username": led.user });
        course.server.call_unsigned("ForgotPassword", named.clone()).await.ok();
        let mut confirm = named;
        confirm["ConfirmationCode"] = course.server.code(&led.email()).await.into();
        confirm["Password"] = "Another-One 8!".into();
        course.server.call_unsigned("ConfirmForgotPassword", confirm).await.ok();
        course.respond(&led).await.refused(INVALID.0, INVALID.1);
    }
}

/// A code proves the address that it went to, and no other.
#[tokio::test]
async fn a_code_does_not_outlive_the_address_it_went_to() {
    let course = Course::new().await;
    for at in [At::EmailOtp, At::SmsOtp, At::SmsMfa, At::EmailMfa] {
        let led = course.lead(at).await;
        let before = course.server.snapshot().await;
        let (name, value) = match at {
            At::SmsOtp | At::SmsMfa => ("phone_number", "+12065559999"),
            _ => ("email", "new@example.com"),
        };
        let moved = json!({ "UserAttributes": [{ "Name": name, "Value": value }] });
        course.server.call("AdminUpdateUserAttributes", led.named(moved)).await.ok();
        course.respond(&led).await.refused(INVALID.0, INVALID.1);
        course.server.restore(&before).await;
        let gone = json!({ "UserAttributeNames": [name] });
        course.server.call("AdminDeleteUserAttributes", led.named(gone)).await.ok();
        course.respond(&led).await.refused(INVALID.0, INVALID.1);
    }
}

/// MFA_SETUP is for whoever has no factor: once there is one, that is asked for, and no new one is taken.
#[tokio::test]
async fn a_set_up_does_not_outlive_that_the_user_has_no_factor() {
    let course = Course::new().await;
    for at in [At::EmailSetup, At::MfaSetup] {
        let led = course.lead(at).await;
        let phone = json!({ "UserAttributes": [{ "Name": "phone_number", "Value": led.phone() }] });
        course.server.call("AdminUpdateUserAttributes", led.named(phone)).await.ok();
        let reply = course.respond(&led).await;
        assert_eq!(reply.status, 400, "{at:?} {}", reply.body);
        if at == At::MfaSetup {
            let input = json!({ "Session": led.asked["Session"], "UserCode": "123456" });
            for operation in ["AssociateSoftwareToken", "VerifySoftwareToken"] {
                let reply = course.server.call_unsigned(operation, input.clone()).await;
                reply.refused(INVALID.0, INVALID.1);
            }
        }
        let user = course.server.call("AdminGetUser", led.named(json!({}))).await.ok();
        assert!(!user["UserAttributes"].to_string().contains(&led.email()), "{user}");
        let asked = course.server.sign_in(&led.place.client, &led.user, PASSWORD).await.ok();
        assert_eq!(asked["ChallengeName"], "SMS_MFA");
    }
}

#[tokio::test]
async fn a_new_software_token_ends_the_attempts_under_way() {
    let course = Course::new().await;
    let led = course.lead(At::EmailOtp).await;
    let tokens = course.server.tokens(&led.place.client, &led.user, PASSWORD).await;
    course.server.software_token(tokens["AccessToken"].as_str().unwrap()).await;
    course.respond(&led).await.refused(INVALID.0, INVALID.1);
}

#[tokio::test]
async fn a_token_is_not_set_up_for_a_client_that_is_gone() {
    let course = Course::new().await;
    let led = course.lead(At::MfaSetup).await;
    let client = json!({ "UserPoolId": led.place.pool, "ClientId": led.place.client });
    course.server.call("DeleteUserPoolClient", client).await.ok();
    for operation in ["AssociateSoftwareToken", "VerifySoftwareToken"] {
        let input = json!({ "Session": led.asked["Session"], "UserCode": "123456" });
        course.server.call_unsigned(operation, input).await.refused_as("ResourceNotFoundException");
    }
}

/// One temporary password can be proved many times, and is replaced once.
#[tokio::test]
async fn a_new_password_ends_the_attempts_under_way() {
    let course = Course::new().await;
    let led = course.lead(At::NewPassword).await;
    let other = course.server.sign_in(&led.place.client, &led.user, PASSWORD).await.ok();
    course.respond(&led).await.ok();
    let reply = course.server.respond(&led.place.client, &other, led.answer.clone()).await;
    reply.refused(INVALID.0, INVALID.1);
}
