use serde_json::{Value, json};
use testkit::TestServer;

#[tokio::test]
async fn a_client_is_created_described_updated_listed_and_deleted() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let made = server
        .client_description(&pool, json!({ "ClientName": "web", "PreventUserExistenceErrors": "ENABLED" }))
        .await;
    let id = made["ClientId"].as_str().unwrap();
    assert_eq!(id.len(), 26);
    assert!(made.get("ClientSecret").is_none());
    assert_eq!((&made["RefreshTokenValidity"], &made["EnableTokenRevocation"]), (&json!(30), &json!(true)));
    let named = json!({ "UserPoolId": pool, "ClientId": id });
    assert_eq!(server.call("DescribeUserPoolClient", named.clone()).await.ok()["UserPoolClient"], made);
    let updated = server
        .call(
            "UpdateUserPoolClient",
            json!({ "UserPoolId": pool, "ClientId": id, "AuthSessionValidity": 15 }),
        )
        .await
        .ok()["UserPoolClient"]
        .clone();
    assert_eq!((&updated["ClientName"], &updated["AuthSessionValidity"]), (&json!("web"), &json!(15)));
    assert!(updated.get("PreventUserExistenceErrors").is_none());
    let listed = server.call("ListUserPoolClients", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(
        listed["UserPoolClients"],
        json!([{ "ClientId": id, "UserPoolId": pool, "ClientName": "web" }])
    );
    server.call("DeleteUserPoolClient", named.clone()).await.ok();
    let text = format!("User pool client {id} does not exist.");
    server.call("DescribeUserPoolClient", named.clone()).await.refused("ResourceNotFoundException", &text);
    server.call("DeleteUserPoolClient", named).await.refused("ResourceNotFoundException", &text);
}

#[tokio::test]
async fn clients_of_other_pools_are_not_found() {
    let server = TestServer::start().await;
    let (mine, other) = (server.pool(json!({})).await, server.pool(json!({})).await);
    let client = server.client(&other, json!({})).await;
    let named = json!({ "UserPoolId": mine, "ClientId": client });
    for operation in [
        "DescribeUserPoolClient",
        "UpdateUserPoolClient",
        "DeleteUserPoolClient",
        "AddUserPoolClientSecret",
        "ListUserPoolClientSecrets",
    ] {
        server.call(operation, named.clone()).await.refused_as("ResourceNotFoundException");
    }
}

#[tokio::test]
async fn impossible_settings_are_refused() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "UsernameAttributes": ["email"] })).await;
    let refused = async |settings: Value, kind: &str| {
        let mut input = json!({ "UserPoolId": pool, "ClientName": "x" });
        for (name, value) in settings.as_object().unwrap() {
            input[name] = value.clone();
        }
        server.call("CreateUserPoolClient", input).await.refused_as(kind);
    };
    let invalid = "InvalidParameterException";
    refused(json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"] }), invalid).await;
    refused(json!({ "ExplicitAuthFlows": ["PASSWORD"] }), invalid).await;
    refused(json!({ "AccessTokenValidity": 25 }), invalid).await;
    refused(json!({ "ReadAttributes": ["custom:unknown"] }), invalid).await;
    refused(json!({ "WriteAttributes": ["name"] }), invalid).await;
    refused(json!({ "SupportedIdentityProviders": ["Google"] }), invalid).await;
    refused(json!({ "CallbackURLs": ["http://example.com"] }), invalid).await;
    refused(json!({ "DefaultRedirectURI": "https://a.example/" }), invalid).await;
    refused(json!({ "AllowedOAuthScopes": ["api/read"] }), "ScopeDoesNotExistException").await;
    refused(json!({ "AllowedOAuthFlows": ["client_credentials"] }), "InvalidOAuthFlowException").await;
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 });
    refused(
        json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] }),
        invalid,
    )
    .await;
    assert_eq!(
        server.call("ListUserPoolClients", json!({ "UserPoolId": pool })).await.ok()["UserPoolClients"],
        json!([])
    );
}

#[tokio::test]
async fn a_client_has_one_or_two_secrets_whose_values_are_shown_once() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let made = server.client_description(&pool, json!({ "GenerateSecret": true })).await;
    assert_eq!(made["ClientSecret"].as_str().unwrap().len(), 52);
    let named = json!({ "UserPoolId": pool, "ClientId": made["ClientId"] });
    let added = server.call("AddUserPoolClientSecret", named.clone()).await.ok();
    assert_eq!(added["ClientSecretDescriptor"]["ClientSecretValue"].as_str().unwrap().len(), 52);
    server
        .call("AddUserPoolClientSecret", named.clone())
        .await
        .refused("LimitExceededException", "Client secrets cannot exceed limit of 2 secrets.");
    let listed = server.call("ListUserPoolClientSecrets", named.clone()).await.ok();
    let secrets = listed["ClientSecrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|s| s.get("ClientSecretValue").is_none()));
    let delete =
        |id: &Value| json!({ "UserPoolId": pool, "ClientId": made["ClientId"], "ClientSecretId": id });
    server.call("DeleteUserPoolClientSecret", delete(&secrets[0]["ClientSecretId"])).await.ok();
    server
        .call("DeleteUserPoolClientSecret", delete(&secrets[1]["ClientSecretId"]))
        .await
        .refused_as("InvalidParameterException");
    server
        .call("DeleteUserPoolClientSecret", delete(&secrets[0]["ClientSecretId"]))
        .await
        .refused_as("ResourceNotFoundException");
}
