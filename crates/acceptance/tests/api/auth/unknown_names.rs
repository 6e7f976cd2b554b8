//! Where a client hides who exists, what is done for a name nobody has is what is done for a user: as many draws of
//! randomness, readings of the clock and rows written. (Whether it also takes as long is measured by the bench.)

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::{Reply, TestServer};

const PASSWORD: &str = "Correct-Horse 7!";

/// What an operation did: draws, readings, and rows changed by table.
#[derive(Debug, PartialEq)]
struct Work {
    passed: (usize, usize),
    rows: BTreeMap<String, usize>,
}

async fn work(server: &TestServer, operation: &str, input: Value) -> (Reply, Work) {
    let (before, start) = (server.snapshot().await, server.barrier.passed());
    let reply = server.call_unsigned(operation, input).await;
    let end = server.barrier.passed();
    let mut rows = BTreeMap::new();
    for row in testkit::changed(&before, &server.snapshot().await) {
        *rows.entry(row.split_once(' ').unwrap().0.to_owned()).or_default() += 1;
    }
    (reply, Work { passed: (end.0 - start.0, end.1 - start.1), rows })
}

/// Asks the same of a known and of an unknown name; what only the known one left in the outbox.
async fn alike(server: &TestServer, operation: &str, known: Value, unknown: Value) -> usize {
    let (answer, mut done) = work(server, operation, known).await;
    let (other, simulated) = work(server, operation, unknown).await;
    let kind = |reply: &Reply| (reply.status, reply.body["__type"].clone(), reply.body["message"].clone());
    assert_eq!(kind(&answer), kind(&other), "{operation}");
    let sent = done.rows.remove("outbox").unwrap_or(0);
    assert!(!done.rows.is_empty() || operation == "InitiateAuth", "{operation} counts nothing");
    assert_eq!(done, simulated, "{operation}");
    sent
}

#[tokio::test]
async fn cost_as_much_as_known_ones() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let client = server.client(&pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    server.user(&pool, "alice", PASSWORD).await;
    let verified =
        json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": verified });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    let email = json!([{ "Name": "email", "Value": "b@example.com" }]);
    let sign_up =
        json!({ "ClientId": client, "Username": "bobby", "Password": PASSWORD, "UserAttributes": email });
    server.call_unsigned("SignUp", sign_up).await.ok();

    let by_password = |name: &str| json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": { "USERNAME": name, "PASSWORD": "wrong" } });
    assert_eq!(alike(&server, "InitiateAuth", by_password("alice"), by_password("nobod")).await, 0);
    let by_srp = |name: &str| json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": client, "AuthParameters": { "USERNAME": name, "SRP_A": "abcdef" } });
    assert_eq!(alike(&server, "InitiateAuth", by_srp("alice"), by_srp("nobod")).await, 0);
    let proof = async |name: &str| {
        let (attempt, challenge) = server.begin_srp(&client, name).await;
        json!({
            "ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "Session": challenge["Session"],
            "ChallengeResponses": server.srp_answer(&pool, &attempt, &challenge, "wrong"),
        })
    };
    let (known, unknown) = (proof("alice").await, proof("nobod").await);
    assert_eq!(alike(&server, "RespondToAuthChallenge", known, unknown).await, 0);

    let named = |name: &str| json!({ "ClientId": client, "Username": name });
    let guess = |name: &str| json!({ "ClientId": client, "Username": name, "ConfirmationCode": "wrong" });
    let reset = |name: &str| json!({ "ClientId": client, "Username": name, "ConfirmationCode": "wrong", "Password": PASSWORD });
    // Codes are made, replaced and guessed at.
    for _ in 0..2 {
        assert_eq!(alike(&server, "ForgotPassword", named("alice"), named("nobod")).await, 1);
        assert_eq!(alike(&server, "ConfirmForgotPassword", reset("alice"), reset("nobod")).await, 0);
    }
    // The one of the sign-up is there already.
    server.call_unsigned("ResendConfirmationCode", named("nobod")).await.ok();
    server.call_unsigned("ResendConfirmationCode", named("bobby")).await.ok();
    assert_eq!(alike(&server, "ResendConfirmationCode", named("bobby"), named("nobod")).await, 1);
    assert_eq!(alike(&server, "ConfirmSignUp", guess("bobby"), guess("nobod")).await, 0);
    assert!(server.mailbox("nobod").await.is_empty());
}

