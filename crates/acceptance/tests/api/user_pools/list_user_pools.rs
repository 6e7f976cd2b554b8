use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::TestServer;

#[tokio::test]
async fn pages_hold_each_pool_once_and_only_ones_own() {
    let server = TestServer::start().await;
    let mut made = BTreeSet::new();
    for i in 0..5 {
        made.insert(server.pool(json!({ "PoolName": format!("p{i}") })).await);
    }
    server.call_as("111111111111", "eu-west-1", "CreateUserPool", json!({ "PoolName": "theirs" })).await.ok();
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = server.call("ListUserPools", json!({ "MaxResults": 2, "NextToken": token })).await.ok();
        seen.extend(
            page["UserPools"].as_array().unwrap().iter().map(|p| p["Id"].as_str().unwrap().to_owned()),
        );
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), made);
}

#[tokio::test]
async fn page_tokens_are_bound_to_their_list_and_expire() {
    let server = TestServer::start().await;
    for _ in 0..2 {
        server.pool(json!({})).await;
    }
    let page = server.call("ListUserPools", json!({ "MaxResults": 1 })).await.ok();
    let token = page["NextToken"].as_str().unwrap().to_owned();
    let next = json!({ "MaxResults": 1, "NextToken": token });
    let refused = "InvalidParameterException";
    server.call_as("111111111111", "eu-west-1", "ListUserPools", next.clone()).await.refused_as(refused);
    server.call_as("000000000000", "us-east-1", "ListUserPools", next.clone()).await.refused_as(refused);
    server.call("ListUserPools", json!({ "MaxResults": 1, "NextToken": "forged" })).await.refused_as(refused);
    server.clock.advance(std::time::Duration::from_secs(3600));
    server.call("ListUserPools", next).await.refused(refused, "Invalid pagination token");
    for bad in [0, 61] {
        server.call("ListUserPools", json!({ "MaxResults": bad })).await.refused_as(refused);
    }
}
