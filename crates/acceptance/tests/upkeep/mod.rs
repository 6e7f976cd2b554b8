//! Upkeep removes what no decision looks at any more, and nothing else.

use std::time::Duration;

use serde_json::json;
use testkit::TestServer;

#[tokio::test]
async fn what_is_alive_survives_and_what_has_expired_is_gone() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    let password = "Correct-Horse 7!";
    server.user(&pool, "alice", password).await;
    let old = server.sign_in_srp(&pool, &client, "alice", password).await.ok();
    for _ in 0..5 {
        server.sign_in(&client, "alice", "wrong").await.refused_as("NotAuthorizedException");
    }
    flows::upkeep::forget_expired(&server.services).await.unwrap();
    server
        .sign_in(&client, "alice", password)
        .await
        .refused("NotAuthorizedException", "Password attempts exceeded");
    let get = json!({ "AccessToken": old["AuthenticationResult"]["AccessToken"] });
    server.call_unsigned("GetUser", get).await.ok();

    server.clock.advance(Duration::from_secs(30 * 86_400));
    let young = server.tokens(&client, "alice", password).await;
    flows::upkeep::forget_expired(&server.services).await.unwrap();
    let dump = String::from_utf8(server.services.db.store().dump().await.unwrap()).unwrap();
    let rows = |table: &str| {
        let head = format!("{{\"table\":\"{table}\"");
        dump.lines().skip_while(|l| !l.starts_with(&head)).skip(1).take_while(|l| l.starts_with('[')).count()
    };
    assert_eq!((rows("sessions"), rows("spent"), rows("attempts"), rows("users")), (1, 0, 0, 1));
    server.call_unsigned("GetUser", json!({ "AccessToken": young["AccessToken"] })).await.ok();
}
