//! What one user has, and one pool.

use std::time::Duration;

use flows::quotas::Settings;
use serde_json::json;
use wire::quota::QuotaCategory;

use super::{only, server, throttled, unlimited};

const PASSWORD: &str = "Correct-Horse 7!";

#[tokio::test]
async fn a_user_is_read_and_written_so_often() {
    let server = server(Settings { per_user: 4, ..unlimited() }).await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    for name in ["ann", "bob"] {
        server.user(&pool, name, PASSWORD).await;
    }
    let tokens = server.tokens(&client, "ann", PASSWORD).await;
    let own = json!({ "AccessToken": tokens["AccessToken"] });
    server.clock.advance(Duration::from_secs(10));
    for _ in 0..2 {
        server.call_unsigned("GetUser", own.clone()).await.ok();
        server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann" })).await.ok();
    }
    throttled(server.call_unsigned("GetUser", own.clone()).await);
    throttled(server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann" })).await);
    // Neither another user, nor writing.
    server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "bob" })).await.ok();
    server.call("AdminDisableUser", json!({ "UserPoolId": pool, "Username": "ann" })).await.ok();
    server.call("AdminEnableUser", json!({ "UserPoolId": pool, "Username": "ann" })).await.ok();
    server.clock.advance(Duration::from_millis(250));
    server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann" })).await.ok();
    throttled(server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann" })).await);
}

/// Whoever knows a name cannot keep the user from what is theirs.
#[tokio::test]
async fn strangers_use_up_nothing_of_a_user() {
    let server = server(Settings { per_user: 2, ..unlimited() }).await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "ann", PASSWORD).await;
    let tokens = server.tokens(&client, "ann", PASSWORD).await;
    server.clock.advance(Duration::from_secs(10));
    let forgotten = json!({ "ClientId": client, "Username": "ann" });
    for _ in 0..2 {
        let reply = server.call_unsigned("ForgotPassword", forgotten.clone()).await;
        assert_ne!(reply.body["__type"], "TooManyRequestsException");
    }
    throttled(server.call_unsigned("ForgotPassword", forgotten).await);
    server.call_unsigned("GlobalSignOut", json!({ "AccessToken": tokens["AccessToken"] })).await.ok();
}

#[tokio::test]
async fn each_operation_on_a_pool_has_its_limit() {
    let server = server(Settings { per_pool: 2, ..unlimited() }).await;
    let (one, two) = (server.pool(json!({})).await, server.pool(json!({})).await);
    let groups = |pool: &str| server.call("ListGroups", json!({ "UserPoolId": pool }));
    groups(&one).await.ok();
    groups(&one).await.ok();
    throttled(groups(&one).await);
    groups(&two).await.ok();
    server.call("GetUserPoolMfaConfig", json!({ "UserPoolId": one })).await.ok();
    // Not where Cognito has no such limit.
    for _ in 0..3 {
        server.call("DescribeUserPool", json!({ "UserPoolId": one })).await.ok();
    }
}

/// What the category refuses is not charged to the user and the pool.
#[tokio::test]
async fn all_is_charged_or_nothing() {
    let settings = Settings { per_user: 2, per_pool: 2, ..only(QuotaCategory::UserRead, 1) };
    let server = server(settings).await;
    let pool = server.pool(json!({})).await;
    server.user(&pool, "ann", PASSWORD).await;
    server.user(&pool, "bob", PASSWORD).await;
    let read = |name: &str| server.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name }));
    read("bob").await.ok();
    for _ in 0..10 {
        throttled(read("ann").await);
    }
    server.clock.advance(Duration::from_secs(1));
    read("ann").await.ok();
}
