use std::time::Duration;

use serde_json::json;
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";
const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

async fn house() -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    (server, pool, client)
}

#[tokio::test]
async fn a_password_signs_in_and_a_wrong_one_does_not() {
    let (server, pool, client) = house().await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    assert_eq!((&tokens["ExpiresIn"], &tokens["TokenType"]), (&json!(3600), &json!("Bearer")));
    for wrong in ["", "correct-horse 7!", "Correct-Horse 7! ", &"x".repeat(300)] {
        let reply = server.sign_in(&client, "alice", wrong).await;
        if wrong.is_empty() {
            reply.refused("InvalidParameterException", "Missing required parameter PASSWORD");
        } else {
            reply.refused(WRONG.0, WRONG.1);
        }
    }
    server
        .sign_in(&client, "nobody", PASSWORD)
        .await
        .refused("UserNotFoundException", "User does not exist.");
    server
        .call(
            "AdminInitiateAuth",
            json!({
                "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
            }),
        )
        .await
        .ok();
}

#[tokio::test]
async fn flows_that_the_client_does_not_allow_are_refused() {
    let (server, pool, _) = house().await;
    let client = server.client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] })).await;
    let begin = async |flow: &str| {
        let parameters =
            json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "SRP_A": "2", "REFRESH_TOKEN": "x" });
        server
            .call_unsigned(
                "InitiateAuth",
                json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters }),
            )
            .await
    };
    for flow in ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "USER_AUTH"] {
        begin(flow)
            .await
            .refused("InvalidParameterException", &format!("{flow} flow not enabled for this client"));
    }
    for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
        begin(flow).await.refused("InvalidParameterException", "Initiate Auth method not supported.");
    }
    begin("CUSTOM_AUTH").await.refused_as("InvalidParameterException");
    begin("NO_SUCH_FLOW").await.refused_as("InvalidParameterException");
    server
        .call(
            "AdminInitiateAuth",
            json!({
                "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
            }),
        )
        .await
        .refused("InvalidParameterException", "Auth flow not enabled for this client");
}

#[tokio::test]
async fn an_administrator_cannot_use_a_client_of_another_pool() {
    let (server, _, client) = house().await;
    let other = server.pool(json!({})).await;
    server
        .call(
            "AdminInitiateAuth",
            json!({
                "UserPoolId": other, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
            }),
        )
        .await
        .refused_as("ResourceNotFoundException");
}

#[tokio::test]
async fn a_client_with_a_secret_needs_the_right_hash() {
    let (server, pool, _) = house().await;
    let made = server.client_description(&pool, json!({ "GenerateSecret": true })).await;
    let (client, secret) = (made["ClientId"].as_str().unwrap(), made["ClientSecret"].as_str().unwrap());
    let sign_in = async |hash: Option<String>| {
        let mut parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = hash.into();
        }
        server
            .call_unsigned(
                "InitiateAuth",
                json!({ "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters }),
            )
            .await
    };
    let right = crypto::secret_hash::compute(secret, "alice", client);
    sign_in(Some(right.clone())).await.ok();
    sign_in(None).await.refused(
        "NotAuthorizedException",
        &format!("Client {client} is configured for secret but secret was not received"),
    );
    for wrong in [
        crypto::secret_hash::compute("x", "alice", client),
        crypto::secret_hash::compute(secret, "bob", client),
    ] {
        sign_in(Some(wrong))
            .await
            .refused("NotAuthorizedException", &format!("Unable to verify secret hash for client {client}"));
    }
    // Both of two secrets work until one is deleted.
    let named = json!({ "UserPoolId": pool, "ClientId": client });
    let second = server.call("AddUserPoolClientSecret", named.clone()).await.ok();
    let second = second["ClientSecretDescriptor"]["ClientSecretValue"].as_str().unwrap().to_owned();
    sign_in(Some(crypto::secret_hash::compute(&second, "alice", client))).await.ok();
    sign_in(Some(right.clone())).await.ok();
    let listed = server.call("ListUserPoolClientSecrets", named).await.ok();
    let first = &listed["ClientSecrets"][0]["ClientSecretId"];
    server
        .call(
            "DeleteUserPoolClientSecret",
            json!({ "UserPoolId": pool, "ClientId": client, "ClientSecretId": first }),
        )
        .await
        .ok();
    sign_in(Some(right)).await.refused_as("NotAuthorizedException");
    let public = server.client(&pool, json!({})).await;
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "SECRET_HASH": "eA==" });
    server
        .call_unsigned(
            "InitiateAuth",
            json!({ "ClientId": public, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters }),
        )
        .await
        .refused_as("NotAuthorizedException");
}

