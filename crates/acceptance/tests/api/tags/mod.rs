use serde_json::json;
use testkit::TestServer;

fn arn(account: &str, region: &str, pool: &str) -> String {
    format!("arn:aws:cognito-idp:{region}:{account}:userpool/{pool}")
}

#[tokio::test]
async fn tags_are_set_listed_and_removed_by_arn() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let arn = arn(testkit::ACCOUNT, testkit::REGION, &pool);
    server.call("TagResource", json!({ "ResourceArn": arn, "Tags": { "a": "1", "b": "2" } })).await.ok();
    server.call("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["a", "unknown"] })).await.ok();
    let tags = server.call("ListTagsForResource", json!({ "ResourceArn": arn })).await.ok();
    assert_eq!(tags["Tags"], json!({ "b": "2" }));
}

#[tokio::test]
async fn arns_of_other_accounts_regions_and_services_find_nothing() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let own = arn(testkit::ACCOUNT, testkit::REGION, &pool);
    for foreign in [
        arn("111111111111", testkit::REGION, &pool),
        arn(testkit::ACCOUNT, "us-east-1", &pool),
        arn(testkit::ACCOUNT, testkit::REGION, "eu-west-1_unknown00"),
        own.replace("cognito-idp", "cognito-sync"),
        own.replace("userpool/", "pool/"),
    ] {
        for operation in ["ListTagsForResource", "TagResource", "UntagResource"] {
            let input = json!({ "ResourceArn": foreign, "Tags": { "a": "1" }, "TagKeys": ["a"] });
            server.call(operation, input).await.refused_as("ResourceNotFoundException");
        }
    }
    server
        .call_as("111111111111", testkit::REGION, "ListTagsForResource", json!({ "ResourceArn": own }))
        .await
        .refused_as("ResourceNotFoundException");
}
