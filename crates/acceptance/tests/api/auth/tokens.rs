//! What tokens say, and which are accepted.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";

/// The claims of a token, unverified.
pub(in crate::api) fn claims(token: &Value) -> Value {
    part(token, 1)
}

fn part(token: &Value, n: usize) -> Value {
    let text = token.as_str().unwrap().split('.').nth(n).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
}

async fn house() -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "Schema": [{ "Name": "tier", "AttributeDataType": "Number" }] })).await;
    let client = server.client(&pool, json!({})).await;
    (server, pool, client)
}

#[tokio::test]
async fn tokens_carry_cognitos_claims() {
    let (server, pool, client) = house().await;
    let sub = server.user(&pool, "alice", PASSWORD).await;
    let attributes = json!([
        { "Name": "email", "Value": "alice@example.com" }, { "Name": "email_verified", "Value": "true" },
        { "Name": "custom:tier", "Value": "12" }, { "Name": "address", "Value": "1 Main Street" },
    ]);
    server
        .call(
            "AdminUpdateUserAttributes",
            json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes }),
        )
        .await
        .ok();
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let header = part(&tokens["IdToken"], 0);
    assert_eq!(header.as_object().unwrap().keys().collect::<Vec<_>>(), ["kid", "alg"]);
    assert_ne!(header["kid"], part(&tokens["AccessToken"], 0)["kid"]);
    let id = claims(&tokens["IdToken"]);
    let issuer = format!("http://localhost:9229/{pool}");
    for (name, value) in [
        ("sub", json!(sub)),
        ("aud", json!(client)),
        ("iss", json!(issuer)),
        ("token_use", json!("id")),
        ("cognito:username", json!("alice")),
        ("email", json!("alice@example.com")),
        ("email_verified", json!(true)),
        ("custom:tier", json!("12")),
        ("address", json!({ "formatted": "1 Main Street" })),
    ] {
        assert_eq!(id[name], value, "{name}");
    }
    assert!(id.get("cognito:groups").is_none() && id.get("client_id").is_none());
    assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 3600);
    let access = claims(&tokens["AccessToken"]);
    for (name, value) in [
        ("sub", json!(sub)),
        ("client_id", json!(client)),
        ("iss", json!(issuer)),
        ("token_use", json!("access")),
        ("scope", json!("aws.cognito.signin.user.admin")),
        ("username", json!("alice")),
        ("origin_jti", id["origin_jti"].clone()),
    ] {
        assert_eq!(access[name], value, "{name}");
    }
    assert!(access.get("aud").is_none() && access.get("email").is_none());
}

