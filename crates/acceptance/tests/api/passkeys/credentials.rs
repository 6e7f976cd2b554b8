//! ListWebAuthnCredentials and DeleteWebAuthnCredential.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::authenticator::{Answer, SoftPasskey};

use super::{House, ORIGIN, PASSWORD};

#[tokio::test]
async fn nobody_sees_or_deletes_the_passkeys_of_others() {
    let house = House::new().await;
    let passkey = house.register().await;
    let not_found = ("ResourceNotFoundException", "Credential does not exist.");
    let named = json!({ "CredentialId": passkey.name() });
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let bob = house.token_of("bob").await;
    house.by(&bob, "DeleteWebAuthnCredential", named.clone()).await.refused(not_found.0, not_found.1);
    let listed = house.by(&bob, "ListWebAuthnCredentials", json!({})).await.ok();
    assert_eq!(listed["Credentials"], json!([]));
    // A user of the same name in another pool.
    let elsewhere = House::on(house.server.clone()).await;
    elsewhere.own("DeleteWebAuthnCredential", named.clone()).await.refused(not_found.0, not_found.1);
    for id in ["", "AAAA", &passkey.name().to_uppercase(), &format!("{}=", passkey.name())] {
        let input = json!({ "CredentialId": id });
        house.own("DeleteWebAuthnCredential", input).await.refused(not_found.0, not_found.1);
    }
    assert_eq!(house.list().await.len(), 1);
    house.own("DeleteWebAuthnCredential", named.clone()).await.ok();
    house.own("DeleteWebAuthnCredential", named).await.refused(not_found.0, not_found.1);
    assert!(house.list().await.is_empty());
}

#[tokio::test]
async fn a_page_token_is_of_one_user_and_expires() {
    let house = House::new().await;
    house.register().await;
    house.register().await;
    let first = house.own("ListWebAuthnCredentials", json!({ "MaxResults": 1 })).await.ok();
    let next = json!({ "NextToken": first["NextToken"] });
    house.server.user(&house.pool, "bob", PASSWORD).await;
    let bob = house.token_of("bob").await;
    let invalid = ("InvalidParameterException", "Invalid pagination token");
    house.by(&bob, "ListWebAuthnCredentials", next.clone()).await.refused(invalid.0, invalid.1);
    house.own("ListWebAuthnCredentials", json!({ "NextToken": "x" })).await.refused(invalid.0, invalid.1);
    house.own("ListWebAuthnCredentials", json!({ "MaxResults": 21 })).await.refused_as(invalid.0);
    house.own("ListWebAuthnCredentials", next.clone()).await.ok();
    house.server.clock.advance(Duration::from_secs(3600));
    let token = house.token_of("alice").await;
    house.by(&token, "ListWebAuthnCredentials", next).await.refused(invalid.0, invalid.1);
}

#[tokio::test]
async fn passkeys_are_listed_page_by_page_in_the_order_of_their_registration() {
    let house = House::new().await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(house.register().await.name());
        house.server.clock.advance(Duration::from_secs(1));
    }
    for size in [1, 2, 5, 20] {
        let mut seen = Vec::new();
        let mut input = json!({ "MaxResults": size });
        loop {
            let page = house.own("ListWebAuthnCredentials", input.clone()).await.ok();
            let items = page["Credentials"].as_array().unwrap();
            assert!((1..=size).contains(&items.len()));
            seen.extend(items.iter().map(|item| item["CredentialId"].as_str().unwrap().to_owned()));
            if page["NextToken"].is_null() {
                break;
            }
            input["NextToken"] = page["NextToken"].clone();
        }
        assert_eq!(seen, expected, "{size}");
    }
    for all in [json!({}), json!({ "MaxResults": 0 })] {
        let page = house.own("ListWebAuthnCredentials", all).await.ok();
        assert_eq!((page["Credentials"].as_array().unwrap().len(), &page["NextToken"]), (5, &Value::Null));
    }
}

