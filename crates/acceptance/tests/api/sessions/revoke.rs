use serde_json::json;

use super::{House, PASSWORD};

const NOT_FOUND: (&str, &str) = ("ResourceNotFoundException", "Session does not exist.");

#[tokio::test]
async fn a_session_that_is_not_the_callers_is_not_found() {
    let house = House::tracking(20).await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let (alice, bob) = (house.sign_in("alice").await, house.sign_in("bob").await);
    let other = other_house(&house).await;
    let foreign = other.sign_in("alice").await;
    let (of_bob, of_foreign) = (house.id_of(&bob).await, other.id_of(&foreign).await);
    for id in
        [of_bob.as_str(), &of_foreign, &format!("tkn{}", "a".repeat(25)), &format!("sso{}", &of_bob[3..])]
    {
        house.revoke(&alice, id).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        house.admin_revoke("alice", id).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    }
    house.admin_revoke("nobody", &of_bob).await.refused("UserNotFoundException", "User does not exist.");
    for tokens in [&alice, &bob] {
        house.get_user(tokens).await.ok();
        house.refresh(tokens).await.ok();
    }
    other.refresh(&foreign).await.ok();
}

async fn other_house(house: &House) -> House {
    let server = house.server.clone();
    let pool = server.pool(json!({})).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    let other = House { server, pool, client };
    other.configure("ENABLED", 20).await.ok();
    other
}

#[tokio::test]
async fn malformed_ids_and_callers_without_authority_are_refused() {
    let house = House::tracking(20).await;
    let (one, two) = (house.sign_in("alice").await, house.sign_in("alice").await);
    let id = house.id_of(&two).await;
    for wrong in ["", "tkn", &id[1..], &id.to_uppercase(), &format!("{id}a"), &format!("abc{}", &id[3..])] {
        house.revoke(&one, wrong).await.refused_as("InvalidParameterException");
        house.admin_revoke("alice", wrong).await.refused_as("InvalidParameterException");
    }
    let linked = json!({
        "AccessToken": one["AccessToken"], "SessionId": id, "RevokeAssociatedSessions": "ALL",
    });
    let reply = house.server.call_unsigned("RevokeUserSession", linked).await;
    reply.refused_as("InvalidParameterException");
    for token in ["IdToken", "RefreshToken"] {
        let input = json!({ "AccessToken": one[token], "SessionId": id });
        let reply = house.server.call_unsigned("RevokeUserSession", input).await;
        reply.refused_as("NotAuthorizedException");
    }
    let input = json!({ "UserPoolId": house.pool, "Username": "alice", "SessionId": id });
    let unsigned = house.server.call_unsigned("AdminRevokeUserSession", input.clone()).await;
    unsigned.refused_as("MissingAuthenticationTokenException");
    let foreign =
        house.server.call_as("111111111111", testkit::REGION, "AdminRevokeUserSession", input).await;
    foreign.refused_as("ResourceNotFoundException");
    house.get_user(&two).await.ok();
}

#[tokio::test]
async fn the_present_session_is_not_revoked_by_its_own_token() {
    let house = House::tracking(20).await;
    let tokens = house.sign_in("alice").await;
    let id = house.id_of(&tokens).await;
    for associated in ["NONE", "LINKED"] {
        let input = json!({
            "AccessToken": tokens["AccessToken"], "SessionId": id, "RevokeAssociatedSessions": associated,
        });
        house.server.call_unsigned("RevokeUserSession", input).await.refused(
            "InvalidParameterException",
            "The session of the access token cannot be revoked by this operation.",
        );
    }
    // Nor by a token that a refresh gave: the session is the same.
    let mut refreshed = house.refresh(&tokens).await.ok()["AuthenticationResult"].clone();
    refreshed["RefreshToken"] = tokens["RefreshToken"].clone();
    house.revoke(&refreshed, &id).await.refused_as("InvalidParameterException");
    house.get_user(&tokens).await.ok();
    house.refresh(&tokens).await.ok();
}

