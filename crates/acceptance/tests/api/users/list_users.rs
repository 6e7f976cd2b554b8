use std::time::Duration;

use crypto::random::SystemRandom;
use domain::ids::{AccountId, PoolId, Region, UserId};
use domain::time::Time;
use domain::user::{Attributes, User, UserStatus};
use serde_json::{Value, json};
use testkit::TestServer;

use crate::api::paging::every_page;

const INVALID: &str = "InvalidParameterException";

async fn house(settings: Value) -> (TestServer, String) {
    let server = TestServer::start().await;
    let pool = server.pool(settings).await;
    (server, pool)
}

async fn create(server: &TestServer, pool: &str, name: &str, attributes: &[(&str, &str)]) -> Value {
    let attributes: Vec<Value> = attributes.iter().map(|(n, v)| json!({ "Name": n, "Value": v })).collect();
    let input = json!({
        "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes,
    });
    server.call("AdminCreateUser", input).await.ok()["User"].clone()
}

/// Usernames in the order of the reply.
fn names(users: &Value) -> Vec<&str> {
    users.as_array().unwrap().iter().map(|user| user["Username"].as_str().unwrap()).collect()
}

/// Those a filter finds, in order; the same whether read at once or one by one.
async fn found(server: &TestServer, pool: &str, filter: &str) -> Vec<String> {
    let input = json!({ "UserPoolId": pool, "Filter": filter });
    let at_once = server.call("ListUsers", input.clone()).await.ok();
    let one_by_one = every_page(server, "ListUsers", input, 1, "Users", "PaginationToken").await;
    assert_eq!(at_once["Users"], Value::Array(one_by_one), "{filter}");
    names(&at_once["Users"]).into_iter().map(str::to_owned).collect()
}

/// Users as rows alone, `u00` and on: made without hashing a password for each.
async fn crowd(server: &TestServer, pool: &str, count: usize) -> Vec<String> {
    let db = &server.services.db;
    let (account, region) = (AccountId::new(testkit::ACCOUNT), Region::new(testkit::REGION));
    let (_, pool_ref) =
        storage::pools::resolve(db, &account, &region, &PoolId::new(pool)).await.unwrap().unwrap();
    let names: Vec<String> = (0..count).map(|i| format!("u{i:02}")).collect();
    let rows = names.iter().flat_map(|name| {
        let user = User {
            id: UserId::generate(&SystemRandom),
            username: name.clone(),
            status: UserStatus::Confirmed,
            enabled: true,
            attributes: Attributes::from([("name".into(), "same".into())]),
            pending: Attributes::new(),
            factors: Default::default(),
            version: 1,
            credential_version: 1,
            created_at: Time::default(),
            modified_at: Time::default(),
        };
        storage::users::insert(&pool_ref, &user).unwrap()
    });
    db.apply(rows, |_| None).await.unwrap();
    names
}

#[tokio::test]
async fn pages_hold_every_user_once_and_at_most_sixty() {
    let (server, pool) = house(json!({})).await;
    let other = server.pool(json!({})).await;
    create(&server, &other, "theirs", &[]).await;
    let made = crowd(&server, &pool, 65).await;
    for filter in
        ["", "name = \"same\"", "status = \"Enabled\"", "cognito:user_status = \"Confirmed\"", "sub ^= \"\""]
    {
        let input = json!({ "UserPoolId": pool, "Filter": filter });
        let seen = Value::Array(
            every_page(&server, "ListUsers", input.clone(), 7, "Users", "PaginationToken").await,
        );
        let mut seen = names(&seen);
        seen.sort_unstable();
        assert_eq!(seen, made, "{filter}");
        for limit in [Value::Null, json!(0), json!(60)] {
            let mut input = input.clone();
            input["Limit"] = limit;
            let page = server.call("ListUsers", input).await.ok();
            assert_eq!(names(&page["Users"]).len(), 60);
            assert!(page["PaginationToken"].is_string());
        }
    }
    for limit in [-1, 61] {
        server.call("ListUsers", json!({ "UserPoolId": pool, "Limit": limit })).await.refused_as(INVALID);
    }
}

