//! Opening the store for a mode: judged before it is changed, then claimed.

use std::path::Path;
use std::sync::Arc;

use crypto::random::Random;
use crypto::secret_box::RootKeys;
use storage::Db;
use storage::engine::{PostgresOptions, SqliteOptions, Store, StoreError};
use storage::installation::{self, Birth};

use crate::failure::Failure;

/// Where a store lies.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    Folder(&'a Path),
    Postgres { url: &'a str, connections: usize },
}

/// The store, which is of this mode and sealed under these keys, or becomes so now.
pub async fn open(
    place: Place<'_>,
    birth: Birth,
    keys: &Arc<RootKeys>,
    random: &Arc<dyn Random>,
) -> Result<Db, Failure> {
    let judge = |facts: &[(String, String)]| {
        installation::judge(facts, birth, keys).map_err(|refusal| refusal.to_string())
    };
    let store = match place {
        Place::Folder(folder) => Store::open_sqlite_admitted(folder, SqliteOptions::default(), &judge)
            .map_err(|e| failure(&format!("the store in {}", folder.display()), &e))?,
        Place::Postgres { url, connections } => {
            let options = PostgresOptions { connections, ..PostgresOptions::default() };
            Store::open_postgres_admitted(url, options, random.clone(), &judge)
                .await
                .map_err(|e| failure("the store", &e))?
        }
    };
    let db = Db::new(store, keys.clone(), random.clone());
    installation::claim(&db, birth).await?;
    Ok(db)
}

fn failure(store: &str, error: &StoreError) -> Failure {
    let text = format!("{store}: {error}");
    match error {
        StoreError::NotAdmitted(_) | StoreError::NewerSchema { .. } | StoreError::NotDurable(_) => {
            Failure::Refused(text)
        }
        _ => Failure::Failed(text),
    }
}