#[tokio::test]
async fn failures_lock_out_for_a_growing_time_and_success_forgets_them() {
    let (server, _, client) = house().await;
    let locked = "Password attempts exceeded";
    for _ in 0..5 {
        server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    }
    server.sign_in(&client, "alice", PASSWORD).await.refused(WRONG.0, locked);
    server.clock.advance(Duration::from_millis(999));
    server.sign_in(&client, "alice", PASSWORD).await.refused(WRONG.0, locked);
    server.clock.advance(Duration::from_millis(1));
    server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    server.clock.advance(Duration::from_secs(1));
    server.sign_in(&client, "alice", PASSWORD).await.refused(WRONG.0, locked);
    server.clock.advance(Duration::from_secs(1));
    server.sign_in(&client, "alice", PASSWORD).await.ok();
    for _ in 0..4 {
        server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    }
    server.sign_in(&client, "alice", PASSWORD).await.ok();
    for _ in 0..5 {
        server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    }
    server.clock.advance(Duration::from_secs(900));
    server.sign_in(&client, "alice", PASSWORD).await.ok();
}

/// Rounds of parallel guesses; the long run takes more.
fn rounds() -> usize {
    std::env::var("POOLHOUSE_GUESS_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_parallel_guesses_get_no_more_tries_than_one_after_another() {
    let (server, pool, client) = house().await;
    for round in 0..rounds() {
        let name = format!("victim{round}");
        server.user(&pool, &name, PASSWORD).await;
        let guesses: Vec<_> = (0..50)
            .map(|i| {
                let (server, client, name) = (server.clone(), client.clone(), name.clone());
                tokio::spawn(async move { server.sign_in(&client, &name, &format!("guess {i}")).await })
            })
            .collect();
        let mut looked_at = 0;
        for guess in guesses {
            let reply = guess.await.unwrap();
            looked_at += usize::from(reply.body["message"] == WRONG.1);
        }
        assert_eq!(looked_at, 5, "round {round}");
        server.sign_in(&client, &name, PASSWORD).await.refused(WRONG.0, "Password attempts exceeded");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_users_own_parallel_sign_ins_do_not_lock_each_other_out() {
    let (server, _, client) = house().await;
    let attempts: Vec<_> = (0..20)
        .map(|_| {
            let (server, client) = (server.clone(), client.clone());
            tokio::spawn(async move { server.sign_in(&client, "alice", PASSWORD).await })
        })
        .collect();
    for attempt in attempts {
        attempt.await.unwrap().ok();
    }
}

#[tokio::test]
async fn where_existence_is_hidden_unknown_names_look_like_known_ones() {
    let (server, pool, _) = house().await;
    let client = server.client(&pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    for _ in 0..5 {
        server.sign_in(&client, "nobody", "wrong").await.refused(WRONG.0, WRONG.1);
    }
    server.sign_in(&client, "nobody", "wrong").await.refused(WRONG.0, "Password attempts exceeded");
    let (attempt, first) = server.begin_srp(&client, "someone").await;
    let (_, second) = server.begin_srp(&client, "someone").await;
    let (_, real) = server.begin_srp(&client, "alice").await;
    let parameters =
        |challenge: &serde_json::Value| challenge["ChallengeParameters"].as_object().unwrap().clone();
    assert_eq!(parameters(&first)["SALT"], parameters(&second)["SALT"]);
    assert_ne!(parameters(&first)["SRP_B"], parameters(&second)["SRP_B"]);
    assert!(parameters(&first).keys().eq(parameters(&real).keys()));
    // Names of one length give answers of one length.
    let (_, unknown) = server.begin_srp(&client, "alicf").await;
    let lengths = |c: &serde_json::Value| {
        (parameters(c)["SECRET_BLOCK"].as_str().unwrap().len(), c["Session"].as_str().unwrap().len())
    };
    assert_eq!(lengths(&unknown), lengths(&real));
    let answer = server.srp_answer(&pool, &attempt, &first, "any");
    server.respond(&client, &first, answer).await.refused(WRONG.0, WRONG.1);
}

#[tokio::test]
async fn the_state_of_a_user_decides_only_after_the_password() {
    let (server, pool, client) = house().await;
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    server.call("AdminDisableUser", named.clone()).await.ok();
    server.sign_in(&client, "alice", "wrong").await.refused(WRONG.0, WRONG.1);
    server.sign_in(&client, "alice", PASSWORD).await.refused("NotAuthorizedException", "User is disabled.");
    server.call("AdminEnableUser", named).await.ok();
    server.sign_in(&client, "alice", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_pool_whose_restriction_cannot_be_enforced_lets_nobody_in() {
    let (server, pool, client) = house().await;
    let refresh = server.tokens(&client, "alice", PASSWORD).await["RefreshToken"].clone();
    let (attempt, under_way) = server.begin_srp(&client, "alice").await;
    let proof = server.srp_answer(&pool, &attempt, &under_way, PASSWORD);
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:veto";
    server
        .call("UpdateUserPool", json!({ "UserPoolId": pool, "LambdaConfig": { "PreAuthentication": arn } }))
        .await
        .ok();
    let text = "This user pool uses LambdaConfig.PreAuthentication, which this version of Poolhouse cannot enforce yet.";
    server.sign_in(&client, "alice", PASSWORD).await.refused("OperationNotEnabledException", text);
    server.respond(&client, &under_way, proof).await.refused("OperationNotEnabledException", text);
    server
        .call_unsigned("GetTokensFromRefreshToken", json!({ "ClientId": client, "RefreshToken": refresh }))
        .await
        .refused("OperationNotEnabledException", text);
    server
        .call_unsigned("SignUp", json!({ "ClientId": client, "Username": "bob", "Password": PASSWORD }))
        .await
        .refused("OperationNotEnabledException", text);
}

#[tokio::test]
async fn the_identity_in_a_challenge_does_not_tell_who_exists() {
    let server = TestServer::start().await;
    let hiding = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let identity = async |client: &str, name: &str| {
        let (_, challenge) = server.begin_srp(client, name).await;
        challenge["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str().unwrap().to_owned()
    };
    // Where ids are usernames, made-up ones take every value that the digits of real ones take.
    let pool = server.pool(json!({ "UsernameAttributes": ["email"] })).await;
    let client = server.client(&pool, hiding.clone()).await;
    let mut variants = std::collections::BTreeSet::new();
    for i in 0..100 {
        let made_up = identity(&client, &format!("nobody{i}@example.com")).await;
        assert_eq!((made_up.len(), &made_up[14..15]), (36, "4"));
        variants.insert(made_up[19..20].to_owned());
    }
    assert!(variants.iter().eq(["8", "9", "a", "b"]), "{variants:?}");
    // Where there are aliases, a name that can only be a username shows itself, known or not; an address
    // shows another name.
    let pool = server.pool(json!({ "AliasAttributes": ["email"] })).await;
    let client = server.client(&pool, hiding).await;
    server.user(&pool, "alice", PASSWORD).await;
    for name in ["alice", "nobody"] {
        assert_eq!(identity(&client, name).await, name);
    }
    assert_ne!(identity(&client, "nobody@example.com").await, "nobody@example.com");
}