#[tokio::test]
async fn filters_find_values_and_beginnings_in_the_order_of_the_attribute() {
    let (server, pool) = house(json!({})).await;
    let alice = create(
        &server,
        &pool,
        "alice",
        &[
            ("email", "x@example.com"),
            ("phone_number", "+12065551234"),
            ("name", "Alice \"Al\" Zed"),
            ("given_name", "Alice"),
            ("family_name", "Zed"),
            ("preferred_username", "al"),
        ],
    )
    .await;
    create(
        &server,
        &pool,
        "bob",
        &[("email", "a@example.com"), ("phone_number", "+12065550000"), ("given_name", "Ålice")],
    )
    .await;
    create(&server, &pool, "alicia", &[("email", "b@example.org"), ("given_name", "Alicia")]).await;
    for (filter, expected) in [
        ("username = \"alice\"", &["alice"][..]),
        ("username = \"Alice\"", &[]),
        ("username = \"ali\"", &[]),
        ("username ^= \"ali\"", &["alice", "alicia"]),
        ("email = \"x@example.com\"", &["alice"]),
        ("email ^= \"\"", &["bob", "alicia", "alice"]),
        ("email=\"\"", &[]),
        ("phone_number ^= \"+1206555\"", &["bob", "alice"]),
        (r#"name = "Alice \"Al\" Zed""#, &["alice"]),
        ("given_name ^= \"Al\"", &["alice", "alicia"]),
        ("given_name ^= \"Å\"", &["bob"]),
        ("family_name = \"Zed\"", &["alice"]),
        ("preferred_username = \"al\"", &["alice"]),
        ("preferred_username ^= \"alice\"", &[]),
    ] {
        assert_eq!(found(&server, &pool, filter).await, expected, "{filter}");
    }
    let sub = alice["Attributes"][0]["Value"].as_str().unwrap();
    assert_eq!(found(&server, &pool, &format!("sub = \"{sub}\"")).await, ["alice"]);
    assert_eq!(found(&server, &pool, &format!("sub ^= \"{}\"", &sub[..35])).await, ["alice"]);
    assert!(found(&server, &pool, &format!("sub = \"{}\"", &sub[..35])).await.is_empty());
    let listed =
        server.call("ListUsers", json!({ "UserPoolId": pool, "Filter": "username = \"alice\"" })).await.ok();
    assert_eq!(listed["Users"], json!([alice]));
}

#[tokio::test]
async fn filters_follow_changes_of_status_and_attributes() {
    let (server, pool) = house(json!({})).await;
    create(&server, &pool, "alice", &[("name", "Alice")]).await;
    server.user(&pool, "bob", "Correct-Horse 7!").await;
    server.call("AdminDisableUser", json!({ "UserPoolId": pool, "Username": "bob" })).await.ok();
    for (filter, expected) in [
        ("status = \"Enabled\"", &["alice"][..]),
        ("status = \"Disabled\"", &["bob"]),
        ("status ^= \"Dis\"", &["bob"]),
        ("status ^= \"\"", &["bob", "alice"]),
        ("status = \"enabled\"", &[]),
        ("status = \"true\"", &[]),
        ("cognito:user_status = \"CONFIRMED\"", &["bob"]),
        ("cognito:user_status = \"Force_Change_Password\"", &["alice"]),
        ("cognito:user_status ^= \"con\"", &["bob"]),
        ("cognito:user_status ^= \"\"", &["bob", "alice"]),
        ("cognito:user_status = \"UNKNOWN\"", &[]),
    ] {
        assert_eq!(found(&server, &pool, filter).await, expected, "{filter}");
    }
    let renamed = json!([{ "Name": "name", "Value": "Alice II" }]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": renamed });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    assert!(found(&server, &pool, "name = \"Alice\"").await.is_empty());
    assert_eq!(found(&server, &pool, "name ^= \"Alice\"").await, ["alice"]);
    server.call("AdminDeleteUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
    assert!(found(&server, &pool, "name ^= \"Alice\"").await.is_empty());
}

#[tokio::test]
async fn where_an_attribute_is_the_username_the_filter_username_is_the_sub() {
    let (server, pool) = house(json!({ "UsernameAttributes": ["email"] })).await;
    let made = create(&server, &pool, "a@example.com", &[]).await;
    let name = made["Username"].as_str().unwrap();
    assert!(found(&server, &pool, "username = \"a@example.com\"").await.is_empty());
    assert_eq!(found(&server, &pool, &format!("username = \"{name}\"")).await, [name]);
    assert_eq!(found(&server, &pool, "email = \"a@example.com\"").await, [name]);
}

#[tokio::test]
async fn values_are_never_patterns_or_sql() {
    let (server, pool) = house(json!({})).await;
    create(&server, &pool, "alice", &[("name", "100%")]).await;
    create(&server, &pool, "bob", &[("name", "100x")]).await;
    create(&server, &pool, "carol", &[("name", "a' OR '1'='1")]).await;
    for (filter, expected) in [
        ("name ^= \"100%\"", &["alice"][..]),
        ("name ^= \"%\"", &[]),
        ("name ^= \"10_\"", &[]),
        ("name ^= \"*\"", &[]),
        ("name = \"' OR '1'='1\"", &[]),
        ("name = \"a' OR '1'='1\"", &["carol"]),
        ("username = \"x\u{1}\"", &[]),
        ("username ^= \"\u{10FFFF}\"", &[]),
    ] {
        assert_eq!(found(&server, &pool, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn malformed_filters_are_refused() {
    let (server, pool) =
        house(json!({ "Schema": [{ "Name": "tier", "AttributeDataType": "String" }] })).await;
    for (filter, text) in [
        ("custom:tier = \"x\"", "Input fails to satisfy the constraints."),
        ("address = \"x\"", "Invalid search attribute: address"),
        ("username", "Error while parsing filter"),
        ("username = alice", "Error while parsing filter"),
        ("username = \"alice", "Error while parsing filter"),
        ("username = \"a\" or status = \"Enabled\"", "Error while parsing filter"),
        ("username = \"a\"; DROP TABLE users", "Error while parsing filter"),
    ] {
        server
            .call("ListUsers", json!({ "UserPoolId": pool, "Filter": filter }))
            .await
            .refused(INVALID, text);
    }
    let long = format!("username = \"{}\"", "x".repeat(256));
    server.call("ListUsers", json!({ "UserPoolId": pool, "Filter": long })).await.refused_as(INVALID);
    let null = server.call("ListUsers", json!({ "UserPoolId": pool, "Filter": "username = \"a\0\"" })).await;
    assert_eq!(null.status, 400, "{}", null.body);
}

#[tokio::test]
async fn only_the_attributes_asked_for_are_shown_and_every_user_must_have_them() {
    let (server, pool) = house(json!({})).await;
    create(&server, &pool, "alice", &[("email", "a@example.com"), ("name", "Alice")]).await;
    create(&server, &pool, "bob", &[("email", "b@example.com")]).await;
    let list = async |attributes: Value, filter: &str| {
        let input = json!({ "UserPoolId": pool, "AttributesToGet": attributes, "Filter": filter });
        server.call("ListUsers", input).await
    };
    let shown = list(json!(["email"]), "email ^= \"\"").await.ok();
    assert_eq!(shown["Users"][0]["Attributes"], json!([{ "Name": "email", "Value": "a@example.com" }]));
    assert_eq!(shown["Users"][1]["Attributes"], json!([{ "Name": "email", "Value": "b@example.com" }]));
    let named = list(json!(["sub", "name"]), "username = \"alice\"").await.ok();
    assert_eq!(named["Users"][0]["Attributes"].as_array().map(Vec::len), Some(2));
    assert_eq!(list(json!([]), "").await.ok()["Users"][0]["Attributes"], json!([]));
    let missing = "One or more requested attributes do not exist.";
    list(json!(["name"]), "").await.refused(INVALID, missing);
    list(json!(["custom:none"]), "username = \"nobody\"").await.refused(INVALID, missing);
}

#[tokio::test]
async fn page_tokens_continue_their_own_list_only() {
    let (server, pool) = house(json!({})).await;
    let other = server.pool(json!({})).await;
    for pool in [&pool, &other] {
        crowd(&server, pool, 3).await;
    }
    let filter = "name = \"same\"";
    let ask = |pool: &str, filter: &str, token: &Value| json!({ "UserPoolId": pool, "Filter": filter, "Limit": 1, "PaginationToken": token });
    let page = server.call("ListUsers", ask(&pool, filter, &Value::Null)).await.ok();
    let token = &page["PaginationToken"];
    server.call("ListUsers", ask(&pool, filter, token)).await.ok();
    for input in [
        ask(&pool, "", token),
        ask(&pool, "name ^= \"same\"", token),
        ask(&pool, "username ^= \"u\"", token),
        ask(&other, filter, token),
        ask(&pool, filter, &json!("forged")),
        ask(&pool, filter, &json!(format!("{}x", token.as_str().unwrap()))),
    ] {
        server.call("ListUsers", input).await.refused(INVALID, "Invalid pagination token");
    }
    server.clock.advance(Duration::from_secs(3600));
    server.call("ListUsers", ask(&pool, filter, token)).await.refused(INVALID, "Invalid pagination token");
}

#[tokio::test]
async fn users_are_listed_to_administrators_of_the_account_alone() {
    let (server, pool) = house(json!({})).await;
    create(&server, &pool, "alice", &[]).await;
    let input = json!({ "UserPoolId": pool });
    let text = format!("User pool {pool} does not exist.");
    server
        .call_as("111111111111", testkit::REGION, "ListUsers", input.clone())
        .await
        .refused("ResourceNotFoundException", &text);
    server.call_unsigned("ListUsers", input).await.refused_as("MissingAuthenticationTokenException");
}
