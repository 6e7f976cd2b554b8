mod create_group;
mod delete_group;
mod list_groups;
mod members;
mod update_group;

use serde_json::{Value, json};
use testkit::{Reply, TestServer};

const NOT_FOUND: (&str, &str) = ("ResourceNotFoundException", "Group not found.");

async fn house() -> (TestServer, String) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    (server, pool)
}

async fn create(server: &TestServer, pool: &str, name: &str) -> Reply {
    server.call("CreateGroup", json!({ "UserPoolId": pool, "GroupName": name })).await
}

async fn create_user(server: &TestServer, pool: &str, name: &str) -> Value {
    let input = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
    server.call("AdminCreateUser", input).await.ok()["User"].clone()
}

async fn add(server: &TestServer, pool: &str, user: &str, group: &str) -> Reply {
    let input = json!({ "UserPoolId": pool, "Username": user, "GroupName": group });
    server.call("AdminAddUserToGroup", input).await
}

async fn groups_of(server: &TestServer, pool: &str, user: &str) -> Vec<String> {
    let input = json!({ "UserPoolId": pool, "Username": user });
    names(&server.call("AdminListGroupsForUser", input).await.ok()["Groups"], "GroupName")
}

async fn members(server: &TestServer, pool: &str, group: &str) -> Vec<String> {
    let input = json!({ "UserPoolId": pool, "GroupName": group });
    let mut names = names(&server.call("ListUsersInGroup", input).await.ok()["Users"], "Username");
    names.sort();
    names
}

fn names(list: &Value, member: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn groups_are_the_business_of_their_account_and_pool_alone() {
    let (server, pool) = house().await;
    let other = server.pool(json!({})).await;
    create(&server, &pool, "staff").await.ok();
    create_user(&server, &pool, "alice").await;
    create_user(&server, &other, "alice").await;
    add(&server, &pool, "alice", "staff").await.ok();
    let named = |pool: &str| json!({ "UserPoolId": pool, "GroupName": "staff", "Username": "alice" });
    for operation in [
        "GetGroup",
        "UpdateGroup",
        "DeleteGroup",
        "ListUsersInGroup",
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
    ] {
        server.call(operation, named(&other)).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    }
    let unknown = format!("User pool {pool} does not exist.");
    for operation in [
        "CreateGroup",
        "GetGroup",
        "UpdateGroup",
        "DeleteGroup",
        "ListGroups",
        "ListUsersInGroup",
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
        "AdminListGroupsForUser",
    ] {
        server
            .call_as("111111111111", testkit::REGION, operation, named(&pool))
            .await
            .refused("ResourceNotFoundException", &unknown);
        server.call_as(testkit::ACCOUNT, "us-east-1", operation, named(&pool)).await.refused_as(NOT_FOUND.0);
        server.call_unsigned(operation, named(&pool)).await.refused_as("MissingAuthenticationTokenException");
    }
    assert_eq!(members(&server, &pool, "staff").await, ["alice"]);
    assert!(groups_of(&server, &other, "alice").await.is_empty());
}

#[tokio::test]
async fn a_deleted_pool_takes_its_groups_along() {
    let (server, pool) = house().await;
    create(&server, &pool, "staff").await.ok();
    server.call("DeleteUserPool", json!({ "UserPoolId": pool })).await.ok();
    let text = format!("User pool {pool} does not exist.");
    create(&server, &pool, "more").await.refused("ResourceNotFoundException", &text);
    server
        .call("ListGroups", json!({ "UserPoolId": pool }))
        .await
        .refused("ResourceNotFoundException", &text);
}