#[tokio::test]
async fn nothing_is_revoked_by_id_where_nothing_is_tracked() {
    let house = House::tracking(20).await;
    let (one, two) = (house.sign_in("alice").await, house.sign_in("alice").await);
    let id = house.id_of(&two).await;
    house.configure("DISABLED", 20).await.ok();
    // Nor after tracking was switched on again, which makes no record.
    for _ in 0..2 {
        house.revoke(&one, &id).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        house.admin_revoke("alice", &id).await.refused(NOT_FOUND.0, NOT_FOUND.1);
        house.configure("ENABLED", 20).await.ok();
    }
    house.get_user(&two).await.ok();
}

#[tokio::test]
async fn a_revoked_session_is_dead_and_the_others_live() {
    let house = House::tracking(20).await;
    let (one, two, three) =
        (house.sign_in("alice").await, house.sign_in("alice").await, house.sign_in("alice").await);
    let refreshed = house.refresh(&two).await.ok()["AuthenticationResult"].clone();
    let (of_two, of_three) = (house.id_of(&two).await, house.id_of(&three).await);
    assert_eq!(house.revoke(&one, &of_two).await.ok(), json!({}));
    house.assert_dead(&two).await;
    house.get_user(&refreshed).await.refused("NotAuthorizedException", "Access Token has been revoked");
    house.revoke(&one, &of_two).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    house.revoke(&two, &of_three).await.refused("NotAuthorizedException", "Access Token has been revoked");
    house.get_user(&three).await.ok();
    assert_eq!(house.admin_revoke("alice", &of_three).await.ok(), json!({}));
    house.assert_dead(&three).await;
    house.admin_revoke("alice", &of_three).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    house.get_user(&one).await.ok();
    house.refresh(&one).await.ok();
    assert_eq!(house.admin_list("alice").await.len(), 1);
}

/// Clients without token revocation too: the operation is about the session, not about a token.
#[tokio::test]
async fn sessions_of_clients_without_token_revocation_end_too() {
    let mut house = House::tracking(20).await;
    house.client = house.server.client(&house.pool, json!({ "EnableTokenRevocation": false })).await;
    let (one, two) = (house.sign_in("alice").await, house.sign_in("alice").await);
    house.revoke(&one, &house.id_of(&two).await).await.ok();
    house.assert_dead(&two).await;
    house.get_user(&one).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sessions_that_revoke_each_other_do_not_both_succeed() {
    let house = House::tracking(20).await;
    for _ in 0..10 {
        let (one, two) = (house.sign_in("alice").await, house.sign_in("alice").await);
        let (of_one, of_two) = (house.id_of(&one).await, house.id_of(&two).await);
        let (a, b) = tokio::join!(house.revoke(&one, &of_two), house.revoke(&two, &of_one));
        assert_eq!([a.status, b.status].iter().filter(|status| **status == 200).count(), 1, "{a:?} {b:?}");
        let (alive, dead) = if a.status == 200 { (one, two) } else { (two, one) };
        house.get_user(&alive).await.ok();
        house.assert_dead(&dead).await;
    }
}

/// A refresh that found its session before it was revoked does not outlive the revocation.
#[tokio::test]
async fn activity_of_a_revoked_session_is_refused() {
    let house = House::tracking(20).await;
    let (one, two) = (house.sign_in("alice").await, house.sign_in("alice").await);
    let claims = crate::api::auth::tokens::claims(&two["AccessToken"]);
    let session = domain::ids::SessionId::new(claims["origin_jti"].as_str().unwrap());
    let services = &house.server.services;
    let pool = domain::ids::PoolId::new(house.pool.as_str());
    let live = services.directory.by_id(&services.db, &pool).await.unwrap().unwrap();
    let activity = domain::session_tracking::Activity {
        at: domain::ports::Clock::now(house.server.clock.as_ref()),
        ip_address: "127.0.0.1".into(),
        device_type: "unknown".into(),
    };
    let touch = || storage::session_records::touch(&live.pool_ref, &session, &activity);
    let refusal = |guard| (guard == storage::sessions::LIVES).then_some(domain::Error::RefreshTokenRevoked);
    services.db.apply([touch()], refusal).await.unwrap();
    house.revoke(&one, &house.id_of(&two).await).await.ok();
    let refused = services.db.apply([touch()], refusal).await;
    assert_eq!(refused, Err(domain::Error::RefreshTokenRevoked));
}
