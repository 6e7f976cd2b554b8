//! Making and deleting accounts, users, roles and keys: IAM's refusals.

use std::collections::BTreeMap;

use domain::ids::{AccessKeyId, AccountId};
use domain::principal::{KeyStatus, Kind, KindName, RoleSettings};
use flows::principals::entities::New;
use flows::principals::{access_keys, accounts, entities};
use serde_json::json;
use testkit::TestServer;

use super::{ACCOUNT, nothing, statement};

fn user(name: &str) -> New {
    New {
        account: AccountId::new(ACCOUNT),
        kind: Kind::User,
        name: name.into(),
        path: "/".into(),
        tags: BTreeMap::new(),
    }
}

fn role(trust_policy: &str, max_session_duration: i64) -> New {
    New {
        kind: Kind::Role(RoleSettings { trust_policy: trust_policy.into(), max_session_duration }),
        ..user("r")
    }
}

fn trust() -> String {
    statement(json!({ "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole" }))
        .to_string()
}

#[tokio::test]
async fn what_is_no_account_user_or_role_is_not_made() {
    let server = TestServer::start_serve().await;
    let services = &server.services;
    accounts::create(services, ACCOUNT, "main").await.unwrap();
    entities::create(services, user("alice")).await.unwrap();
    let before = server.snapshot().await;
    for (id, name, code) in [
        (ACCOUNT, "again", "EntityAlreadyExists"),
        ("12345678901", "x", "ValidationError"),
        ("1234567890123", "x", "ValidationError"),
        ("12345678901x", "x", "ValidationError"),
        ("111111111111", "", "ValidationError"),
    ] {
        assert_eq!(accounts::create(services, id, name).await.unwrap_err().code(), code, "{id}");
    }
    let tags = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let many = (0..51).map(|i| (i.to_string(), String::new())).collect();
    let trust = trust();
    for (new, code) in [
        (user(""), "ValidationError"),
        (user("a b"), "ValidationError"),
        (user("a/b"), "ValidationError"),
        (user("é"), "ValidationError"),
        (user(&"a".repeat(65)), "ValidationError"),
        (user("ALICE"), "EntityAlreadyExists"),
        (New { account: AccountId::new("999999999999"), ..user("bob") }, "NoSuchEntity"),
        (New { path: String::new(), ..user("bob") }, "ValidationError"),
        (New { path: "/a".into(), ..user("bob") }, "ValidationError"),
        (New { path: "a/".into(), ..user("bob") }, "ValidationError"),
        (New { path: "//".into(), ..user("bob") }, "ValidationError"),
        (New { path: "/*/".into(), ..user("bob") }, "ValidationError"),
        (New { path: "/a b/".into(), ..user("bob") }, "ValidationError"),
        (New { tags: tags("", "x"), ..user("bob") }, "ValidationError"),
        (New { tags: tags("AWS:x", "x"), ..user("bob") }, "ValidationError"),
        (New { tags: tags("x", &"v".repeat(257)), ..user("bob") }, "ValidationError"),
        (New { tags: many, ..user("bob") }, "LimitExceeded"),
        (role("", 3_600), "MalformedPolicyDocument"),
        (role("{}", 3_600), "MalformedPolicyDocument"),
        (role(&nothing().to_string(), 3_600), "MalformedPolicyDocument"),
        (role(&trust, 3_599), "ValidationError"),
        (role(&trust, 43_201), "ValidationError"),
    ] {
        let shown = format!("{new:?}");
        assert_eq!(entities::create(services, new).await.unwrap_err().code(), code, "{shown}");
    }
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
    let made =
        entities::create(services, New { path: "/ops/eu/".into(), ..role(&trust, 43_200) }).await.unwrap();
    assert_eq!(made.arn(), format!("arn:aws:iam::{ACCOUNT}:role/ops/eu/r"));
}

#[tokio::test]
async fn keys_are_of_users_and_two_at_most() {
    let server = TestServer::start_serve().await;
    let services = &server.services;
    accounts::create(services, ACCOUNT, "main").await.unwrap();
    let alice = entities::create(services, user("alice")).await.unwrap();
    let bob = entities::create(services, user("bob")).await.unwrap();
    let role = entities::create(services, role(&trust(), 3_600)).await.unwrap();
    assert_eq!(access_keys::create(services, &role).await.unwrap_err().code(), "ValidationError");
    let (key, secret) = access_keys::create(services, &alice).await.unwrap();
    assert_eq!((key.id.as_str().len(), secret.len()), (20, 40));
    access_keys::create(services, &alice).await.unwrap();
    let third = access_keys::create(services, &alice).await.unwrap_err();
    assert_eq!(third.to_string(), "Cannot exceed quota for AccessKeysPerUser: 2");
    let text = format!("The Access Key with id {} cannot be found.", key.id);
    for refused in [
        access_keys::delete(services, &bob, &key.id).await,
        access_keys::set_status(services, &bob, &key.id, KeyStatus::Inactive).await,
    ] {
        assert_eq!(refused.unwrap_err().to_string(), text);
    }
    let none = AccessKeyId::new("AKIANONE");
    assert_eq!(access_keys::delete(services, &alice, &none).await.unwrap_err().code(), "NoSuchEntity");
    assert_eq!(access_keys::list(services, &alice).await.unwrap().len(), 2);
    entities::delete(services, &alice).await.unwrap();
    for refused in
        [entities::delete(services, &alice).await, access_keys::create(services, &alice).await.map(drop)]
    {
        assert_eq!(refused.unwrap_err().to_string(), "The user with name alice cannot be found.");
    }
    let left = entities::list(services, &AccountId::new(ACCOUNT), KindName::User, "", 10).await.unwrap();
    assert_eq!(left, [bob]);
}