#[tokio::test]
async fn leave_nothing_that_could_be_found() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let client = server.client(&pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let before = storage::outbox::recent(&server.services.db, None, 10).await.unwrap().len();
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        server.call_unsigned(operation, json!({ "ClientId": client, "Username": "nobody" })).await.ok();
    }
    assert_eq!(storage::outbox::recent(&server.services.db, None, 10).await.unwrap().len(), before);
    // What is made for nobody is nobody's: no name leads to it, not even the one it is kept under.
    let stored = String::from_utf8(server.snapshot().await).unwrap();
    let at = stored.find("\"unknown-").expect("a code of nobody");
    let kept_under: String = stored[at + 1..].chars().take_while(|c| *c != '"').collect();
    for name in ["nobody", kept_under.as_str()] {
        server
            .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name }))
            .await
            .refused_as("UserNotFoundException");
        server.sign_in(&client, name, PASSWORD).await.refused_as("NotAuthorizedException");
    }
}

/// Choice-based sign-in: the work, the length of every Session, and a Session that answers once.
#[tokio::test]
async fn choose_as_known_ones_do() {
    let server = TestServer::start().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let pool = server.pool(json!({ "Policies": policies })).await;
    let settings =
        json!({ "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] });
    let client = server.client(&pool, settings).await;
    server.user(&pool, "alice", PASSWORD).await;
    let email = json!([{ "Name": "email", "Value": "alice.in.wonderland@example.com" }]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": email });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    let stranger = "a.name.that.is.rather.long.and.nobody.has.ever.taken.in.this.pool";
    let same_length = |known: &Value, unknown: &Value| {
        let length = |challenge: &Value| challenge["Session"].as_str().unwrap().len();
        assert_eq!(length(known), length(unknown), "{known} {unknown}");
    };

    for preferred in ["WEB_AUTHN", "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"] {
        let begin = |name: &str| {
            let parameters = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": preferred });
            json!({ "AuthFlow": "USER_AUTH", "ClientId": client, "AuthParameters": parameters })
        };
        let sent = usize::from(preferred == "EMAIL_OTP");
        assert_eq!(
            alike(&server, "InitiateAuth", begin("alice"), begin(stranger)).await,
            sent,
            "{preferred}"
        );
        let known = server.call_unsigned("InitiateAuth", begin("alice")).await.ok();
        same_length(&known, &server.call_unsigned("InitiateAuth", begin(stranger)).await.ok());
    }

    let begun = async |name: &str| server.choose(&client, json!({ "USERNAME": name })).await.ok();
    let answer = |name: &str, challenge: &Value, mut responses: Value| {
        responses["USERNAME"] = name.into();
        json!({
            "ClientId": client, "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"], "ChallengeResponses": responses,
        })
    };
    let (known, unknown) = (begun("alice").await, begun(stranger).await);
    let by_code = json!({ "ANSWER": "EMAIL_OTP" });
    let choice = |name: &str, challenge: &Value| answer(name, challenge, by_code.clone());
    let (known, unknown) = (choice("alice", &known), choice(stranger, &unknown));
    assert_eq!(alike(&server, "RespondToAuthChallenge", known.clone(), unknown.clone()).await, 1);
    for again in [known, unknown] {
        server.call_unsigned("RespondToAuthChallenge", again).await.refused(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        );
    }

    let mut codes = Vec::new();
    for name in ["alice", stranger] {
        let chosen = choice(name, &begun(name).await);
        codes.push(server.call_unsigned("RespondToAuthChallenge", chosen).await.ok());
    }
    same_length(&codes[0], &codes[1]);
    let wrong = json!({ "EMAIL_OTP_CODE": "00000000" });
    let (known, unknown) = (answer("alice", &codes[0], wrong.clone()), answer(stranger, &codes[1], wrong));
    assert_eq!(alike(&server, "RespondToAuthChallenge", known, unknown).await, 0);
}