#[tokio::test]
async fn a_passkey_is_described_as_its_browser_did() {
    let house = House::new().await;
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let passkey = SoftPasskey::new();
    let mut credential = passkey.register(&answer);
    credential["response"]["transports"] = json!(["internal", "carrier-pigeon"]);
    house.complete(credential).await.ok();
    let listed = house.list().await;
    assert_eq!(
        listed,
        [json!({
            "CredentialId": passkey.name(),
            "FriendlyCredentialName": "Passkey on a device",
            "RelyingPartyId": "example.com",
            "AuthenticatorAttachment": "platform",
            "AuthenticatorTransports": ["internal"],
            "CreatedAt": listed[0]["CreatedAt"],
        })]
    );
    assert_eq!(listed[0]["CreatedAt"].as_f64().unwrap(), 1_795_521_600.0);
    let answer = Answer::to_creation(&house.start().await, ORIGIN);
    let mut credential = SoftPasskey::new().register(&answer);
    credential.as_object_mut().unwrap().remove("authenticatorAttachment");
    credential["response"].as_object_mut().unwrap().remove("transports");
    house.complete(credential).await.ok();
    let plain = house.list().await.into_iter().find(|p| p["CredentialId"] != passkey.name()).unwrap();
    assert_eq!(plain["FriendlyCredentialName"], "Passkey");
    assert_eq!(plain["AuthenticatorTransports"], json!([]));
    assert!(plain.get("AuthenticatorAttachment").is_none());
}

/// The write judges again what the token was judged by.
#[tokio::test]
async fn a_user_disabled_or_signed_out_meanwhile_changes_no_passkeys() {
    let house = House::new().await;
    let passkey = house.register().await;
    let db = &house.server.services.db;
    let pool = domain::ids::PoolId::new(house.pool.as_str());
    let (_, pool_ref) = storage::pools::resolve_any_account(db, &pool).await.unwrap().unwrap();
    let id = domain::ids::UserId::new(house.alice.as_str());
    let mut copy = storage::passkeys::of_user(db, &pool_ref, &id).await.unwrap().swap_remove(0);
    copy.credential_id = "AAAA".into();
    for operation in ["AdminUserGlobalSignOut", "AdminDisableUser"] {
        let stale = storage::users::find(db, &pool_ref, &id).await.unwrap().unwrap();
        let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
        house.server.call(operation, named).await.ok();
        let insert = storage::passkeys::insert(&pool_ref, &stale, &copy).unwrap().to_vec();
        let delete = storage::passkeys::delete(&pool_ref, &stale, &passkey.name()).to_vec();
        for batch in [insert, delete] {
            let refusal = |guard| {
                assert_eq!(guard, storage::users::CREDENTIALS_UNCHANGED);
                Some(domain::Error::AccessTokenRevoked)
            };
            assert_eq!(db.apply(batch, refusal).await, Err(domain::Error::AccessTokenRevoked), "{operation}");
        }
    }
    assert_eq!(storage::passkeys::of_user(db, &pool_ref, &id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn passkeys_go_with_their_user() {
    let house = House::new().await;
    let passkey = house.register().await;
    let begun = Answer::to_creation(&house.start().await, ORIGIN);
    house.own("DeleteUser", json!({})).await.ok();
    house.server.user(&house.pool, "alice", PASSWORD).await;
    let token = house.token_of("alice").await;
    let listed = house.by(&token, "ListWebAuthnCredentials", json!({})).await.ok();
    assert_eq!(listed["Credentials"], json!([]));
    let credential = json!({ "Credential": SoftPasskey::new().register(&begun) });
    house
        .by(&token, "CompleteWebAuthnRegistration", credential)
        .await
        .refused_as("WebAuthnChallengeNotFoundException");
    // The credential id is free again.
    let options = house.by(&token, "StartWebAuthnRegistration", json!({})).await.ok();
    let answer = Answer::to_creation(&options["CredentialCreationOptions"], ORIGIN);
    let credential = json!({ "Credential": passkey.register(&answer) });
    house.by(&token, "CompleteWebAuthnRegistration", credential).await.ok();
}
