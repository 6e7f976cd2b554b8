//! The buckets of an account and region, one per category.

use std::time::Duration;

use flows::quotas::{Mode, Settings};
use serde_json::{Value, json};
use testkit::{ACCOUNT, REGION, TestServer};
use wire::quota::QuotaCategory;

use super::{categories_only, list_pools, only, server, throttled};

const PASSWORD: &str = "Correct-Horse 7!";

#[tokio::test]
async fn what_is_used_up_comes_back_with_time() {
    let server = server(only(QuotaCategory::UserPoolRead, 2)).await;
    list_pools(&server).await.ok();
    list_pools(&server).await.ok();
    throttled(list_pools(&server).await);
    server.clock.advance(Duration::from_millis(499));
    throttled(list_pools(&server).await);
    server.clock.advance(Duration::from_millis(1));
    list_pools(&server).await.ok();
    throttled(list_pools(&server).await);
    server.clock.advance(Duration::from_secs(3600));
    list_pools(&server).await.ok();
    list_pools(&server).await.ok();
    throttled(list_pools(&server).await);
}

#[tokio::test]
async fn the_limits_are_those_of_aws() {
    let server = server(categories_only()).await;
    for _ in 0..15 {
        list_pools(&server).await.ok();
    }
    throttled(list_pools(&server).await);
}

#[tokio::test]
async fn operations_of_a_category_share_and_categories_do_not() {
    let server = server(only(QuotaCategory::UserPoolRead, 2)).await;
    let pool = server.pool(json!({})).await;
    list_pools(&server).await.ok();
    server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok();
    throttled(list_pools(&server).await);
    throttled(server.call("DescribeUserPool", json!({ "UserPoolId": pool })).await);
    server.call("ListGroups", json!({ "UserPoolId": pool })).await.ok();
    server.call("DeleteUserPool", json!({ "UserPoolId": pool })).await.ok();
}

#[tokio::test]
async fn accounts_and_regions_do_not_share() {
    let server = server(only(QuotaCategory::UserPoolRead, 1)).await;
    let all = json!({ "MaxResults": 1 });
    for (account, region) in [(ACCOUNT, REGION), ("111111111111", REGION), (ACCOUNT, "us-east-1")] {
        server.call_as(account, region, "ListUserPools", all.clone()).await.ok();
    }
    for (account, region) in [(ACCOUNT, REGION), ("111111111111", REGION), (ACCOUNT, "us-east-1")] {
        throttled(server.call_as(account, region, "ListUserPools", all.clone()).await);
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let server = server(only(QuotaCategory::UserCreation, 1)).await;
    let pool = server.pool(json!({})).await;
    server.user(&pool, "first", PASSWORD).await;
    let before = server.snapshot().await;
    let second = json!({ "UserPoolId": pool, "Username": "second", "MessageAction": "SUPPRESS" });
    throttled(server.call("AdminCreateUser", second).await);
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
}

/// The order of checks: everything else that is wrong is said first, and costs nothing.
#[tokio::test]
async fn only_what_would_be_done_is_charged() {
    let server = server(only(QuotaCategory::UserPoolRead, 1)).await;
    for _ in 0..3 {
        server
            .call("ListUserPools", json!({ "MaxResults": 0 }))
            .await
            .refused_as("InvalidParameterException");
        server.call("ListUserPools", json!({ "MaxResults": "1" })).await.refused_as("SerializationException");
        server
            .call_unsigned("ListUserPools", json!({ "MaxResults": 1 }))
            .await
            .refused_as("MissingAuthenticationTokenException");
        server
            .call("DescribeUserPool", json!({ "UserPoolId": "eu-west-1_AAAAAAAAA" }))
            .await
            .refused_as("ResourceNotFoundException");
    }
    list_pools(&server).await.ok();
    server.call("ListUserPools", json!({ "MaxResults": 0 })).await.refused_as("InvalidParameterException");
    throttled(list_pools(&server).await);
}

fn answer(client: &str, challenge: &str) -> Value {
    json!({ "ClientId": client, "ChallengeName": challenge, "Session": "x".repeat(20), "ChallengeResponses": {} })
}

/// Three times the category of their own, and then the category's.
#[tokio::test]
async fn answers_to_challenges_have_a_budget_of_their_own() {
    let server = server(only(QuotaCategory::UserAuthentication, 2)).await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.sign_in(&client, "nobody", PASSWORD).await.refused_as("UserNotFoundException");
    for _ in 0..7 {
        let reply =
            server.call_unsigned("RespondToAuthChallenge", answer(&client, "PASSWORD_VERIFIER")).await;
        assert_ne!(reply.body["__type"], "TooManyRequestsException");
    }
    throttled(server.call_unsigned("RespondToAuthChallenge", answer(&client, "PASSWORD_VERIFIER")).await);
    throttled(server.sign_in(&client, "nobody", PASSWORD).await);
}

#[tokio::test]
async fn choosing_a_new_password_is_account_recovery() {
    let server = server(only(QuotaCategory::UserAccountRecovery, 1)).await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    let reply =
        server.call_unsigned("RespondToAuthChallenge", answer(&client, "NEW_PASSWORD_REQUIRED")).await;
    assert_ne!(reply.body["__type"], "TooManyRequestsException");
    throttled(server.call_unsigned("RespondToAuthChallenge", answer(&client, "NEW_PASSWORD_REQUIRED")).await);
    let reply = server.call_unsigned("RespondToAuthChallenge", answer(&client, "SMS_MFA")).await;
    assert_ne!(reply.body["__type"], "TooManyRequestsException");
}

#[tokio::test]
async fn development_has_no_quotas() {
    let server = TestServer::start().await;
    for _ in 0..50 {
        list_pools(&server).await.ok();
    }
    let none = TestServer::start_with_quotas(Settings::default(), Mode::Off).await;
    for _ in 0..50 {
        list_pools(&none).await.ok();
    }
}
