//! StartWebAuthnRegistration and CompleteWebAuthnRegistration: what they give, and who may.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use testkit::authenticator::{Answer, SoftPasskey, USER_PRESENT};
use testkit::{Reply, TestServer};

use super::{House, ORIGIN, PASSWORD, with_passkeys};

const NOT_FOUND: (&str, &str) =
    ("WebAuthnChallengeNotFoundException", "The passkey registration has expired or was not started.");

#[tokio::test]
async fn a_pool_must_allow_and_configure_passkeys() {
    let server = TestServer::start().await;
    let credential = SoftPasskey::new()
        .register(&Answer::to_creation(&json!({ "rp": { "id": "example.com" }, "challenge": "AA" }), ORIGIN));
    for (settings, kind) in [
        (json!({}), "WebAuthnNotEnabledException"),
        (with_passkeys(), "WebAuthnConfigurationMissingException"),
    ] {
        let pool = server.pool(settings).await;
        let client = server.client(&pool, json!({})).await;
        server.user(&pool, "alice", PASSWORD).await;
        let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
        let input = json!({ "AccessToken": token });
        server.call_unsigned("StartWebAuthnRegistration", input).await.refused_as(kind);
        if kind == "WebAuthnNotEnabledException" {
            let input = json!({ "AccessToken": token, "Credential": credential });
            server.call_unsigned("CompleteWebAuthnRegistration", input).await.refused_as(kind);
        }
    }
}

