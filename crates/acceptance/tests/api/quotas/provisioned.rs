//! GetProvisionedLimit and UpdateProvisionedLimit.

use std::time::Duration;

use flows::quotas::{Mode, Rate};
use flows::upkeep;
use serde_json::{Value, json};
use testkit::{ACCOUNT, REGION, TestServer};
use wire::quota::QuotaCategory;

use super::{throttled, unlimited};

fn limit(attributes: Value) -> Value {
    json!({ "LimitClass": "API_CATEGORY", "Attributes": attributes })
}

fn of(category: &str) -> Value {
    limit(json!({ "Category": category }))
}

async fn get(server: &TestServer, category: &str) -> Value {
    server.call("GetProvisionedLimit", json!({ "LimitDefinition": of(category) })).await.ok()
}

fn update(category: &str, value: i64) -> Value {
    json!({ "LimitDefinition": of(category), "RequestedLimitValue": value })
}

/// UserRead may be raised from 2 to 5; nothing else has a limit.
async fn server(mode: Mode) -> TestServer {
    let mut settings = unlimited();
    settings.set_rate(QuotaCategory::UserRead, Rate { default: 2, maximum: 5 });
    settings.set_rate(QuotaCategory::UserUpdate, Rate { default: 3, maximum: 3 });
    TestServer::start_with_quotas(settings, mode).await
}

#[tokio::test]
async fn what_names_no_limit_is_refused() {
    let server = server(Mode::Alone).await;
    for (definition, message) in [
        (limit(json!({})), "The limit attribute Category is required."),
        (limit(json!({ "category": "UserRead" })), "Unknown limit attribute category."),
        (limit(json!({ "Category": "UserRead", "Pool": "x" })), "Unknown limit attribute Pool."),
        (of("userread"), "userread is not a category of API operations."),
        (of(""), " is not a category of API operations."),
    ] {
        let get = json!({ "LimitDefinition": definition });
        server.call("GetProvisionedLimit", get).await.refused("InvalidParameterException", message);
        let update = json!({ "LimitDefinition": definition, "RequestedLimitValue": 3 });
        server.call("UpdateProvisionedLimit", update).await.refused("InvalidParameterException", message);
    }
    for input in [
        json!({}),
        json!({ "LimitDefinition": { "LimitClass": "API_CATEGORY" } }),
        json!({ "LimitDefinition": { "LimitClass": "OTHER", "Attributes": { "Category": "UserRead" } } }),
    ] {
        server.call("GetProvisionedLimit", input.clone()).await.refused_as("InvalidParameterException");
        server.call("UpdateProvisionedLimit", input).await.refused_as("InvalidParameterException");
    }
    let without_value = json!({ "LimitDefinition": of("UserRead") });
    server.call("UpdateProvisionedLimit", without_value).await.refused_as("InvalidParameterException");
    let in_words = json!({ "LimitDefinition": of("UserRead"), "RequestedLimitValue": "3" });
    server.call("UpdateProvisionedLimit", in_words).await.refused_as("SerializationException");
}

#[tokio::test]
async fn a_value_out_of_bounds_is_refused_and_changes_nothing() {
    let server = server(Mode::Alone).await;
    let before = server.snapshot().await;
    for (category, value, kind, message) in [
        ("UserRead", 1, "InvalidParameterException", "The limit of UserRead must be at least 2."),
        ("UserRead", 0, "InvalidParameterException", "The limit of UserRead must be at least 2."),
        ("UserRead", -1, "InvalidParameterException", "The limit of UserRead must be at least 2."),
        (
            "UserRead",
            6,
            "ServiceQuotaExceededException",
            "The limit of UserRead can be 5 at most in this account.",
        ),
        ("UserUpdate", 3, "InvalidParameterException", "The limit of UserUpdate cannot be adjusted."),
    ] {
        server.call("UpdateProvisionedLimit", update(category, value)).await.refused(kind, message);
    }
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
}

#[tokio::test]
async fn a_raised_limit_is_shown_and_of_its_account_and_region_alone() {
    let server = server(Mode::Alone).await;
    let shown = |provisioned| json!({ "Limit": { "LimitDefinition": of("UserRead"), "ProvisionedLimitValue": provisioned, "FreeLimitValue": 2 } });
    assert_eq!(get(&server, "UserRead").await, shown(2));
    assert_eq!(server.call("UpdateProvisionedLimit", update("UserRead", 5)).await.ok(), shown(5));
    assert_eq!(get(&server, "UserRead").await, shown(5));
    assert_eq!(server.call("UpdateProvisionedLimit", update("UserRead", 3)).await.ok(), shown(3));
    assert_eq!(get(&server, "UserRead").await, shown(3));
    for (account, region) in [("111111111111", REGION), (ACCOUNT, "us-east-1")] {
        let input = json!({ "LimitDefinition": of("UserRead") });
        assert_eq!(server.call_as(account, region, "GetProvisionedLimit", input).await.ok(), shown(2));
    }
    let unlimited = get(&server, "UserToken").await;
    assert_eq!(unlimited["Limit"]["ProvisionedLimitValue"], i32::MAX);
}

/// How many calls in a row are granted.
async fn granted(server: &TestServer, pool: &str) -> usize {
    let input = json!({ "UserPoolId": pool, "Username": "nobody" });
    let mut granted = 0;
    loop {
        let reply = server.call("AdminGetUser", input.clone()).await;
        if reply.body["__type"] == "UserNotFoundException" {
            granted += 1;
        } else {
            throttled(reply);
            return granted;
        }
    }
}

#[tokio::test]
async fn a_raised_limit_holds_at_once_here_and_on_other_nodes_when_they_look() {
    for mode in [Mode::Alone, Mode::Shared] {
        let server = server(mode).await;
        let pool = server.pool(json!({})).await;
        let other = server.another_node();
        assert_eq!(granted(&server, &pool).await, 2);
        server.call("UpdateProvisionedLimit", update("UserRead", 5)).await.ok();
        server.clock.advance(Duration::from_secs(10));
        assert_eq!(granted(&server, &pool).await, 5);
        server.clock.advance(Duration::from_secs(10));
        assert_eq!(granted(&other, &pool).await, 2);
        upkeep::notice_changes(&other.services).await.unwrap();
        server.clock.advance(Duration::from_secs(10));
        assert_eq!(granted(&other, &pool).await, 5);
    }
}

#[tokio::test]
async fn managing_limits_has_a_limit() {
    let mut settings = unlimited();
    settings.set_rate(QuotaCategory::LimitManagement, Rate { default: 1, maximum: 1 });
    let server = TestServer::start_with_quotas(settings, Mode::Alone).await;
    get(&server, "UserRead").await;
    throttled(server.call("UpdateProvisionedLimit", update("UserRead", 120)).await);
}
