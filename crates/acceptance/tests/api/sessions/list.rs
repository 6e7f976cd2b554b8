use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{House, PASSWORD};

#[tokio::test]
async fn only_a_living_access_token_lists() {
    let house = House::tracking(20).await;
    let tokens = house.sign_in("alice").await;
    let by = async |token: &Value| {
        house.server.call_unsigned("ListUserSessions", json!({ "AccessToken": token })).await
    };
    by(&tokens["IdToken"]).await.refused_as("NotAuthorizedException");
    by(&"garbage".into()).await.refused("NotAuthorizedException", "Invalid Access Token");
    house.server.call_unsigned("ListUserSessions", json!({})).await.refused_as("InvalidParameterException");
    let next = json!({ "AccessToken": tokens["AccessToken"], "NextToken": "abc" });
    house
        .server
        .call_unsigned("ListUserSessions", next)
        .await
        .refused("InvalidParameterException", "Invalid pagination token");
    house.server.call_unsigned("GlobalSignOut", json!({ "AccessToken": tokens["AccessToken"] })).await.ok();
    by(&tokens["AccessToken"]).await.refused("NotAuthorizedException", "Access Token has been revoked");
    let again = house.sign_in("alice").await;
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    house.server.call("AdminDisableUser", named).await.ok();
    by(&again["AccessToken"]).await.refused("NotAuthorizedException", "User is disabled.");
}

#[tokio::test]
async fn administrators_list_users_of_their_pool_only() {
    let house = House::tracking(20).await;
    house.sign_in("alice").await;
    let other = house.server.pool(json!({})).await;
    let input = |pool: &str, username: &str| json!({ "UserPoolId": pool, "Username": username });
    for (pool, username) in [(&house.pool, "nobody"), (&other, "alice")] {
        let reply = house.server.call("AdminListUserSessions", input(pool, username)).await;
        reply.refused("UserNotFoundException", "User does not exist.");
    }
    let known = input(&house.pool, "alice");
    let unsigned = house.server.call_unsigned("AdminListUserSessions", known.clone()).await;
    unsigned.refused_as("MissingAuthenticationTokenException");
    let foreign =
        house.server.call_as("111111111111", testkit::REGION, "AdminListUserSessions", known.clone()).await;
    foreign.refused_as("ResourceNotFoundException");
    let mut next = known;
    next["NextToken"] = "abc".into();
    let reply = house.server.call("AdminListUserSessions", next).await;
    reply.refused("InvalidParameterException", "Invalid pagination token");
}

#[tokio::test]
async fn nothing_is_shown_of_what_was_not_tracked() {
    let house = House::new().await;
    let before = house.sign_in("alice").await;
    let none = json!({ "Sessions": [] });
    assert_eq!(house.list(&before).await.ok(), none);
    house.configure("ENABLED", 20).await.ok();
    // A refresh makes no record of a session that began without one.
    house.refresh(&before).await.ok();
    assert_eq!(house.list(&before).await.ok(), none);
    let during = house.sign_in("alice").await;
    assert_eq!(house.admin_list("alice").await.len(), 1);
    house.configure("DISABLED", 20).await.ok();
    assert_eq!(house.list(&during).await.ok(), none);
    house.sign_in("alice").await;
    house.refresh(&during).await.ok();
    // The records are forgotten, the sessions are not.
    house.configure("ENABLED", 20).await.ok();
    assert_eq!(house.list(&during).await.ok(), none);
    house.get_user(&during).await.ok();
    house.get_user(&before).await.ok();
}

