//! A name that many claim at the same instant has one owner, whatever kind of name it is.

use serde_json::{Value, json};
use testkit::{Reply, TestServer};

const PASSWORD: &str = "Correct-Horse 7!";
const CLAIMS: usize = 50;

/// Runs a call for each of many users at once; how many succeeded, and that the others were refused as `kind`.
async fn all_at_once<F: Future<Output = Reply> + Send + 'static>(calls: Vec<F>, kind: &str) -> usize {
    let running: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut succeeded = 0;
    for call in running {
        let reply = call.await.unwrap();
        match reply.status {
            200 => succeeded += 1,
            _ => reply.refused_as(kind),
        }
    }
    succeeded
}

async fn house(settings: Value) -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let pool = server.pool(settings).await;
    let client = server.client(&pool, json!({})).await;
    (server, pool, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_username() {
    let (server, pool, client) = house(json!({})).await;
    let calls = (0..CLAIMS)
        .map(|i| {
            let (server, pool, client) = (server.clone(), pool.clone(), client.clone());
            async move {
                let name = if i % 4 < 2 { "one" } else { "ONE" };
                if i % 2 == 0 {
                    let input = json!({ "ClientId": client, "Username": name.to_lowercase(), "Password": PASSWORD });
                    server.call_unsigned("SignUp", input).await
                } else {
                    let input = json!({ "UserPoolId": pool, "Username": name.to_lowercase(), "MessageAction": "SUPPRESS" });
                    server.call("AdminCreateUser", input).await
                }
            }
        })
        .collect();
    assert_eq!(all_at_once(calls, "UsernameExistsException").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_number_that_is_the_username() {
    let (server, _, client) = house(json!({ "UsernameAttributes": ["phone_number"] })).await;
    let calls = (0..CLAIMS)
        .map(|_| {
            let (server, client) = (server.clone(), client.clone());
            async move {
                let input = json!({ "ClientId": client, "Username": "+12065550100", "Password": PASSWORD });
                server.call_unsigned("SignUp", input).await
            }
        })
        .collect();
    assert_eq!(all_at_once(calls, "UsernameExistsException").await, 1);
}

/// Users that signed up with the same address, each with the code it was sent.
async fn sharing_an_address(
    server: &TestServer,
    client: &str,
    address: &str,
    count: usize,
) -> Vec<(String, String)> {
    let mut users = Vec::new();
    for i in 0..count {
        let name = format!("user{i}");
        let attributes = json!([{ "Name": "email", "Value": address }]);
        let input = json!({ "ClientId": client, "Username": name, "Password": PASSWORD, "UserAttributes": attributes });
        server.call_unsigned("SignUp", input).await.ok();
        users.push((name, server.code(address).await));
    }
    users
}

async fn owner(server: &TestServer, client: &str, name: &str) -> Value {
    let tokens = server.tokens(client, name, PASSWORD).await;
    server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await.ok()["Username"]
        .clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alias_at_confirmation() {
    let (server, _, client) =
        house(json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] })).await;
    let address = "shared@example.com";
    let users = sharing_an_address(&server, &client, address, 12).await;
    let calls = users
        .into_iter()
        .map(|(name, code)| {
            let (server, client) = (server.clone(), client.clone());
            async move {
                let input = json!({ "ClientId": client, "Username": name, "ConfirmationCode": code });
                server.call_unsigned("ConfirmSignUp", input).await
            }
        })
        .collect();
    assert_eq!(all_at_once(calls, "AliasExistsException").await, 1);
    assert!(owner(&server, &client, address).await.as_str().unwrap().starts_with("user"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alias_taken_by_force_or_by_verification_moves_whole() {
    let (server, pool, client) =
        house(json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] })).await;
    let address = "shared@example.com";
    let users = sharing_an_address(&server, &client, address, 12).await;
    let calls: Vec<_> = users
        .iter()
        .cloned()
        .map(|(name, code)| {
            let (server, client) = (server.clone(), client.clone());
            tokio::spawn(async move {
                let input = json!({ "ClientId": client, "Username": name, "ConfirmationCode": code, "ForceAliasCreation": true });
                server.call_unsigned("ConfirmSignUp", input).await.status
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let winner = owner(&server, &client, address).await;
    let mut verified = Vec::new();
    for (name, _) in users {
        let user = server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name })).await.ok();
        let flag = json!({ "Name": "email_verified", "Value": "true" });
        if user["UserAttributes"].as_array().unwrap().contains(&flag) {
            verified.push(Value::from(name));
        }
    }
    assert_eq!(verified, [winner]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preferred_username() {
    let (server, pool, client) = house(json!({ "AliasAttributes": ["preferred_username"] })).await;
    let mut tokens = Vec::new();
    for i in 0..12 {
        server.user(&pool, &format!("user{i}"), PASSWORD).await;
        tokens.push(server.tokens(&client, &format!("user{i}"), PASSWORD).await["AccessToken"].clone());
    }
    let calls = tokens
        .into_iter()
        .map(|token| {
            let server = server.clone();
            async move {
                let attributes = json!([{ "Name": "preferred_username", "Value": "theone" }]);
                server
                    .call_unsigned(
                        "UpdateUserAttributes",
                        json!({ "AccessToken": token, "UserAttributes": attributes }),
                    )
                    .await
            }
        })
        .collect();
    assert_eq!(all_at_once(calls, "AliasExistsException").await, 1);
    assert!(owner(&server, &client, "theone").await.as_str().unwrap().starts_with("user"));
}
