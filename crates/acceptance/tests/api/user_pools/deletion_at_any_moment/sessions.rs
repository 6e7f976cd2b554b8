//! Session tracking: its settings, records and revocations.

use serde_json::{Value, json};
use testkit::TestServer;

use super::{Call, PASSWORD, Site, initiate};

/// A pool that tracks the sessions of alice, two at most, which she has.
pub async fn site() -> (Site, Vec<Call>) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    let tracking = |max: i32| {
        json!({
            "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": max },
        })
    };
    server.call("SetUserPoolSessionConfiguration", tracking(2)).await.ok();
    let own = server.tokens(&client, "alice", PASSWORD).await;
    let other = server.tokens(&client, "alice", PASSWORD).await;
    let id = session_of(&server, &other).await;
    let password = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let refresh = json!({ "ClientId": client, "RefreshToken": own["RefreshToken"] });
    let calls = vec![
        Call::signed("SetUserPoolSessionConfiguration", tracking(1)),
        Call::signed(
            "SetUserPoolClientSessionConfiguration",
            json!({ "UserPoolId": pool, "ClientId": client, "SSOSession": { "MaxValidityMinutes": 5 } }),
        ),
        Call::signed(
            "AdminRevokeUserSession",
            json!({ "UserPoolId": pool, "Username": "alice", "SessionId": id }),
        ),
        Call::unsigned("RevokeUserSession", json!({ "AccessToken": own["AccessToken"], "SessionId": id })),
        Call::unsigned("GlobalSignOut", json!({ "AccessToken": own["AccessToken"] })),
        Call::unsigned("GetTokensFromRefreshToken", refresh),
        initiate(&client, "USER_PASSWORD_AUTH", password),
    ];
    (Site { server, pool, clients: vec![client] }, calls)
}

/// The SessionId of the session that these tokens are of.
async fn session_of(server: &TestServer, tokens: &Value) -> Value {
    let own = json!({ "AccessToken": tokens["AccessToken"] });
    let listed = server.call_unsigned("ListUserSessions", own).await.ok();
    let sessions = listed["Sessions"].as_array().unwrap();
    sessions.iter().find(|session| session["IsCurrentSession"] == true).unwrap()["SessionId"].clone()
}
