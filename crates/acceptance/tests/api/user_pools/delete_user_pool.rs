use serde_json::json;
use testkit::TestServer;

#[tokio::test]
async fn a_deleted_pool_is_gone_with_its_clients_and_tokens() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.call("DeleteUserPool", json!({ "UserPoolId": pool })).await.ok();
    let text = format!("User pool {pool} does not exist.");
    for operation in ["DescribeUserPool", "DeleteUserPool", "UpdateUserPool"] {
        server
            .call(operation, json!({ "UserPoolId": pool }))
            .await
            .refused("ResourceNotFoundException", &text);
    }
    server
        .sign_in(&client, "anyone", "Passw0rd!")
        .await
        .refused("ResourceNotFoundException", &format!("User pool client {client} does not exist."));
    assert_eq!(server.call("ListUserPools", json!({ "MaxResults": 1 })).await.ok()["UserPools"], json!([]));
}

#[tokio::test]
async fn deletion_protection_and_foreign_accounts_are_heeded() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "DeletionProtection": "ACTIVE" })).await;
    server
        .call("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .refused_as("InvalidParameterException");
    for (account, region) in [("111111111111", "eu-west-1"), ("000000000000", "us-east-1")] {
        server
            .call_as(account, region, "DeleteUserPool", json!({ "UserPoolId": pool }))
            .await
            .refused_as("ResourceNotFoundException");
    }
    server
        .call_unsigned("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .refused("MissingAuthenticationTokenException", "Missing Authentication Token");
    server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok();
}
