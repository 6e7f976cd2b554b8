use serde_json::json;
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";

#[tokio::test]
async fn revoking_ends_one_session_and_signing_out_ends_all() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    let (one, two) =
        (server.tokens(&client, "alice", PASSWORD).await, server.tokens(&client, "alice", PASSWORD).await);
    let get = async |tokens: &serde_json::Value| {
        server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await
    };
    let revoke = json!({ "ClientId": client, "Token": one["RefreshToken"] });
    server.call_unsigned("RevokeToken", revoke.clone()).await.ok();
    server.call_unsigned("RevokeToken", revoke).await.ok();
    get(&one).await.refused("NotAuthorizedException", "Access Token has been revoked");
    get(&two).await.ok();
    let three = server.tokens(&client, "alice", PASSWORD).await;
    server.call_unsigned("GlobalSignOut", json!({ "AccessToken": two["AccessToken"] })).await.ok();
    for tokens in [&two, &three] {
        get(tokens).await.refused("NotAuthorizedException", "Access Token has been revoked");
    }
    server.sign_in(&client, "alice", PASSWORD).await.ok();
}

#[tokio::test]
async fn what_cannot_be_revoked_is_refused() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    let sibling = server.client(&pool, json!({})).await;
    let without = server.client(&pool, json!({ "EnableTokenRevocation": false })).await;
    server.user(&pool, "alice", PASSWORD).await;
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let revoke = async |client: &str, token: &serde_json::Value| {
        server.call_unsigned("RevokeToken", json!({ "ClientId": client, "Token": token })).await
    };
    revoke(&client, &tokens["AccessToken"]).await.refused_as("UnsupportedTokenTypeException");
    revoke(&sibling, &tokens["RefreshToken"]).await.refused_as("UnauthorizedException");
    let theirs = server.tokens(&without, "alice", PASSWORD).await;
    revoke(&without, &theirs["RefreshToken"]).await.refused_as("UnsupportedOperationException");
    // Sign-out of all reaches clients without revocation too.
    server.call("AdminUserGlobalSignOut", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    let get = json!({ "AccessToken": theirs["AccessToken"] });
    server
        .call_unsigned("GetUser", get)
        .await
        .refused("NotAuthorizedException", "Access Token has been revoked");
}
