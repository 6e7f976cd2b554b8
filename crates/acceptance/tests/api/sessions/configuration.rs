use serde_json::{Value, json};
use testkit::TestServer;

use super::House;

async fn get_client(server: &TestServer, pool: &str, client: &str) -> Value {
    let input = json!({ "UserPoolId": pool, "ClientId": client });
    server.call("GetUserPoolClientSessionConfiguration", input).await.ok()
}

fn of_client(pool: &str, client: &str, minutes: i32) -> Value {
    json!({ "UserPoolId": pool, "ClientId": client, "SSOSession": { "MaxValidityMinutes": minutes } })
}

#[tokio::test]
async fn settings_out_of_range_missing_or_unsigned_are_refused() {
    let house = House::new().await;
    for max in [-1, 0, 101] {
        house.configure("ENABLED", max).await.refused_as("InvalidParameterException");
    }
    house.configure("SOMETIMES", 20).await.refused_as("InvalidParameterException");
    let pool = &house.pool;
    for input in [
        json!({ "UserPoolId": pool, "UserSessionTracking": "ENABLED" }),
        json!({ "UserPoolId": pool, "TokenSession": { "MaxPerUser": 20 } }),
        json!({ "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": {} }),
    ] {
        let reply = house.server.call("SetUserPoolSessionConfiguration", input).await;
        reply.refused_as("InvalidParameterException");
    }
    let input = json!({
        "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 20 },
    });
    house
        .server
        .call_unsigned("SetUserPoolSessionConfiguration", input.clone())
        .await
        .refused_as("MissingAuthenticationTokenException");
    house
        .server
        .call_as("111111111111", testkit::REGION, "SetUserPoolSessionConfiguration", input)
        .await
        .refused_as("ResourceNotFoundException");
    let kept = house.server.call("GetUserPoolSessionConfiguration", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(kept["UserSessionTracking"], "DISABLED");
}

#[tokio::test]
async fn the_smallest_feature_plan_has_no_tracking() {
    let house = House::new().await;
    let update = json!({ "UserPoolId": house.pool, "UserPoolTier": "LITE" });
    house.configure("ENABLED", 20).await.ok();
    house.server.call("UpdateUserPool", update.clone()).await.refused(
        "FeatureUnavailableInTierException",
        "Session tracking is not available in the feature plan LITE.",
    );
    house.configure("DISABLED", 20).await.ok();
    house.server.call("UpdateUserPool", update).await.ok();
    for tracking in ["ENABLED", "DISABLED"] {
        house.configure(tracking, 20).await.refused_as("FeatureUnavailableInTierException");
    }
    house
        .server
        .call("SetUserPoolClientSessionConfiguration", of_client(&house.pool, &house.client, 5))
        .await
        .refused_as("FeatureUnavailableInTierException");
}

#[tokio::test]
async fn a_client_is_configured_only_where_its_own_pool_tracks() {
    let house = House::new().await;
    let set = async |input| house.server.call("SetUserPoolClientSessionConfiguration", input).await;
    set(of_client(&house.pool, &house.client, 5))
        .await
        .refused("InvalidParameterException", "Session tracking is not enabled for the user pool.");
    house.configure("ENABLED", 20).await.ok();
    for minutes in [-1, 129_601] {
        set(of_client(&house.pool, &house.client, minutes)).await.refused_as("InvalidParameterException");
    }
    set(json!({ "UserPoolId": house.pool, "ClientId": house.client }))
        .await
        .refused_as("InvalidParameterException");
    let other_pool = house.server.pool(json!({})).await;
    let foreign = house.server.client(&other_pool, json!({})).await;
    for client in [&foreign, "0123456789abcdefghijklmnop"] {
        let text = format!("User pool client {client} does not exist.");
        set(of_client(&house.pool, client, 5)).await.refused("ResourceNotFoundException", &text);
        house
            .server
            .call(
                "GetUserPoolClientSessionConfiguration",
                json!({ "UserPoolId": house.pool, "ClientId": client }),
            )
            .await
            .refused("ResourceNotFoundException", &text);
    }
    for client in [&house.client, &foreign] {
        let pool = if client == &foreign { &other_pool } else { &house.pool };
        let kept = get_client(&house.server, pool, client).await;
        assert_eq!(kept["SSOSession"]["MaxValidityMinutes"], 60);
    }
}

#[tokio::test]
async fn what_is_set_is_shown_and_set_as_a_whole() {
    let house = House::new().await;
    let get = async || {
        house.server.call("GetUserPoolSessionConfiguration", json!({ "UserPoolId": house.pool })).await.ok()
    };
    let expected = |tracking: &str, max: i32| {
        json!({
            "UserPoolId": house.pool, "UserSessionTracking": tracking, "TokenSession": { "MaxPerUser": max },
        })
    };
    assert_eq!(get().await, expected("DISABLED", 20));
    for (tracking, max) in [("ENABLED", 1), ("ENABLED", 100), ("DISABLED", 7)] {
        assert_eq!(house.configure(tracking, max).await.ok(), expected(tracking, max));
        assert_eq!(get().await, expected(tracking, max));
    }
    let described =
        house.server.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok().to_string();
    assert!(!described.contains("UserSessionTracking") && !described.contains("TokenSession"), "{described}");
    // Other settings are replaced without it.
    house.configure("ENABLED", 7).await.ok();
    house.server.call("UpdateUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(get().await, expected("ENABLED", 7));
}

#[tokio::test]
async fn a_clients_validity_is_dormant_while_tracking_is_off() {
    let house = House::tracking(20).await;
    for minutes in [0, 129_600, 5] {
        let input = of_client(&house.pool, &house.client, minutes);
        let set = house.server.call("SetUserPoolClientSessionConfiguration", input.clone()).await.ok();
        assert_eq!(set, input);
        assert_eq!(get_client(&house.server, &house.pool, &house.client).await, input);
    }
    house.configure("DISABLED", 20).await.ok();
    house.configure("ENABLED", 20).await.ok();
    let update = json!({ "UserPoolId": house.pool, "ClientId": house.client, "ClientName": "renamed" });
    house.server.call("UpdateUserPoolClient", update).await.ok();
    let kept = get_client(&house.server, &house.pool, &house.client).await;
    assert_eq!(kept["SSOSession"]["MaxValidityMinutes"], 5);
}
