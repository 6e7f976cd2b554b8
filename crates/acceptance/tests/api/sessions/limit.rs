use std::time::Duration;

use serde_json::json;

use super::{House, PASSWORD};

const TICK: Duration = Duration::from_secs(1);

#[tokio::test]
async fn the_least_recently_active_session_gives_way() {
    let house = House::tracking(3).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(house.sign_in("alice").await);
        house.server.clock.advance(TICK);
    }
    // The oldest becomes the latest active.
    house.refresh(&tokens[0]).await.ok();
    house.server.clock.advance(TICK);
    let fourth = house.sign_in("alice").await;
    house.assert_dead(&tokens[1]).await;
    for alive in [&tokens[0], &tokens[2], &fourth] {
        house.get_user(alive).await.ok();
    }
    // Use that is no refresh does not keep a session.
    house.server.clock.advance(TICK);
    let fifth = house.sign_in("alice").await;
    house.assert_dead(&tokens[2]).await;
    for alive in [&tokens[0], &fourth, &fifth] {
        house.refresh(alive).await.ok();
    }
    assert_eq!(house.admin_list("alice").await.len(), 3);
}

#[tokio::test]
async fn one_session_at_a_time_whatever_the_client_and_the_flow() {
    let house = House::tracking(1).await;
    let other = house.server.client(&house.pool, json!({})).await;
    let one = house.sign_in("alice").await;
    house.server.tokens(&other, "alice", PASSWORD).await;
    house.assert_dead(&one).await;
    let two = house.sign_in("alice").await;
    house.server.sign_in_srp(&house.pool, &other, "alice", PASSWORD).await.ok();
    house.assert_dead(&two).await;
    let three = house.sign_in("alice").await;
    let by_admin = json!({
        "UserPoolId": house.pool, "ClientId": other, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    house.server.call("AdminInitiateAuth", by_admin).await.ok();
    house.assert_dead(&three).await;
    // The answer to NEW_PASSWORD_REQUIRED writes the user in the same batch.
    let temporary = json!({
        "UserPoolId": house.pool, "Username": "alice", "Password": PASSWORD, "Permanent": false,
    });
    let four = house.sign_in("alice").await;
    house.server.call("AdminSetUserPassword", temporary).await.ok();
    let challenge = house.server.sign_in(&other, "alice", PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let answer = json!({ "USERNAME": "alice", "NEW_PASSWORD": "Another-One 8!" });
    house.server.respond(&other, &challenge, answer).await.ok();
    house.assert_dead(&four).await;
    assert_eq!(house.admin_list("alice").await.len(), 1);
}

#[tokio::test]
async fn a_refused_sign_in_ends_nothing() {
    let house = House::tracking(1).await;
    let tokens = house.sign_in("alice").await;
    let reply = house.server.sign_in(&house.client, "alice", "Wrong-Horse 7!").await;
    reply.refused("NotAuthorizedException", "Incorrect username or password.");
    house.get_user(&tokens).await.ok();
    house.refresh(&tokens).await.ok();
}

#[tokio::test]
async fn a_lower_limit_holds_from_the_next_sign_in_on() {
    let house = House::tracking(5).await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(house.sign_in("alice").await);
        house.server.clock.advance(TICK);
    }
    house.configure("ENABLED", 2).await.ok();
    for tokens in &tokens {
        house.get_user(tokens).await.ok();
    }
    tokens.push(house.sign_in("alice").await);
    for dead in &tokens[..4] {
        house.assert_dead(dead).await;
    }
    for alive in &tokens[4..] {
        house.get_user(alive).await.ok();
    }
}

#[tokio::test]
async fn others_untracked_and_expired_sessions_take_no_place() {
    let house = House::new().await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let untracked = house.sign_in("alice").await;
    house.configure("ENABLED", 2).await.ok();
    let bob = house.sign_in("bob").await;
    let one = house.sign_in("alice").await;
    house.server.clock.advance(TICK);
    // Active later than `one`, but expired when the limit is reached.
    let short = json!({
        "RefreshTokenValidity": 60, "AccessTokenValidity": 60, "IdTokenValidity": 60,
        "TokenValidityUnits": { "RefreshToken": "minutes", "AccessToken": "minutes", "IdToken": "minutes" },
    });
    let short = house.server.client(&house.pool, short).await;
    house.server.tokens(&short, "alice", PASSWORD).await;
    house.server.clock.advance(Duration::from_secs(3600));
    let two = house.sign_in("alice").await;
    for alive in [&untracked, &bob, &one, &two] {
        house.refresh(alive).await.ok();
    }
    assert_eq!(house.admin_list("alice").await.len(), 2);
}

#[tokio::test]
async fn there_is_no_limit_where_nothing_is_tracked() {
    let house = House::new().await;
    house.configure("DISABLED", 1).await.ok();
    let (one, two) = (house.sign_in("alice").await, house.sign_in("alice").await);
    for alive in [&one, &two] {
        house.get_user(alive).await.ok();
        house.refresh(alive).await.ok();
    }
}

/// By SRP, whose proofs are cheap, and over two nodes, each of which lets two sign-ins of a user run at once.
/// More nodes would charge more attempts before the proofs than the lockout allows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_sign_ins_at_once_never_leave_more_than_the_limit() {
    let house = House::tracking(5).await;
    let mut attempts = Vec::new();
    for _ in 0..50 {
        let (attempt, challenge) = house.server.begin_srp(&house.client, "alice").await;
        let answer = house.server.srp_answer(&house.pool, &attempt, &challenge, PASSWORD);
        attempts.push((challenge, answer));
    }
    let nodes = [house.server.clone(), house.server.another_node()];
    let mut running = tokio::task::JoinSet::new();
    for (i, (challenge, answer)) in attempts.into_iter().enumerate() {
        let (node, client) = (nodes[i % nodes.len()].clone(), house.client.clone());
        running.spawn(async move { node.respond(&client, &challenge, answer).await });
    }
    let mut granted = Vec::new();
    while let Some(reply) = running.join_next().await {
        granted.push(reply.unwrap().ok()["AuthenticationResult"].clone());
        let active = house.admin_list("alice").await.len();
        assert!(active <= 5, "{active}");
    }
    let mut alive = 0;
    for tokens in &granted {
        match house.get_user(tokens).await.status {
            200 => alive += 1,
            _ => house.assert_dead(tokens).await,
        }
    }
    assert_eq!((granted.len(), alive), (50, 5));
}
