use serde_json::json;
use testkit::TestServer;

#[tokio::test]
async fn an_update_replaces_every_settable_member() {
    let server = TestServer::start().await;
    let pool = server
        .pool(json!({ "SmsAuthenticationMessage": "code {####}", "AutoVerifiedAttributes": ["email"], "UserPoolTags": { "a": "b" } }))
        .await;
    server.call("UpdateUserPool", json!({ "UserPoolId": pool, "PoolName": "renamed" })).await.ok();
    let after = server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok()["UserPool"].clone();
    assert_eq!(after["Name"], "renamed");
    assert_eq!(after["UserPoolTags"], json!({ "a": "b" }));
    assert!(after.get("SmsAuthenticationMessage").is_none() && after.get("AutoVerifiedAttributes").is_none());
}

#[tokio::test]
async fn a_refused_update_changes_nothing() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let before = server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok();
    server
        .call("UpdateUserPool", json!({ "UserPoolId": pool, "PoolName": "x", "MfaConfiguration": "ON" }))
        .await
        .refused_as("InvalidParameterException");
    assert_eq!(server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok(), before);
}
