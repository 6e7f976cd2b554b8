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
async fn an_alias_taken_by_force_moves_whole() {
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

/// Every kind of alias there is, codes sent by mail and by phone.
fn aliases() -> Value {
    json!({
        "AliasAttributes": ["email", "phone_number", "preferred_username"],
        "AutoVerifiedAttributes": ["email", "phone_number"],
    })
}

/// Signed-in users of a pool, each by name and access token.
async fn signed_in(server: &TestServer, pool: &str, client: &str, count: usize) -> Vec<(String, Value)> {
    let making = (0..count).map(|i| {
        let (server, pool, client) = (server.clone(), pool.to_owned(), client.to_owned());
        tokio::spawn(async move {
            let name = format!("user{i}");
            server.user(&pool, &name, PASSWORD).await;
            let token = server.tokens(&client, &name, PASSWORD).await["AccessToken"].clone();
            (name, token)
        })
    });
    let mut users = Vec::new();
    for user in making.collect::<Vec<_>>() {
        users.push(user.await.unwrap());
    }
    users
}

async fn update(server: &TestServer, token: &Value, attribute: &str, value: &str) -> Reply {
    let attributes = json!([{ "Name": attribute, "Value": value }]);
    let input = json!({ "AccessToken": token, "UserAttributes": attributes });
    server.call_unsigned("UpdateUserAttributes", input).await
}

async fn verify(server: &TestServer, token: &Value, attribute: &str, code: &str) -> Reply {
    let input = json!({ "AccessToken": token, "AttributeName": attribute, "Code": code });
    server.call_unsigned("VerifyUserAttribute", input).await
}

/// Asserts that the alias is one user's, who alone has it verified.
async fn has_one_owner(server: &TestServer, pool: &str, attribute: &str, value: &str, users: &[String]) {
    let found = async |name: &str| {
        server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name })).await.ok()
    };
    let owner = found(value).await["Username"].clone();
    let flag = json!({ "Name": format!("{attribute}_verified"), "Value": "true" });
    let mut verified = Vec::new();
    for name in users {
        if found(name).await["UserAttributes"].as_array().unwrap().contains(&flag) {
            verified.push(Value::from(name.as_str()));
        }
    }
    assert_eq!(verified, [owner]);
}

/// Everyone holds a valid code for the same address, and all give it back at the same instant.
async fn verified_at_once(attribute: &'static str, value: &str) {
    let (server, pool, client) = house(aliases()).await;
    let mut calls = Vec::new();
    let mut names = Vec::new();
    for (name, token) in signed_in(&server, &pool, &client, CLAIMS).await {
        update(&server, &token, attribute, value).await.ok();
        let code = server.code(value).await;
        let server = server.clone();
        calls.push(async move { verify(&server, &token, attribute, &code).await });
        names.push(name);
    }
    assert_eq!(all_at_once(calls, "AliasExistsException").await, 1);
    has_one_owner(&server, &pool, attribute, value, &names).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_email_at_verification() {
    verified_at_once("email", "shared@example.com").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_number_at_verification() {
    verified_at_once("phone_number", "+12065550100").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alias_that_many_take_from_its_holder_at_once() {
    let (server, pool, client) = house(aliases()).await;
    let address = "shared@example.com";
    let mut users = signed_in(&server, &pool, &client, 12).await;
    let (holder, token) = users.remove(0);
    update(&server, &token, "email", address).await.ok();
    verify(&server, &token, "email", &server.code(address).await).await.ok();
    let mut calls = Vec::new();
    let mut names = Vec::new();
    for (name, token) in users.clone() {
        update(&server, &token, "email", address).await.ok();
        let (server, code) = (server.clone(), server.code(address).await);
        calls.push(async move { verify(&server, &token, "email", &code).await });
        names.push(name);
    }
    names.push(holder);
    assert_eq!(all_at_once(calls, "AliasExistsException").await, 1);
    has_one_owner(&server, &pool, "email", address, &names).await;
    // Whoever was too late can ask for a code that is newer than the other's proof.
    let (late, token) = users.pop().unwrap();
    let again = json!({ "AccessToken": token, "AttributeName": "email" });
    server.call_unsigned("GetUserAttributeVerificationCode", again).await.ok();
    verify(&server, &token, "email", &server.code(address).await).await.ok();
    has_one_owner(&server, &pool, "email", address, &names).await;
    assert_eq!(owner(&server, &client, address).await, late.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_an_administrator_calls_verified() {
    for (attribute, value) in [("email", "shared@example.com"), ("phone_number", "+12065550100")] {
        let (server, pool, client) = house(aliases()).await;
        let mut calls = Vec::new();
        let mut names = Vec::new();
        for (name, _) in signed_in(&server, &pool, &client, CLAIMS).await {
            let attributes = json!([
                { "Name": attribute, "Value": value },
                { "Name": format!("{attribute}_verified"), "Value": "true" },
            ]);
            let input = json!({ "UserPoolId": pool, "Username": name, "UserAttributes": attributes });
            let server = server.clone();
            calls.push(async move { server.call("AdminUpdateUserAttributes", input).await });
            names.push(name);
        }
        assert_eq!(all_at_once(calls, "AliasExistsException").await, 1, "{attribute}");
        has_one_owner(&server, &pool, attribute, value, &names).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_nobody_proved_is_nobodys() {
    let (server, pool, client) = house(aliases()).await;
    let address = "shared@example.com";
    let calls = signed_in(&server, &pool, &client, 12).await.into_iter().map(|(_, token)| {
        let server = server.clone();
        async move { update(&server, &token, "email", address).await }
    });
    assert_eq!(all_at_once(calls.collect(), "").await, 12);
    server
        .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": address }))
        .await
        .refused_as("UserNotFoundException");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_to_sign_in_with_at_update() {
    let (server, pool, client) = house(json!({ "UsernameAttributes": ["email"] })).await;
    let mut tokens = Vec::new();
    for i in 0..12 {
        let name = format!("user{i}@example.com");
        server.user(&pool, &name, PASSWORD).await;
        tokens.push((name.clone(), server.tokens(&client, &name, PASSWORD).await["AccessToken"].clone()));
    }
    let calls = tokens.into_iter().enumerate().map(|(i, (name, token))| {
        let (server, pool) = (server.clone(), pool.clone());
        async move {
            if i % 2 == 0 {
                return update(&server, &token, "email", "one@example.com").await;
            }
            let attributes = json!([{ "Name": "email", "Value": "one@example.com" }]);
            let input = json!({ "UserPoolId": pool, "Username": name, "UserAttributes": attributes });
            server.call("AdminUpdateUserAttributes", input).await
        }
    });
    assert_eq!(all_at_once(calls.collect(), "AliasExistsException").await, 1);
    owner(&server, &client, "one@example.com").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preferred_username() {
    let (server, pool, client) = house(json!({ "AliasAttributes": ["preferred_username"] })).await;
    let users = signed_in(&server, &pool, &client, CLAIMS).await;
    let calls = users.into_iter().enumerate().map(|(i, (name, token))| {
        let (server, pool) = (server.clone(), pool.clone());
        async move {
            if i % 2 == 0 {
                return update(&server, &token, "preferred_username", "theone").await;
            }
            let attributes = json!([{ "Name": "preferred_username", "Value": "theone" }]);
            let input = json!({ "UserPoolId": pool, "Username": name, "UserAttributes": attributes });
            server.call("AdminUpdateUserAttributes", input).await
        }
    });
    assert_eq!(all_at_once(calls.collect(), "AliasExistsException").await, 1);
    assert!(owner(&server, &client, "theone").await.as_str().unwrap().starts_with("user"));
}
