//! Sequences that no client makes: steps repeated, answered in another's place, and answered in parallel.

use serde_json::{Value, json};
use testkit::Reply;
use tokio::task::JoinSet;

use super::course::{At, Course, Led};
use crate::api::mfa::{A_MINUTE, PASSWORD};

const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
const USED: (&str, &str) =
    ("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

/// The challenges that are answered in a Session.
const CHALLENGES: [&str; 12] = [
    "SELECT_CHALLENGE",
    "PASSWORD",
    "PASSWORD_SRP",
    "EMAIL_OTP",
    "SMS_OTP",
    "WEB_AUTHN",
    "NEW_PASSWORD_REQUIRED",
    "SELECT_MFA_TYPE",
    "SMS_MFA",
    "SOFTWARE_TOKEN_MFA",
    "MFA_SETUP",
    "DEVICE_SRP_AUTH",
];

/// All that the right answer says, under the names of every step.
fn said_to_all(led: &Led) -> Value {
    let codes = ["EMAIL_OTP_CODE", "SMS_OTP_CODE", "SMS_MFA_CODE", "SOFTWARE_TOKEN_MFA_CODE"];
    let known = codes.iter().find_map(|name| led.answer[*name].as_str()).unwrap_or("123456");
    let mut all = json!({
        "ANSWER": "EMAIL_OTP", "PASSWORD": PASSWORD, "NEW_PASSWORD": "Brand-new Horse 9!", "SRP_A": "A1",
        "EMAIL": "eve@example.com", "CREDENTIAL": "{}", "DEVICE_KEY": "eu-west-1_x",
    });
    for name in codes {
        all[name] = known.into();
    }
    for (name, value) in led.answer.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

#[tokio::test]
async fn the_session_of_a_step_is_of_no_other_step_client_or_user() {
    let course = Course::new().await;
    let server = &course.server;
    for at in At::ALL {
        let led = course.lead(at).await;
        let client = &led.place.client;
        for challenge in CHALLENGES.into_iter().filter(|name| led.asked["ChallengeName"] != *name) {
            let altered = json!({ "ChallengeName": challenge, "Session": led.asked["Session"] });
            let reply = server.respond(client, &altered, said_to_all(&led)).await;
            assert_eq!(reply.body["message"], INVALID.1, "{at:?} as {challenge}");
        }
        // Nor does it stand for a confirmed sign-up, or for the set-up of a token.
        let begin = json!({
            "AuthFlow": "USER_AUTH", "ClientId": client, "Session": led.asked["Session"],
            "AuthParameters": { "USERNAME": led.user },
        });
        server.call_unsigned("InitiateAuth", begin).await.refused(INVALID.0, INVALID.1);
        for operation in ["AssociateSoftwareToken", "VerifySoftwareToken"] {
            if at != At::MfaSetup {
                let input = json!({ "Session": led.asked["Session"], "UserCode": "123456" });
                server.call_unsigned(operation, input).await.refused(INVALID.0, INVALID.1);
            }
        }
        let expected = if at == At::PasswordVerifier { WRONG } else { INVALID };
        let sibling = course.sibling(&led).await;
        server.respond(&sibling, &led.asked, led.answer.clone()).await.refused(expected.0, expected.1);
        let mut other = led.answer.clone();
        other["USERNAME"] = "nobody".into();
        // An SRP attempt is spent by whatever answers it.
        if at != At::PasswordVerifier {
            server.respond(client, &led.asked, other).await.refused(INVALID.0, INVALID.1);
        }
        course.respond(&led).await.ok();
    }
}

/// A secret block goes with its own Session or none.
#[tokio::test]
async fn the_proof_of_a_password_goes_with_no_other_steps_session() {
    let course = Course::new().await;
    let proof = course.lead(At::PasswordVerifier).await;
    for at in At::ALL.into_iter().filter(|at| *at != At::PasswordVerifier) {
        let led = course.lead(at).await;
        if led.place.pool != proof.place.pool {
            continue;
        }
        let mixed = json!({ "ChallengeName": "PASSWORD_VERIFIER", "Session": led.asked["Session"] });
        let reply = course.server.respond(&led.place.client, &mixed, proof.answer.clone()).await;
        reply.refused(INVALID.0, INVALID.1);
    }
    course.respond(&proof).await.ok();
}

/// How many of so many requests at once succeed.
async fn at_once(course: &Course, led: &Led, answers: [Value; 6]) -> Vec<Reply> {
    let mut running = JoinSet::new();
    for answer in answers {
        let (server, client, asked) = (course.server.clone(), led.place.client.clone(), led.asked.clone());
        running.spawn(async move { server.respond(&client, &asked, answer).await });
    }
    running.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_right_answers_one_counts() {
    let course = Course::new().await;
    for at in At::ALL {
        if at == At::PasswordSrp {
            // It changes nothing: what it leads to is spent.
            continue;
        }
        let led = course.lead(at).await;
        let replies = at_once(&course, &led, [(); 6].map(|()| led.answer.clone())).await;
        let right = replies.iter().filter(|reply| reply.status == 200).count();
        let bodies: Vec<_> = replies.iter().map(|reply| reply.body["message"].clone()).collect();
        assert_eq!(right, 1, "{at:?} {bodies:?}");
        course.respond(&led).await.refused_as("NotAuthorizedException");
    }
}

/// One code of a software token in many sign-ins at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_a_software_token_grants_one_of_parallel_sign_ins() {
    let course = Course::new().await;
    let mut led = course.lead(At::SoftwareToken).await;
    let mut running = JoinSet::new();
    for _ in 0..6 {
        led.asked = course.server.sign_in(&led.place.client, &led.user, PASSWORD).await.ok();
        let (server, client) = (course.server.clone(), led.place.client.clone());
        let (asked, answer) = (led.asked.clone(), led.answer.clone());
        running.spawn(async move { server.respond(&client, &asked, answer).await.status });
    }
    assert_eq!(running.join_all().await.into_iter().filter(|status| *status == 200).count(), 1);
}

/// Whatever sends a message can be asked for one.
#[tokio::test(flavor = "multi_thread")]
async fn a_middle_step_sends_one_message() {
    let course = Course::new().await;
    let choices = [
        (At::SelectChallenge, "ANSWER", ["EMAIL_OTP", "SMS_OTP"]),
        (At::SelectMfaType, "ANSWER", ["EMAIL_OTP", "SMS_MFA"]),
        (At::MfaSetup, "EMAIL", ["mfasetup@example.com", "eve@example.com"]),
    ];
    for (at, parameter, values) in choices {
        let mut led = course.lead(at).await;
        let answers =
            [0, 1, 0, 1, 0, 1].map(|i: usize| json!({ "USERNAME": led.user, parameter: values[i] }));
        at_once(&course, &led, answers.clone()).await;
        for answer in answers {
            led.answer = answer;
            course.respond(&led).await.refused(USED.0, USED.1);
        }
        let mut sent = 0;
        for address in [led.email(), led.phone(), "eve@example.com".into()] {
            sent += course.server.mailbox(&address).await.len();
        }
        assert_eq!(sent, 1, "{at:?}");
    }
}

/// Many Sessions of one step are one attempt to whoever counts.
#[tokio::test]
async fn sessions_that_fork_share_one_count() {
    let course = Course::new().await;
    let server = &course.server;
    let locked = ("NotAuthorizedException", "Password attempts exceeded");
    // Each choice gives a Session of its own for the password.
    let led = course.lead(At::SelectChallenge).await;
    for _ in 0..5 {
        let choice = json!({ "USERNAME": led.user, "ANSWER": "PASSWORD" });
        let asked = server.respond(&led.place.client, &led.asked, choice).await.ok();
        let wrong = json!({ "USERNAME": led.user, "PASSWORD": "Wrong-Horse 7!" });
        server.respond(&led.place.client, &asked, wrong).await.refused(WRONG.0, WRONG.1);
    }
    course.respond(&led).await.refused(locked.0, locked.1);
    // Each sign-in gives a Session of its own for the code, and a right password wipes no count.
    for at in [At::SmsMfa, At::SoftwareToken, At::EmailMfa] {
        let led = course.lead(at).await;
        let mut wrong = led.answer.clone();
        for (_, value) in wrong.as_object_mut().unwrap().iter_mut().filter(|(name, _)| *name != "USERNAME") {
            let code = value.as_str().unwrap();
            let first = if code.starts_with('0') { '1' } else { '0' };
            *value = format!("{first}{}", &code[1..]).into();
        }
        for _ in 0..5 {
            let asked = server.sign_in(&led.place.client, &led.user, PASSWORD).await.ok();
            server
                .respond(&led.place.client, &asked, wrong.clone())
                .await
                .refused_as("CodeMismatchException");
        }
        course.respond(&led).await.refused(locked.0, locked.1);
    }
}

/// Beginning anew sends no more than the hour allows, to whoever exists and whoever does not.
#[tokio::test]
async fn codes_of_first_factors_are_limited() {
    let course = Course::new().await;
    let led = course.lead(At::SelectChallenge).await;
    let hiding = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "PreventUserExistenceErrors": "ENABLED" });
    let client = course.server.client(&led.place.pool, hiding).await;
    for name in [led.user.as_str(), "nobody"] {
        let begin = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        for _ in 0..20 {
            course.server.choose(&client, begin.clone()).await.ok();
        }
        course.server.choose(&client, begin).await.refused_as("LimitExceededException");
    }
    assert_eq!(course.server.mailbox(&led.email()).await.len(), 20);
}

/// However often the set-up of a token is begun anew within a sign-in, the sign-in ends when it would have.
#[tokio::test]
async fn setting_up_a_token_prolongs_no_sign_in() {
    let course = Course::new().await;
    let led = course.lead(At::MfaSetup).await;
    let mut session = led.asked["Session"].clone();
    for expected in [200, 200, 400] {
        let made = course.server.call_unsigned("AssociateSoftwareToken", json!({ "Session": session })).await;
        assert_eq!(made.status, expected, "{}", made.body);
        session = made.body["Session"].clone();
        course.server.clock.advance(A_MINUTE + A_MINUTE / 2);
    }
}
