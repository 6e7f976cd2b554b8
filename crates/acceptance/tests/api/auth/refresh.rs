use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";

async fn house(client: Value) -> (TestServer, String, String, Value) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, client).await;
    server.user(&pool, "alice", PASSWORD).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    (server, pool, client, tokens)
}

fn rotating() -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 },
    })
}

async fn by_flow(server: &TestServer, client: &str, token: &Value) -> testkit::Reply {
    let input = json!({ "ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": token } });
    server.call_unsigned("InitiateAuth", input).await
}

async fn by_operation(server: &TestServer, client: &str, token: &Value) -> testkit::Reply {
    server
        .call_unsigned("GetTokensFromRefreshToken", json!({ "ClientId": client, "RefreshToken": token }))
        .await
}

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_of_the_same_sign_in() {
    let (server, _, client, tokens) = house(json!({})).await;
    server.clock.advance(Duration::from_secs(100));
    let again = by_flow(&server, &client, &tokens["RefreshToken"]).await.ok()["AuthenticationResult"].clone();
    assert!(again.get("RefreshToken").is_none());
    let (before, after) =
        (super::tokens::claims(&tokens["AccessToken"]), super::tokens::claims(&again["AccessToken"]));
    for kept in ["sub", "auth_time", "origin_jti", "username", "client_id"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
    assert_ne!(before["jti"], after["jti"]);
    assert_eq!(after["iat"].as_i64().unwrap() - before["iat"].as_i64().unwrap(), 100);
    by_operation(&server, &client, &tokens["RefreshToken"]).await.ok();
}

#[tokio::test]
async fn tokens_that_nobody_issued_to_this_client_are_refused() {
    let (server, pool, client, tokens) = house(json!({})).await;
    let sibling = server.client(&pool, json!({})).await;
    let other_pool = server.pool(json!({})).await;
    let foreign = server.client(&other_pool, json!({})).await;
    let invalid = ("NotAuthorizedException", "Invalid Refresh Token.");
    for other in [&sibling, &foreign] {
        by_flow(&server, other, &tokens["RefreshToken"]).await.refused(invalid.0, invalid.1);
        by_operation(&server, other, &tokens["RefreshToken"]).await.refused(invalid.0, invalid.1);
    }
    let text = tokens["RefreshToken"].as_str().unwrap();
    let flipped = format!("{}{}{}", &text[..60], if &text[60..61] == "A" { "B" } else { "A" }, &text[61..]);
    for forged in [
        json!("forged"),
        json!(flipped),
        json!(&text[..text.len() - 2]),
        tokens["AccessToken"].clone(),
        tokens["IdToken"].clone(),
    ] {
        by_flow(&server, &client, &forged).await.refused(invalid.0, invalid.1);
    }
    server.clock.advance(Duration::from_secs(30 * 86_400));
    by_flow(&server, &client, &tokens["RefreshToken"])
        .await
        .refused("NotAuthorizedException", "Refresh Token has expired");
}

#[tokio::test]
async fn refresh_ends_with_revocation_sign_out_disabling_and_deletion() {
    for end in [
        "RevokeToken",
        "GlobalSignOut",
        "AdminUserGlobalSignOut",
        "AdminDisableUser",
        "AdminDeleteUser",
        "DeleteUser",
    ] {
        let (server, pool, client, tokens) = house(json!({})).await;
        let named = json!({ "UserPoolId": pool, "Username": "alice" });
        match end {
            "RevokeToken" => server
                .call_unsigned(end, json!({ "ClientId": client, "Token": tokens["RefreshToken"] }))
                .await
                .ok(),
            "GlobalSignOut" | "DeleteUser" => {
                server.call_unsigned(end, json!({ "AccessToken": tokens["AccessToken"] })).await.ok()
            }
            _ => server.call(end, named).await.ok(),
        };
        by_flow(&server, &client, &tokens["RefreshToken"]).await.refused_as("NotAuthorizedException");
        by_operation(&server, &client, &tokens["RefreshToken"]).await.refused_as("NotAuthorizedException");
        let get = server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await;
        assert_eq!(get.status, 400, "{end}");
    }
}

#[tokio::test]
async fn rotation_replaces_the_token_and_reuse_is_refused() {
    let (server, _, client, tokens) = house(rotating()).await;
    by_flow(&server, &client, &tokens["RefreshToken"]).await.refused_as("InvalidParameterException");
    let first = tokens["RefreshToken"].clone();
    let second =
        by_operation(&server, &client, &first).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    assert_ne!(first, second);
    // Within the grace a lost answer can be asked for again.
    server.clock.advance(Duration::from_secs(9));
    by_operation(&server, &client, &first).await.ok();
    // The first use of the second generation ends it.
    let third =
        by_operation(&server, &client, &second).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    by_operation(&server, &client, &first).await.refused_as("RefreshTokenReuseException");
    server.clock.advance(Duration::from_secs(10));
    by_operation(&server, &client, &second).await.refused_as("RefreshTokenReuseException");
    by_operation(&server, &client, &third).await.ok();
    server.clock.advance(Duration::from_secs(30 * 86_400));
    by_operation(&server, &client, &third).await.refused_as("NotAuthorizedException");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_rotations_of_one_token_make_one_generation() {
    let (server, _, client, tokens) = house(rotating()).await;
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (server, client, token) = (server.clone(), client.clone(), tokens["RefreshToken"].clone());
            tokio::spawn(async move {
                by_operation(&server, &client, &token).await.ok()["AuthenticationResult"]["RefreshToken"]
                    .clone()
            })
        })
        .collect();
    let mut given = Vec::new();
    for call in calls {
        given.push(call.await.unwrap());
    }
    // All are of the second generation: using one makes the others repeats, and none reaches further.
    let next =
        by_operation(&server, &client, &given[0]).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    by_operation(&server, &client, &given[1]).await.ok();
    by_operation(&server, &client, &next).await.ok();
    by_operation(&server, &client, &given[2]).await.refused_as("RefreshTokenReuseException");
}