#[tokio::test]
async fn a_registration_is_open_only_to_the_user_and_client_that_began_it() {
    let house = House::new().await;
    let passkey = SoftPasskey::new();
    let unasked = Answer::to_creation(&json!({ "rp": { "id": "example.com" }, "challenge": "AAAA" }), ORIGIN);
    house.complete(passkey.register(&unasked)).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let credential = json!({ "Credential": passkey.register(&answer) });
    // Another user of the pool.
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let bob = house.token_of("bob").await;
    house
        .by(&bob, "CompleteWebAuthnRegistration", credential.clone())
        .await
        .refused(NOT_FOUND.0, NOT_FOUND.1);
    // Bob has begun one himself, and is handed alice's answer.
    house.by(&bob, "StartWebAuthnRegistration", json!({})).await.ok();
    house
        .by(&bob, "CompleteWebAuthnRegistration", credential.clone())
        .await
        .refused(NOT_FOUND.0, NOT_FOUND.1);
    // Alice through another client.
    let other = house.server.client(&house.pool, json!({})).await;
    let token = house.server.tokens(&other, "alice", PASSWORD).await["AccessToken"].clone();
    house.by(&token, "CompleteWebAuthnRegistration", credential.clone()).await.refused(
        "WebAuthnClientMismatchException",
        "The passkey registration was started by another app client.",
    );
    assert!(house.list().await.is_empty());
    // None of it used the registration up.
    house.own("CompleteWebAuthnRegistration", credential).await.ok();
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_in_time() {
    let house = House::new().await;
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    house.complete(SoftPasskey::new().register(&answer)).await.ok();
    house.complete(SoftPasskey::new().register(&answer)).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    // A later registration replaces the one begun before.
    let earlier = Answer::to_creation(&house.start().await, ORIGIN);
    let later = Answer::to_creation(&house.start().await, ORIGIN);
    assert_ne!(earlier.challenge, later.challenge);
    house.complete(SoftPasskey::new().register(&earlier)).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    house.server.clock.advance(Duration::from_secs(299));
    house.complete(SoftPasskey::new().register(&later)).await.ok();
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    house.server.clock.advance(Duration::from_secs(300));
    house.complete(SoftPasskey::new().register(&answer)).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    assert_eq!(house.list().await.len(), 2);
}

#[tokio::test]
async fn parallel_answers_to_one_challenge_make_one_passkey() {
    let house = House::new().await;
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let made = (0..8).map(|_| SoftPasskey::new().register(&answer)).collect::<Vec<_>>();
    let house = std::sync::Arc::new(house);
    let calls = made.into_iter().map(|credential| {
        let house = house.clone();
        tokio::spawn(async move { house.complete(credential).await })
    });
    let mut succeeded = 0;
    for call in calls.collect::<Vec<_>>() {
        let reply = call.await.unwrap();
        if reply.status == 200 {
            succeeded += 1;
        } else {
            reply.refused(NOT_FOUND.0, NOT_FOUND.1);
        }
    }
    assert_eq!((succeeded, house.list().await.len()), (1, 1));
}

/// Two answers that both found the registration waiting: the write decides.
#[tokio::test]
async fn a_registration_is_consumed_once() {
    let house = House::new().await;
    house.start().await;
    let db = &house.server.services.db;
    let pool = domain::ids::PoolId::new(house.pool.as_str());
    let (_, pool_ref) = storage::pools::resolve_any_account(db, &pool).await.unwrap().unwrap();
    let id = domain::ids::UserId::new(house.alice.as_str());
    let begun = storage::passkey_registrations::find(db, &pool_ref, &id).await.unwrap().unwrap();
    let consume = async |registration: &str| {
        let statement = storage::passkey_registrations::consume(&pool_ref, &id, registration);
        db.apply([statement], |guard| Some(domain::Error::NotFound(guard.into()))).await
    };
    let waits = || Err(domain::Error::NotFound(storage::passkey_registrations::WAITS.into()));
    assert_eq!(consume("another").await, waits());
    assert_eq!(consume(&begun.id).await, Ok(()));
    assert_eq!(consume(&begun.id).await, waits());
}

#[tokio::test]
async fn a_credential_has_one_owner() {
    let house = House::new().await;
    let passkey = house.register().await;
    let taken = ("InvalidParameterException", "The credential is already registered.");
    let options = house.start().await;
    assert_eq!(
        options["excludeCredentials"],
        json!([{ "type": "public-key", "id": passkey.name(), "transports": ["internal", "hybrid"] }])
    );
    house.complete(passkey.register(&Answer::to_creation(&options, ORIGIN))).await.refused(taken.0, taken.1);
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let bob = house.token_of("bob").await;
    let start = async || {
        house.by(&bob, "StartWebAuthnRegistration", json!({})).await.ok()["CredentialCreationOptions"].clone()
    };
    let options = start().await;
    assert_eq!(options["excludeCredentials"], json!([]));
    let credential = passkey.register(&Answer::to_creation(&options, ORIGIN));
    house
        .by(&bob, "CompleteWebAuthnRegistration", json!({ "Credential": credential }))
        .await
        .refused(taken.0, taken.1);
    assert_eq!(house.list().await.len(), 1);
}

#[tokio::test]
async fn a_user_has_at_most_twenty() {
    let house = House::new().await;
    for _ in 0..19 {
        house.register().await;
    }
    let limit = ("LimitExceededException", "A user can have at most 20 passkeys.");
    // One begun at nineteen, ended at twenty: only the limit of the writing batch stops it.
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    copy_passkey(&house).await;
    house.complete(SoftPasskey::new().register(&answer)).await.refused(limit.0, limit.1);
    house.own("StartWebAuthnRegistration", json!({})).await.refused(limit.0, limit.1);
    let listed = house.list().await;
    assert_eq!(listed.len(), 20);
    house.own("DeleteWebAuthnCredential", json!({ "CredentialId": listed[0]["CredentialId"] })).await.ok();
    house.register().await;
    assert_eq!(house.list().await.len(), 20);
}

/// The user's first passkey under another id, stored past the operations.
async fn copy_passkey(house: &House) {
    let db = &house.server.services.db;
    let pool = domain::ids::PoolId::new(house.pool.as_str());
    let (_, pool_ref) = storage::pools::resolve_any_account(db, &pool).await.unwrap().unwrap();
    let id = domain::ids::UserId::new(house.alice.as_str());
    let user = storage::users::find(db, &pool_ref, &id).await.unwrap().unwrap();
    let mut copy = storage::passkeys::of_user(db, &pool_ref, &id).await.unwrap().swap_remove(0);
    copy.credential_id = "AAAA".into();
    let batch = storage::passkeys::insert(&pool_ref, &user, &copy).unwrap();
    db.apply(batch, |_| None).await.unwrap();
}

#[tokio::test]
async fn an_update_of_the_pool_keeps_the_configuration_and_nothing_else_shows_it() {
    let house = House::new().await;
    let mut update = with_passkeys();
    update["UserPoolId"] = house.pool.as_str().into();
    house.server.call("UpdateUserPool", update).await.ok();
    assert_eq!(house.start().await["rp"]["id"], "example.com");
    let described = house.server.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert!(described["UserPool"].get("WebAuthnConfiguration").is_none(), "{described}");
}

#[tokio::test]
async fn the_options_are_those_of_the_pool() {
    let house = House::new().await;
    let options = house.start().await;
    assert_eq!(options["rp"], json!({ "id": "example.com", "name": "example.com" }));
    let id = BASE64URL_NOPAD.encode(house.alice.as_bytes());
    assert_eq!(options["user"], json!({ "id": id, "name": "alice", "displayName": "alice" }));
    assert_eq!(
        options["pubKeyCredParams"],
        json!([{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }])
    );
    assert_eq!(options["timeout"], 60_000);
    assert_eq!(options["excludeCredentials"], json!([]));
    let mut selection =
        json!({ "requireResidentKey": true, "residentKey": "required", "userVerification": "preferred" });
    assert_eq!(options["authenticatorSelection"], selection);
    assert_eq!(BASE64URL_NOPAD.decode(options["challenge"].as_str().unwrap().as_bytes()).unwrap().len(), 32);
    let required = json!({ "RelyingPartyId": "example.com", "UserVerification": "required" });
    house.server.set_web_authn(&house.pool, required).await;
    selection["userVerification"] = "required".into();
    assert_eq!(house.start().await["authenticatorSelection"], selection);
}

#[tokio::test]
async fn where_usernames_are_made_the_browser_shows_the_address() {
    let server = TestServer::start().await;
    let mut settings = with_passkeys();
    settings["UsernameAttributes"] = json!(["email", "phone_number"]);
    let pool = server.pool(settings).await;
    server.set_web_authn(&pool, json!({ "RelyingPartyId": "example.com" })).await;
    let sub = server.user(&pool, "a@example.com", PASSWORD).await;
    for (client, shown) in
        [(json!({}), "a@example.com"), (json!({ "ReadAttributes": ["name"] }), sub.as_str())]
    {
        let client = server.client(&pool, client).await;
        let token = server.tokens(&client, "a@example.com", PASSWORD).await["AccessToken"].clone();
        let started =
            server.call_unsigned("StartWebAuthnRegistration", json!({ "AccessToken": token })).await;
        let user = started.ok()["CredentialCreationOptions"]["user"].clone();
        assert_eq!((user["name"].as_str(), user["displayName"].as_str()), (Some(shown), Some(shown)));
    }
}

#[tokio::test]
async fn user_verification_is_demanded_where_the_pool_does() {
    let house = House::new().await;
    let unverified = async || -> Reply {
        let mut answer = Answer::to_creation(&house.start().await, ORIGIN);
        answer.flags = USER_PRESENT;
        house.complete(SoftPasskey::new().register(&answer)).await
    };
    unverified().await.ok();
    let multi = json!({ "RelyingPartyId": "example.com", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    for configuration in [json!({ "RelyingPartyId": "example.com", "UserVerification": "required" }), multi] {
        house.server.set_web_authn(&house.pool, configuration).await;
        unverified().await.refused("WebAuthnCredentialNotSupportedException", "The user was not verified.");
    }
}

#[tokio::test]
async fn whoever_must_reset_the_password_changes_no_passkeys() {
    let house = House::new().await;
    house.register().await;
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let email =
        json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    let mut update = named.clone();
    update["UserAttributes"] = email;
    house.server.call("AdminUpdateUserAttributes", update).await.ok();
    house.server.call("AdminResetUserPassword", named.clone()).await.ok();
    let calls: [(&str, Value); 4] = [
        ("StartWebAuthnRegistration", json!({})),
        ("CompleteWebAuthnRegistration", json!({ "Credential": SoftPasskey::new().register(&answer) })),
        ("ListWebAuthnCredentials", json!({})),
        ("DeleteWebAuthnCredential", json!({ "CredentialId": "AAAA" })),
    ];
    for (operation, input) in calls.clone() {
        house.own(operation, input).await.refused_as("PasswordResetRequiredException");
    }
    house.server.call("AdminDisableUser", named).await.ok();
    for (operation, input) in calls {
        house.own(operation, input).await.refused("NotAuthorizedException", "User is disabled.");
    }
}
