//! Accounts, users, roles, keys and policies, with the product's schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::random::{Random, SystemRandom};
use crypto::secret_box::RootKeys;
use domain::Error;
use domain::ids::{AccessKeyId, AccountId, PrincipalId};
use domain::principal::{AccessKey, KeyStatus, Kind, KindName, Policy, Principal, RoleSettings};
use domain::time::Time;
use storage::accounts::{self, Account};
use storage::engine::{PostgresOptions, Statement, Store};
use storage::principals::Lookup;
use storage::{Db, access_keys, principal_policies, principals};

const ACCOUNT: &str = "123456789012";

struct Fixture {
    db: Db,
    _folder: Option<tempfile::TempDir>,
}

impl Fixture {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::over(Store::open_sqlite(folder.path()).unwrap(), Some(folder)).await
    }

    async fn postgres() -> Self {
        let server = pgtest::Server::shared();
        let url = server.url(&server.create_database().await.unwrap());
        let store = Store::open_postgres(&url, PostgresOptions::default(), Arc::new(SystemRandom)).await;
        Self::over(store.unwrap(), None).await
    }

    async fn over(store: Store, folder: Option<tempfile::TempDir>) -> Self {
        let keys = Arc::new(RootKeys::new([7; 32], []));
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let fixture = Self { db: Db::new(store, keys, random), _folder: folder };
        let account =
            Account { id: AccountId::new(ACCOUNT), name: "main".into(), created_at: Time::from_secs(1) };
        fixture.apply([accounts::insert(&account)]).await.unwrap();
        assert_eq!(accounts::list(&fixture.db, "", 10).await.unwrap(), [account]);
        fixture
    }

    /// The name of the condition that failed.
    async fn apply(&self, batch: impl IntoIterator<Item = Statement>) -> Result<(), String> {
        match self.db.apply(batch, |name| Some(Error::NotFound(name.into()))).await {
            Ok(()) => Ok(()),
            Err(Error::NotFound(name)) => Err(name),
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn add(&self, name: &str, kind: Kind) -> Principal {
        let principal = new(name, kind);
        self.apply(principals::insert(&principal).unwrap()).await.unwrap();
        principal
    }

    async fn put(&self, principal: &Principal, name: &str, document: &str) -> Result<(), String> {
        let policy = Policy { name: name.into(), document: document.into() };
        self.apply(principal_policies::put(&principal.id, &policy)).await
    }

    async fn add_key(&self, user: &Principal, secret: &str) -> Result<AccessKeyId, String> {
        let key = AccessKey {
            id: AccessKeyId::generate(&SystemRandom),
            user: user.id.clone(),
            status: KeyStatus::Active,
            created_at: Time::from_secs(3),
        };
        self.apply(access_keys::insert(&self.db, &user.account, &key, secret)).await?;
        Ok(key.id)
    }
}

fn new(name: &str, kind: Kind) -> Principal {
    Principal {
        id: PrincipalId::generate(kind.name(), &SystemRandom),
        account: AccountId::new(ACCOUNT),
        kind,
        name: name.into(),
        path: "/".into(),
        tags: BTreeMap::from([("team".into(), "blue".into())]),
        version: 1,
        created_at: Time::from_secs(2),
    }
}

fn role(trust_policy: &str) -> Kind {
    Kind::Role(RoleSettings { trust_policy: trust_policy.into(), max_session_duration: 3600 })
}

macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(super::Fixture::sqlite().await).await })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(super::Fixture::postgres().await).await })+
        }
    };
}

on_both_engines!(
    a_key_is_read_with_its_user_and_all_policies,
    every_change_moves_the_version,
    names_are_unique_in_any_case_within_kind_and_account,
    limits_hold,
    deleting_a_user_takes_its_keys_and_policies,
    a_secret_opens_only_where_it_was_sealed,
);