#[tokio::test]
async fn only_readable_attributes_are_shown() {
    let (server, pool, _) = house().await;
    server.user(&pool, "alice", PASSWORD).await;
    let attributes =
        json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "name", "Value": "Alice" }]);
    server
        .call(
            "AdminUpdateUserAttributes",
            json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes }),
        )
        .await
        .ok();
    let client = server.client(&pool, json!({ "ReadAttributes": ["name"] })).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let id = claims(&tokens["IdToken"]);
    assert_eq!((&id["name"], id.get("email")), (&json!("Alice"), None));
    let user = server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await.ok();
    let names: Vec<&str> =
        user["UserAttributes"].as_array().unwrap().iter().map(|a| a["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["sub", "name"]);
}

#[tokio::test]
async fn tokens_of_other_uses_algorithms_keys_and_times_are_refused() {
    let (server, pool, client) = house().await;
    server.user(&pool, "alice", PASSWORD).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let token = tokens["AccessToken"].as_str().unwrap();
    let get = async |token: &str| server.call_unsigned("GetUser", json!({ "AccessToken": token })).await;
    get(token).await.ok();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let kid = part(&tokens["AccessToken"], 0)["kid"].as_str().unwrap().to_owned();
    let encode = |json: Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
    let other_kid = part(&tokens["IdToken"], 0)["kid"].clone();
    let jwks = {
        let live =
            server.services.directory.by_id(&server.services.db, &pool_id(&pool)).await.unwrap().unwrap();
        serde_json::from_str::<Value>(&live.jwks).unwrap()
    };
    let public = jwks["keys"][0]["n"].as_str().unwrap().as_bytes();
    let hs256 = encode(json!({ "kid": kid, "alg": "HS256" }));
    let mac = crypto::mac::hmac_sha256(public, &[format!("{hs256}.{payload}").as_bytes()]);
    let mut elevated = claims(&tokens["AccessToken"]);
    elevated["sub"] = "someone else".into();
    for (why, forged) in [
        ("id token", tokens["IdToken"].as_str().unwrap().to_owned()),
        ("none", format!("{}.{payload}.", encode(json!({ "kid": kid, "alg": "none" })))),
        ("none, signed", format!("{}.{payload}.{signature}", encode(json!({ "kid": kid, "alg": "none" })))),
        ("hs256 with the public key", format!("{hs256}.{payload}.{}", BASE64URL_NOPAD.encode(&mac))),
        (
            "another kid",
            format!("{}.{payload}.{signature}", encode(json!({ "kid": other_kid, "alg": "RS256" }))),
        ),
        ("altered claims", format!("{header}.{}.{signature}", encode(elevated))),
        ("no signature", format!("{header}.{payload}.")),
        ("two parts", format!("{header}.{payload}")),
        ("garbage", "garbage".to_owned()),
    ] {
        let reply = get(&forged).await;
        assert_eq!(reply.body["__type"], "NotAuthorizedException", "{why}: {}", reply.body);
    }
    let other = server.pool(json!({})).await;
    server.client(&other, json!({})).await;
    let mut foreign = claims(&tokens["AccessToken"]);
    foreign["iss"] = format!("http://localhost:9229/{other}").into();
    get(&format!("{header}.{}.{signature}", encode(foreign))).await.refused_as("NotAuthorizedException");
    server.clock.advance(Duration::from_secs(3600));
    get(token).await.refused("NotAuthorizedException", "Access Token has expired");
}

/// What a token or Session says before it is verified is a stranger's: no fault of the server, whatever it is.
#[tokio::test]
async fn names_of_pools_that_could_be_none_are_refused() {
    let (server, pool, client) = house().await;
    server.user(&pool, "alice", PASSWORD).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let parts: Vec<&str> = tokens["AccessToken"].as_str().unwrap().split('.').collect();
    for issuer in ["eu-west-1_a\0b", "http://localhost:9229/\0_a", "", "/", "_", "\u{10ffff}_a"] {
        let mut forged = claims(&tokens["AccessToken"]);
        forged["iss"] = issuer.into();
        let payload = BASE64URL_NOPAD.encode(forged.to_string().as_bytes());
        let input = json!({ "AccessToken": format!("{}.{payload}.{}", parts[0], parts[2]) });
        server.call_unsigned("GetUser", input).await.refused_as("NotAuthorizedException");
        // In plain sight, a null character is refused before anybody looks at what the text means.
        let refusal =
            if issuer.contains('\0') { "InvalidParameterException" } else { "NotAuthorizedException" };
        let input = json!({ "Session": format!("{issuer}.{}", "x".repeat(30)) });
        server.call_unsigned("AssociateSoftwareToken", input).await.refused_as(refusal);
    }
}

fn pool_id(text: &str) -> domain::ids::PoolId {
    domain::ids::PoolId::new(text)
}

#[tokio::test]
async fn tokens_die_with_their_client_and_user() {
    let (server, pool, client) = house().await;
    server.user(&pool, "alice", PASSWORD).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let get = async |tokens: &Value| {
        server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await
    };
    server.call("DeleteUserPoolClient", json!({ "UserPoolId": pool, "ClientId": client })).await.ok();
    assert_eq!(get(&tokens).await.status, 400);
    let client = server.client(&pool, json!({})).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let named = json!({ "UserPoolId": pool, "Username": "alice" });
    server.call("AdminDisableUser", named.clone()).await.ok();
    get(&tokens).await.refused("NotAuthorizedException", "User is disabled.");
    server.call("AdminEnableUser", named.clone()).await.ok();
    get(&tokens).await.refused("NotAuthorizedException", "Access Token has been revoked");
    server.call("AdminDeleteUser", named).await.ok();
    get(&tokens).await.refused("UserNotFoundException", "User does not exist.");
}
