//! What only the embedded engine has: its folder.

use std::process::Command;

use storage::engine::{Schema, SqliteOptions, Store, StoreError};

use crate::fixture::{Fixture, SCHEMA, sqlite_options, thing};

/// Names the folder for [`another_process`].
const FOLDER: &str = "STORAGE_TEST_FOLDER";

#[tokio::test]
async fn a_folder_has_one_store() {
    let fixture = Fixture::sqlite().await;
    let folder = fixture.folder.unwrap();
    let again = Store::open_sqlite_with(folder.path(), sqlite_options());
    assert!(matches!(again, Err(StoreError::InUse)), "{again:?}");
    assert!(open_elsewhere(folder.path()).contains("in use by another process"));
    drop(fixture.store);
    assert!(open_elsewhere(folder.path()).contains("opened"));
    Store::open_sqlite_with(folder.path(), sqlite_options()).unwrap();
}

fn open_elsewhere(folder: &std::path::Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite_only::another_process", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn another_process() {
    match Store::open_sqlite_with(std::env::var_os(FOLDER).unwrap().as_ref(), sqlite_options()) {
        Ok(_) => println!("opened"),
        Err(error) => println!("{error}"),
    }
}

#[tokio::test]
async fn contents_survive_reopening() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b");
    for i in 0..3 {
        let store = Store::open_sqlite_with(&folder, sqlite_options()).unwrap();
        store.apply([thing(i.to_string(), i)].into_iter().collect()).await.unwrap();
        assert_eq!(store.rows("SELECT 1 FROM things", &[]).await.unwrap().len() as i64, i + 1);
    }
    // Closed in order, nothing is left to recover.
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["poolhouse.db", "poolhouse.lock"]);
}

#[tokio::test]
async fn newer_schemas_are_refused_and_older_ones_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        |schema| Store::open_sqlite_with(folder.path(), SqliteOptions { schema, ..SqliteOptions::default() });
    let store = open(Schema(&SCHEMA.0[..1])).unwrap();
    store.apply([thing("old", 1)].into_iter().collect()).await.unwrap();
    store.rows("SELECT 1 FROM parents", &[]).await.unwrap_err();
    drop(store);
    let store = open(SCHEMA).unwrap();
    assert_eq!(store.rows("SELECT 1 FROM things", &[]).await.unwrap().len(), 1);
    store.rows("SELECT 1 FROM parents", &[]).await.unwrap();
    drop(store);
    let refused = open(Schema(&SCHEMA.0[..1])).unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 2, known: 1 }), "{refused}");
}

/// A migration that fails half-way leaves the old schema.
#[tokio::test]
async fn a_failed_migration_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        |schema| Store::open_sqlite_with(folder.path(), SqliteOptions { schema, ..SqliteOptions::default() });
    const BROKEN: Schema = Schema(&[
        SCHEMA.0[0],
        "CREATE TABLE more (\n  a TEXT PRIMARY KEY\n);\nCREATE TABLE things (\n  a TEXT PRIMARY KEY\n);",
    ]);
    drop(open(Schema(&SCHEMA.0[..1])).unwrap());
    open(BROKEN).unwrap_err();
    let store = open(SCHEMA).unwrap();
    store.rows("SELECT 1 FROM more", &[]).await.unwrap_err();
}

#[tokio::test]
async fn the_product_schema_opens() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open_sqlite(folder.path()).unwrap());
    Store::open_sqlite(folder.path()).unwrap().ping().await.unwrap();
}
