use serde_json::json;
use testkit::TestServer;

#[tokio::test]
async fn custom_attributes_are_appended_once() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let add = json!({ "UserPoolId": pool, "CustomAttributes": [{ "Name": "tier", "AttributeDataType": "Number" }] });
    server.call("AddCustomAttributes", add.clone()).await.ok();
    let described = server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok();
    let schema = described["UserPool"]["SchemaAttributes"].as_array().unwrap();
    assert_eq!(schema.last().unwrap()["Name"], "custom:tier");
    server.call("AddCustomAttributes", add).await.refused_as("InvalidParameterException");
}
