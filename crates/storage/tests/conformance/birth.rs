//! For whom a store opens, judged before anything in it is changed.

use std::path::Path;
use std::sync::Arc;

use crypto::random::SystemRandom;
use crypto::secret_box::RootKeys;
use pgtest::Server;
use storage::Db;
use storage::engine::{Admission, PostgresOptions, Schema, SqliteOptions, Store, StoreError};
use storage::installation::{self, Birth};

/// The product's schema as it was at first.
const OLD: Schema = Schema(Schema::CURRENT.0.first_chunk::<1>().unwrap());

/// Where a store lies.
enum Place<'a> {
    Folder(&'a Path),
    Url(String),
}

impl Place<'_> {
    async fn open(&self, schema: Schema, admission: Admission<'_>) -> Result<Store, StoreError> {
        match self {
            Self::Folder(folder) => {
                let options = SqliteOptions { schema, ..SqliteOptions::default() };
                Store::open_sqlite_admitted(folder, options, admission)
            }
            Self::Url(url) => {
                let options = PostgresOptions { connections: 1, schema, ..PostgresOptions::default() };
                Store::open_postgres_admitted(url, options, Arc::new(SystemRandom), admission).await
            }
        }
    }

    /// Opens and claims it as a program of this schema does.
    async fn claim(&self, schema: Schema, birth: Birth, keys: &Arc<RootKeys>) -> Result<Store, String> {
        let judge = |facts: &[(String, String)]| {
            installation::judge(facts, birth, keys).map_err(|refusal| refusal.to_string())
        };
        let store = self.open(schema, &judge).await.map_err(|e| e.to_string())?;
        let db = Db::new(store.clone(), keys.clone(), Arc::new(SystemRandom));
        installation::claim(&db, birth).await.map_err(|e| e.to_string())?;
        Ok(store)
    }
}

fn keys(current: u8, old: &[u8]) -> Arc<RootKeys> {
    Arc::new(RootKeys::new([current; 32], old.iter().map(|byte| [*byte; 32])))
}

async fn a_refused_store_stays_as_it_was(place: Place<'_>) {
    let born = place.claim(OLD, Birth::Serve, &keys(1, &[])).await.unwrap();
    let before = born.dump().await.unwrap();
    drop(born);
    for (birth, keys, reason) in [
        (Birth::Dev, keys(1, &[]), "created by `poolhouse serve`"),
        (Birth::Serve, keys(2, &[]), "the root key is another than this store's"),
    ] {
        let refused = place.claim(Schema::CURRENT, birth, &keys).await.unwrap_err();
        assert!(refused.contains(reason), "{refused}");
        // Had it been brought up to date, it would be too new now.
        let store = place.open(OLD, &|_| Ok(())).await.unwrap();
        assert_eq!(store.schema_version().await.unwrap(), 1);
        assert_eq!(store.dump().await.unwrap(), before);
    }
    let store = place.claim(Schema::CURRENT, Birth::Serve, &keys(1, &[])).await.unwrap();
    assert_eq!(store.schema_version().await.unwrap(), Schema::CURRENT.version());
}

async fn a_new_root_key_is_let_in_by_the_old_one(place: Place<'_>) {
    let claim = async |keys| place.claim(Schema::CURRENT, Birth::Serve, &keys).await.map(drop);
    claim(keys(1, &[])).await.unwrap();
    claim(keys(2, &[])).await.unwrap_err();
    claim(keys(2, &[1])).await.unwrap();
    // What was sealed before is still sealed under the old one.
    let refused = claim(keys(2, &[])).await.unwrap_err();
    assert!(refused.contains(&keys(1, &[]).current_id()), "{refused}");
    claim(keys(2, &[1])).await.unwrap();
    claim(keys(1, &[2])).await.unwrap();
}

macro_rules! at_both_places {
    ($($name:ident),+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(super::Place::Folder(folder.path())).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let server = super::Server::shared();
                let url = server.url(&server.create_database().await.unwrap());
                super::$name(super::Place::Url(url)).await;
            })+
        }
    };
}
at_both_places!(a_refused_store_stays_as_it_was, a_new_root_key_is_let_in_by_the_old_one);