#[tokio::test]
async fn clients_with_a_secret_prove_it_at_refresh_and_revocation() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let made = server.client_description(&pool, json!({ "GenerateSecret": true })).await;
    let (client, secret) = (made["ClientId"].as_str().unwrap(), made["ClientSecret"].as_str().unwrap());
    server.user(&pool, "alice", PASSWORD).await;
    let hash = |name: &str| crypto::secret_hash::compute(secret, name, client);
    let tokens = server
        .call_unsigned(
            "InitiateAuth",
            json!({
                "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD, "SECRET_HASH": hash("alice") },
            }),
        )
        .await
        .ok()["AuthenticationResult"]
        .clone();
    let refresh = async |hash: Option<String>| {
        let mut parameters = json!({ "REFRESH_TOKEN": tokens["RefreshToken"] });
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = hash.into();
        }
        server
            .call_unsigned(
                "InitiateAuth",
                json!({ "ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters }),
            )
            .await
    };
    refresh(Some(hash("alice"))).await.ok();
    refresh(None).await.refused_as("NotAuthorizedException");
    refresh(Some(hash("bob")))
        .await
        .refused("NotAuthorizedException", &format!("SecretHash does not match for the client: {client}"));
    for (operation, member) in [("GetTokensFromRefreshToken", "RefreshToken"), ("RevokeToken", "Token")] {
        for wrong in [Value::Null, json!("0123456789abcdefghijklmnopq")] {
            let input = json!({ "ClientId": client, member: tokens["RefreshToken"], "ClientSecret": wrong });
            server.call_unsigned(operation, input).await.refused_as("NotAuthorizedException");
        }
        let input = json!({ "ClientId": client, member: tokens["RefreshToken"], "ClientSecret": secret });
        server.call_unsigned(operation, input).await.ok();
    }
}

#[tokio::test]
async fn a_token_that_was_replaced_stays_dead_when_rotation_is_switched_off() {
    let (server, pool, client, tokens) = house(rotating()).await;
    let first = tokens["RefreshToken"].clone();
    let second =
        by_operation(&server, &client, &first).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    let settings = json!({
        "UserPoolId": pool, "ClientId": client,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    server.call("UpdateUserPoolClient", settings).await.ok();
    let revoked = ("NotAuthorizedException", "Refresh Token has been revoked");
    by_operation(&server, &client, &first).await.refused(revoked.0, revoked.1);
    by_flow(&server, &client, &first).await.refused(revoked.0, revoked.1);
    by_operation(&server, &client, &second).await.ok();
    by_flow(&server, &client, &second).await.ok();
}

/// Who leaves the flow out wants no refresh, unless tokens rotate, which excludes the flow.
#[tokio::test]
async fn a_client_without_the_flow_refreshes_by_rotation_alone() {
    let not_enabled = ("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client");
    let without = json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let (server, _, client, tokens) = house(without).await;
    by_flow(&server, &client, &tokens["RefreshToken"]).await.refused(not_enabled.0, not_enabled.1);
    by_operation(&server, &client, &tokens["RefreshToken"]).await.refused(not_enabled.0, not_enabled.1);
    let (server, pool, client, tokens) = house(rotating()).await;
    by_flow(&server, &client, &tokens["RefreshToken"]).await.refused(not_enabled.0, not_enabled.1);
    let rotated = by_operation(&server, &client, &tokens["RefreshToken"]).await.ok();
    let newest = &rotated["AuthenticationResult"]["RefreshToken"];
    // Switched off, with the flow still left out, nothing refreshes.
    let off = json!({
        "UserPoolId": pool, "ClientId": client, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    server.call("UpdateUserPoolClient", off).await.ok();
    by_operation(&server, &client, newest).await.refused(not_enabled.0, not_enabled.1);
    let both = json!({
        "UserPoolId": pool, "ClientId": client, "RefreshTokenRotation": { "Feature": "ENABLED" },
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    server.call("UpdateUserPoolClient", both).await.refused_as("InvalidParameterException");
}
