//! Session tracking: its configuration, lists, revocation, and the limit per user.

mod configuration;
mod limit;
mod list;
mod revoke;

use serde_json::{Value, json};
use testkit::{Reply, TestServer};

const PASSWORD: &str = "Correct-Horse 7!";

/// A pool with one client and the user alice.
struct House {
    server: TestServer,
    pool: String,
    client: String,
}

impl House {
    /// One that tracks sessions, at most `max` of a user.
    async fn tracking(max: i32) -> Self {
        let house = Self::new().await;
        house.configure("ENABLED", max).await.ok();
        house
    }

    async fn new() -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(json!({})).await;
        let client = server.client(&pool, json!({})).await;
        server.user(&pool, "alice", PASSWORD).await;
        Self { server, pool, client }
    }

    async fn configure(&self, tracking: &str, max: i32) -> Reply {
        let input = json!({
            "UserPoolId": self.pool,
            "UserSessionTracking": tracking,
            "TokenSession": { "MaxPerUser": max },
        });
        self.server.call("SetUserPoolSessionConfiguration", input).await
    }

    async fn sign_in(&self, username: &str) -> Value {
        self.server.tokens(&self.client, username, PASSWORD).await
    }

    async fn list(&self, tokens: &Value) -> Reply {
        self.server.call_unsigned("ListUserSessions", json!({ "AccessToken": tokens["AccessToken"] })).await
    }

    async fn admin_list(&self, username: &str) -> Vec<Value> {
        let input = json!({ "UserPoolId": self.pool, "Username": username });
        let listed = self.server.call("AdminListUserSessions", input).await.ok();
        assert!(listed.get("NextToken").is_none());
        listed["Sessions"].as_array().unwrap().clone()
    }

    /// The id of the session that these tokens are of.
    async fn id_of(&self, tokens: &Value) -> String {
        let listed = self.list(tokens).await.ok();
        let current: Vec<_> =
            listed["Sessions"].as_array().unwrap().iter().filter(|s| s["IsCurrentSession"] == true).collect();
        assert_eq!(current.len(), 1, "{listed}");
        current[0]["SessionId"].as_str().unwrap().to_owned()
    }

    async fn revoke(&self, tokens: &Value, id: &str) -> Reply {
        let input = json!({ "AccessToken": tokens["AccessToken"], "SessionId": id });
        self.server.call_unsigned("RevokeUserSession", input).await
    }

    async fn admin_revoke(&self, username: &str, id: &str) -> Reply {
        let input = json!({ "UserPoolId": self.pool, "Username": username, "SessionId": id });
        self.server.call("AdminRevokeUserSession", input).await
    }

    async fn get_user(&self, tokens: &Value) -> Reply {
        self.server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await
    }

    async fn refresh(&self, tokens: &Value) -> Reply {
        let input = json!({ "ClientId": self.client, "RefreshToken": tokens["RefreshToken"] });
        self.server.call_unsigned("GetTokensFromRefreshToken", input).await
    }

    async fn refresh_by_flow(&self, tokens: &Value) -> Reply {
        let input = json!({
            "ClientId": self.client,
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] },
        });
        self.server.call_unsigned("InitiateAuth", input).await
    }

    /// Asserts that neither the access token nor the refresh token of a session does anything any more.
    async fn assert_dead(&self, tokens: &Value) {
        let access = ("NotAuthorizedException", "Access Token has been revoked");
        self.get_user(tokens).await.refused(access.0, access.1);
        self.list(tokens).await.refused(access.0, access.1);
        let refresh = ("NotAuthorizedException", "Refresh Token has been revoked");
        self.refresh(tokens).await.refused(refresh.0, refresh.1);
        self.refresh_by_flow(tokens).await.refused(refresh.0, refresh.1);
    }
}