#[tokio::test]
async fn a_record_says_when_where_and_by_what() {
    let house = House::tracking(20).await;
    house.server.user(&house.pool, "bob", PASSWORD).await;
    house.sign_in("bob").await;
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": house.client,
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    let request = Request::post("/")
        .header("host", "localhost:9229")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")
        .body(Bytes::from(input.to_string()))
        .unwrap();
    let address: IpAddr = "2001:db8::7".parse().unwrap();
    let one = house.server.request_from(address, request).await.ok()["AuthenticationResult"].clone();
    let began = domain::ports::Clock::now(house.server.clock.as_ref()).secs();
    house.server.clock.advance(Duration::from_secs(10));
    let two = house.sign_in("alice").await;

    let listed = house.list(&one).await.ok()["Sessions"].as_array().unwrap().clone();
    let [latest, first] = listed.as_slice() else { panic!("{listed:?}") };
    let mut expected = json!({
        "SessionId": first["SessionId"],
        "SessionType": "TOKEN",
        "ClientId": house.client,
        "CreateDate": began as f64,
        "LastActiveDate": began as f64,
        "DeviceType": "Firefox, Linux",
        "LastIPAddress": "2001:db8::7",
        "IsCurrentSession": true,
    });
    let seconds = |session: &Value, member: &str| session[member].as_f64().unwrap() as i64;
    assert_eq!(seconds(first, "CreateDate"), began);
    assert_eq!(seconds(latest, "CreateDate"), began + 10);
    for member in ["CreateDate", "LastActiveDate"] {
        expected[member] = first[member].clone();
    }
    assert_eq!(*first, expected);
    assert_eq!((&latest["DeviceType"], &latest["LastIPAddress"]), (&json!("unknown"), &json!("127.0.0.1")));
    assert_eq!(latest["IsCurrentSession"], false);
    for session in &listed {
        let id = session["SessionId"].as_str().unwrap();
        let rest = id.strip_prefix("tkn").unwrap();
        assert!(
            rest.len() == 25 && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
            "{id}"
        );
        // What tokens show is not what lists show.
        for tokens in [&one, &two] {
            let claims = crate::api::auth::tokens::claims(&tokens["AccessToken"]).to_string();
            assert!(!claims.contains(id));
        }
    }
    // Administrators see the same, with no session the present one.
    let by_admin = house.admin_list("alice").await;
    assert!(by_admin.iter().all(|session| session["IsCurrentSession"] == false));
    let ids = |list: &[Value]| list.iter().map(|s| s["SessionId"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&by_admin), ids(&listed));
}

#[tokio::test]
async fn every_way_to_refresh_is_activity() {
    let house = House::tracking(20).await;
    let rotating = house
        .server
        .client(
            &house.pool,
            json!({
                "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
                "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 60 },
            }),
        )
        .await;
    let tokens = house.sign_in("alice").await;
    let turning = house.server.tokens(&rotating, "alice", PASSWORD).await;
    let activity = async |client: &str| {
        let sessions = house.admin_list("alice").await;
        let session = sessions.iter().find(|s| s["ClientId"] == client).unwrap();
        let seconds = |member: &str| session[member].as_f64().unwrap();
        seconds("LastActiveDate") - seconds("CreateDate")
    };
    let rotate = json!({ "ClientId": rotating, "RefreshToken": turning["RefreshToken"] });
    let ten = Duration::from_secs(10);
    house.server.clock.advance(ten);
    house.refresh(&tokens).await.ok();
    assert_eq!((activity(&house.client).await, activity(&rotating).await), (10.0, 0.0));
    house.server.clock.advance(ten);
    house.refresh_by_flow(&tokens).await.ok();
    house.server.call_unsigned("GetTokensFromRefreshToken", rotate.clone()).await.ok();
    assert_eq!((activity(&house.client).await, activity(&rotating).await), (20.0, 20.0));
    // The replaced token again, within its grace.
    house.server.clock.advance(ten);
    house.server.call_unsigned("GetTokensFromRefreshToken", rotate).await.ok();
    assert_eq!((activity(&house.client).await, activity(&rotating).await), (20.0, 30.0));
    // Other use of a session is none.
    house.get_user(&tokens).await.ok();
    assert_eq!(activity(&house.client).await, 20.0);
}

#[tokio::test]
async fn sessions_that_ended_are_not_shown() {
    let house = House::tracking(20).await;
    let short = json!({
        "RefreshTokenValidity": 60, "AccessTokenValidity": 60, "IdTokenValidity": 60,
        "TokenValidityUnits": { "RefreshToken": "minutes", "AccessToken": "minutes", "IdToken": "minutes" },
    });
    let short = house.server.client(&house.pool, short).await;
    house.server.tokens(&short, "alice", PASSWORD).await;
    let one = house.sign_in("alice").await;
    house.sign_in("alice").await;
    assert_eq!(house.admin_list("alice").await.len(), 3);
    let expired = house.server.tokens(&short, "alice", PASSWORD).await;
    let expired = house.id_of(&expired).await;
    house.server.clock.advance(Duration::from_secs(3600));
    assert_eq!(house.admin_list("alice").await.len(), 2);
    house.admin_revoke("alice", &expired).await.refused_as("ResourceNotFoundException");
    let revoke = json!({
        "ClientId": house.client, "Token": one["RefreshToken"], "RevokeAssociatedSessions": "LINKED",
    });
    house.server.call_unsigned("RevokeToken", revoke).await.ok();
    assert_eq!(house.admin_list("alice").await.len(), 1);
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    house.server.call("AdminUserGlobalSignOut", named).await.ok();
    assert!(house.admin_list("alice").await.is_empty());
}
