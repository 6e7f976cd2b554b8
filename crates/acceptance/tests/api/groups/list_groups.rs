use std::time::Duration;

use serde_json::{Value, json};

use super::{add, create, create_user, house, names};
use crate::api::paging::every_page;

const INVALID: &str = "InvalidParameterException";

#[tokio::test]
async fn groups_and_members_are_listed_in_pages_of_at_most_sixty() {
    let (server, pool) = house().await;
    create_user(&server, &pool, "alice").await;
    let other = server.pool(json!({})).await;
    create(&server, &other, "theirs").await.ok();
    let made: Vec<String> = (0..61).map(|i| format!("g{i:02}")).collect();
    for group in made.iter().rev() {
        create(&server, &pool, group).await.ok();
        add(&server, &pool, "alice", group).await.ok();
    }
    for (operation, input) in [
        ("ListGroups", json!({ "UserPoolId": pool })),
        ("AdminListGroupsForUser", json!({ "UserPoolId": pool, "Username": "alice" })),
    ] {
        let paged = every_page(&server, operation, input.clone(), 7, "Groups", "NextToken").await;
        assert_eq!(names(&Value::Array(paged), "GroupName"), made);
        for limit in [Value::Null, json!(0), json!(60)] {
            let mut input = input.clone();
            input["Limit"] = limit;
            let page = server.call(operation, input).await.ok();
            assert_eq!(names(&page["Groups"], "GroupName"), made[..60]);
            assert!(page["NextToken"].is_string());
        }
        for limit in [-1, 61] {
            let mut input = input.clone();
            input["Limit"] = limit.into();
            server.call(operation, input).await.refused_as(INVALID);
        }
    }
}

#[tokio::test]
async fn members_are_listed_in_pages() {
    let (server, pool) = house().await;
    create(&server, &pool, "staff").await.ok();
    let made = ["alice", "bob", "carol", "dave", "eve"];
    for user in made {
        create_user(&server, &pool, user).await;
        add(&server, &pool, user, "staff").await.ok();
    }
    create_user(&server, &pool, "mallory").await;
    let input = json!({ "UserPoolId": pool, "GroupName": "staff" });
    let paged = every_page(&server, "ListUsersInGroup", input, 2, "Users", "NextToken").await;
    let mut seen = names(&Value::Array(paged), "Username");
    seen.sort();
    assert_eq!(seen, made);
}

#[tokio::test]
async fn page_tokens_continue_their_own_list_only() {
    let (server, pool) = house().await;
    let other = server.pool(json!({})).await;
    for pool in [&pool, &other] {
        for user in ["alice", "bob"] {
            create_user(&server, pool, user).await;
        }
        for group in ["a", "b"] {
            create(&server, pool, group).await.ok();
            add(&server, pool, "alice", group).await.ok();
            add(&server, pool, "bob", group).await.ok();
        }
    }
    // Each list, and others whose tokens it must not take.
    let lists = [
        ("ListGroups", json!({ "UserPoolId": pool })),
        ("ListGroups", json!({ "UserPoolId": other })),
        ("AdminListGroupsForUser", json!({ "UserPoolId": pool, "Username": "alice" })),
        ("AdminListGroupsForUser", json!({ "UserPoolId": pool, "Username": "bob" })),
        ("ListUsersInGroup", json!({ "UserPoolId": pool, "GroupName": "a" })),
        ("ListUsersInGroup", json!({ "UserPoolId": pool, "GroupName": "b" })),
        ("ListUsersInGroup", json!({ "UserPoolId": other, "GroupName": "a" })),
    ];
    let with = |input: &Value, token: &Value| {
        let mut input = input.clone();
        input["Limit"] = 1.into();
        input["NextToken"] = token.clone();
        input
    };
    let mut tokens = Vec::new();
    for (operation, input) in &lists {
        tokens.push(server.call(operation, with(input, &Value::Null)).await.ok()["NextToken"].clone());
    }
    for (i, (operation, input)) in lists.iter().enumerate() {
        for (j, token) in tokens.iter().enumerate() {
            let reply = server.call(operation, with(input, token)).await;
            if i == j {
                reply.ok();
            } else {
                reply.refused(INVALID, "Invalid pagination token");
            }
        }
        server
            .call(operation, with(input, &json!("forged")))
            .await
            .refused(INVALID, "Invalid pagination token");
    }
    server.clock.advance(Duration::from_secs(3600));
    server.call(lists[0].0, with(&lists[0].1, &tokens[0])).await.refused(INVALID, "Invalid pagination token");
}