async fn a_key_is_read_with_its_user_and_all_policies(fixture: Fixture) {
    let db = &fixture.db;
    let user = fixture.add("alice", Kind::User).await;
    let other = fixture.add("bob", Kind::User).await;
    fixture.put(&other, "else", "{}").await.unwrap();
    let id = fixture.add_key(&user, "the secret").await.unwrap();
    let found = access_keys::find(db, &id, None).await.unwrap().unwrap();
    assert_eq!((found.status, found.secret(db).unwrap().as_str()), (KeyStatus::Active, "the secret"));
    let Lookup::Read(read, policies) = found.user else { panic!("it was never read") };
    assert_eq!((read.version, policies.len()), (2, 0), "a new key moves the version on");
    assert_eq!(Principal { version: 1, ..read }, user);

    for name in ["b", "a"] {
        fixture.put(&user, name, &format!("{{\"Sid\":\"{name}\"}}")).await.unwrap();
    }
    let found = access_keys::find(db, &id, Some((&user.id, 2))).await.unwrap().unwrap();
    let Lookup::Read(read, policies) = found.user else { panic!("it has changed") };
    let names: Vec<_> = policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!((read.version, names), (4, vec!["a", "b"]));
    assert_eq!(policies[0].document, "{\"Sid\":\"a\"}");
    assert_eq!(policies, principal_policies::list(db, &user.id).await.unwrap());

    let unchanged = access_keys::find(db, &id, Some((&user.id, 4))).await.unwrap().unwrap();
    assert!(matches!(unchanged.user, Lookup::Unchanged));
    assert_eq!(unchanged.secret(db).unwrap().as_str(), "the secret");
    let of_another = access_keys::find(db, &id, Some((&other.id, 4))).await.unwrap().unwrap();
    assert!(matches!(of_another.user, Lookup::Read(_, policies) if policies.len() == 2));
    assert!(access_keys::find(db, &AccessKeyId::new("AKIANONE"), None).await.unwrap().is_none());
    assert!(!format!("{found:?}", found = unchanged).contains("the secret"));
}

async fn every_change_moves_the_version(fixture: Fixture) {
    let db = &fixture.db;
    let made = fixture.add("deploy", role("{}")).await;
    let version = async || match principals::find(db, &made.id, None).await.unwrap().unwrap() {
        Lookup::Read(principal, _) => principal.version,
        Lookup::Unchanged => panic!("nothing was known"),
    };
    assert_eq!(version().await, 1);
    let known = principals::find(db, &made.id, Some(1)).await.unwrap().unwrap();
    assert!(matches!(known, Lookup::Unchanged));
    fixture.put(&made, "p", "{}").await.unwrap();
    assert_eq!(version().await, 2);
    fixture.apply([principals::set_tags(&made.id, 2, &BTreeMap::new()).unwrap()]).await.unwrap();
    assert_eq!(version().await, 3);
    let settings = RoleSettings { trust_policy: "{\"a\":1}".into(), max_session_duration: 7200 };
    // What was read before the tags changed is not written over them.
    assert_eq!(
        fixture.apply([principals::set_role(&made.id, 2, &settings)]).await,
        Err(principals::UNCHANGED.into())
    );
    fixture.apply([principals::set_role(&made.id, 3, &settings)]).await.unwrap();
    assert_eq!(version().await, 4);
    fixture.apply(principal_policies::delete(&made.id, "p")).await.unwrap();
    assert_eq!(version().await, 5);
    let Some(Lookup::Read(read, policies)) = principals::find(db, &made.id, Some(4)).await.unwrap() else {
        panic!("it has changed")
    };
    assert_eq!((read.role(), read.tags.len(), policies.len()), (Some(&settings), 0, 0));
    assert_eq!(
        fixture.apply(principal_policies::delete(&made.id, "p")).await,
        Err(principal_policies::EXISTS.into())
    );
    let user = fixture.add("deploy", Kind::User).await;
    assert_eq!(
        fixture.apply([principals::set_role(&user.id, 1, &settings)]).await,
        Err(principals::UNCHANGED.into())
    );
}

async fn names_are_unique_in_any_case_within_kind_and_account(fixture: Fixture) {
    let db = &fixture.db;
    let alice = fixture.add("Alice", Kind::User).await;
    fixture.add("alice", role("{}")).await;
    let again = new("aLICE", Kind::User);
    let refused = fixture.apply(principals::insert(&again).unwrap()).await;
    assert_eq!(refused, Err(principals::NAME_FREE.into()));
    let elsewhere = Principal { account: AccountId::new("999999999999"), ..again };
    let refused = fixture.apply(principals::insert(&elsewhere).unwrap()).await;
    assert_eq!(refused, Err(accounts::EXISTS.into()));

    let account = AccountId::new(ACCOUNT);
    let found = principals::find_by_name(db, &account, KindName::User, "ALICE").await.unwrap();
    assert_eq!(found, Some(alice));
    let nobody = principals::find_by_name(db, &elsewhere.account, KindName::User, "alice").await.unwrap();
    assert_eq!(nobody, None);
    for name in ["Zoe", "bob", "carl"] {
        fixture.add(name, Kind::User).await;
    }
    let names = async |after: &str, limit| {
        let page = principals::list(db, &account, KindName::User, after, limit).await.unwrap();
        page.into_iter().map(|principal| principal.name).collect::<Vec<_>>()
    };
    assert_eq!(names("", 3).await, ["Alice", "bob", "carl"]);
    assert_eq!(names("CARL", 3).await, ["Zoe"]);
}

async fn limits_hold(fixture: Fixture) {
    let user = fixture.add("alice", Kind::User).await;
    for i in 0..principal_policies::MAX_PER_PRINCIPAL {
        fixture.put(&user, &i.to_string(), "{}").await.unwrap();
    }
    assert_eq!(fixture.put(&user, "more", "{}").await, Err(principal_policies::WITHIN_LIMIT.into()));
    fixture.put(&user, "0", "{\"new\":1}").await.unwrap();
    let policies = principal_policies::list(&fixture.db, &user.id).await.unwrap();
    assert_eq!((policies.len(), policies[0].document.as_str()), (20, "{\"new\":1}"));

    let racing = (0..10).map(|_| fixture.add_key(&user, "s"));
    let outcomes = futures_util::future::join_all(racing).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2, "{outcomes:?}");
    let keys = access_keys::list(&fixture.db, &user.id).await.unwrap();
    assert_eq!(keys.len(), 2);
    fixture.apply([access_keys::delete(&user.id, &keys[0].id)]).await.unwrap();
    assert_eq!(
        fixture.apply([access_keys::delete(&user.id, &keys[0].id)]).await,
        Err(access_keys::EXISTS.into())
    );
    fixture.add_key(&user, "s").await.unwrap();
    fixture.apply([access_keys::set_status(&user.id, &keys[1].id, KeyStatus::Inactive)]).await.unwrap();
    let found = access_keys::find(&fixture.db, &keys[1].id, None).await.unwrap().unwrap();
    assert_eq!(found.status, KeyStatus::Inactive);
    let other = fixture.add("bob", Kind::User).await;
    assert_eq!(
        fixture.apply([access_keys::delete(&other.id, &keys[1].id)]).await,
        Err(access_keys::EXISTS.into())
    );
}

async fn deleting_a_user_takes_its_keys_and_policies(fixture: Fixture) {
    let user = fixture.add("alice", Kind::User).await;
    let id = fixture.add_key(&user, "s").await.unwrap();
    fixture.put(&user, "p", "{}").await.unwrap();
    fixture.apply(principals::delete(&user.id)).await.unwrap();
    assert!(access_keys::find(&fixture.db, &id, None).await.unwrap().is_none());
    assert!(access_keys::find(&fixture.db, &id, Some((&user.id, 3))).await.unwrap().is_none());
    assert!(principals::find(&fixture.db, &user.id, None).await.unwrap().is_none());
    assert!(principal_policies::list(&fixture.db, &user.id).await.unwrap().is_empty());
    assert!(access_keys::list(&fixture.db, &user.id).await.unwrap().is_empty());
    for refused in [
        fixture.apply(principals::delete(&user.id)).await,
        fixture.put(&user, "p", "{}").await,
        fixture.add_key(&user, "s").await.map(drop),
    ] {
        assert_eq!(refused, Err(principals::EXISTS.into()));
    }
}

async fn a_secret_opens_only_where_it_was_sealed(fixture: Fixture) {
    let db = &fixture.db;
    let (alice, bob) = (fixture.add("alice", Kind::User).await, fixture.add("bob", Kind::User).await);
    let (of_alice, of_bob) =
        (fixture.add_key(&alice, "a").await.unwrap(), fixture.add_key(&bob, "b").await.unwrap());
    let move_secret = Statement::new(
        "UPDATE access_keys SET secret = (SELECT secret FROM access_keys WHERE access_key_id = $2) \
         WHERE access_key_id = $1",
        vec![of_bob.as_str().into(), of_alice.as_str().into()],
    );
    fixture.apply([move_secret]).await.unwrap();
    let moved = access_keys::find(db, &of_bob, None).await.unwrap().unwrap();
    assert!(matches!(moved.secret(db), Err(Error::Internal(_))));
    let move_account = Statement::new("UPDATE access_keys SET account = '999999999999'", vec![]);
    fixture.apply([move_account]).await.unwrap();
    let moved = access_keys::find(db, &of_alice, None).await.unwrap().unwrap();
    assert!(moved.secret(db).is_err());
}
