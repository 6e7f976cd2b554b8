//! Proves that what SQLite's engine acknowledges survives a power cut, by cutting it at random points of a
//! recorded run; and that this proof would find a loss.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod disk;
mod image;

use std::path::Path;
use std::sync::Arc;

use crypto::random::{Random, SeededRandom, bytes};
use disk::Event;
use storage::engine::{Schema, SqliteOptions, Statement, Store, StoreError, WriteError};
use tokio::task::JoinSet;

const SCHEMA: Schema = Schema(&[
    "CREATE TABLE parts (\n  batch BIGINT NOT NULL,\n  part BIGINT NOT NULL,\n  bytes BLOB NOT NULL,\n  PRIMARY KEY (batch, part)\n);\n",
]);

const TASKS: i64 = 8;
const BATCHES_PER_TASK: i64 = 60;
const PARTS: i64 = 3;
/// Large, so that the run moves its log into the database several times.
const PART: usize = 12_000;

/// Cuts per run. A longer campaign sets STORAGE_POWER_CUTS.
fn cuts() -> usize {
    std::env::var("STORAGE_POWER_CUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

fn open(folder: &Path, allow_unsafe_durability: bool) -> Store {
    disk::install();
    Store::open_sqlite_with(folder, SqliteOptions { schema: SCHEMA, allow_unsafe_durability }).unwrap()
}

fn content(batch: i64, part: i64) -> Vec<u8> {
    format!("{batch}/{part};").into_bytes().into_iter().cycle().take(PART).collect()
}

/// Even batches are applied, odd ones are refused at their last statement.
fn batch(batch: i64) -> impl Iterator<Item = Statement> {
    let insert = "INSERT INTO parts (batch, part, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    (0..PARTS)
        .map(move |part| Statement::new(insert, vec![batch.into(), part.into(), content(batch, part).into()]))
        .chain((batch % 2 == 1).then(|| {
            Statement::new("DELETE FROM parts WHERE batch = $1", vec![(-1).into()]).must_change_one("refused")
        }))
}

/// Runs batches at the same time and returns what happened on the disk.
async fn record(allow_unsafe_durability: bool) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let path: Arc<Path> = folder.path().canonicalize().unwrap().into();
    disk::watch(&path);
    let store = open(&path, allow_unsafe_durability);
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (store, path) = (store.clone(), Arc::clone(&path));
        tasks.spawn(async move {
            for i in 0..BATCHES_PER_TASK {
                let id = task * BATCHES_PER_TASK + i;
                match store.apply(batch(id).collect()).await {
                    Ok(()) => disk::acknowledged(&path, id),
                    Err(error) => assert!(matches!(error, WriteError::Guard("refused")), "{error}"),
                }
            }
        });
    }
    tasks.join_all().await;
    disk::events(&path)
}

/// Cuts the power before event `cut` and returns how many acknowledged batches are gone. Whatever is there must
/// be whole.
async fn lost(events: &[Event], cut: usize, kept: u16, random: &dyn Random) -> usize {
    let folder = tempfile::tempdir().unwrap();
    image::write(events, cut, kept, random, folder.path());
    let store = open(folder.path(), false);
    let integrity = store.row("PRAGMA integrity_check", &[]).await.unwrap().unwrap();
    assert_eq!(integrity.text(0), "ok", "cut at {cut}");
    let rows = store.rows("SELECT batch, part, bytes FROM parts ORDER BY batch, part", &[]).await.unwrap();
    for whole in rows.chunks(PARTS as usize) {
        let id = whole[0].int(0);
        assert!(id % 2 == 0, "batch {id} was refused");
        for (part, row) in (0..).zip(whole) {
            assert_eq!((row.int(0), row.int(1)), (id, part), "cut at {cut}");
            assert!(row.blob(2) == content(id, part), "cut at {cut}: batch {id} is damaged");
        }
    }
    let there = |id: &i64| rows.iter().any(|row| row.int(0) == *id);
    let acknowledged = events[..cut].iter().filter_map(|event| match event {
        Event::Acknowledged(id) => Some(id),
        _ => None,
    });
    acknowledged.filter(|id| !there(id)).count()
}

/// How many acknowledged batches are gone, over all cuts: anywhere, and right after an acknowledgement.
async fn campaign(events: &[Event]) -> usize {
    let random = SeededRandom::new(1);
    let below = |n: usize| u64::from_be_bytes(bytes(&random)) as usize % n;
    let after_acks: Vec<usize> =
        (1..=events.len()).filter(|i| matches!(events[i - 1], Event::Acknowledged(_))).collect();
    let mut total = 0;
    for i in 0..cuts() {
        let cut = if i % 2 == 0 { below(events.len() + 1) } else { after_acks[below(after_acks.len())] };
        let kept = [0, 128, 230, 256][i / 2 % 4];
        total += lost(events, cut, kept, &random).await;
    }
    total
}

fn count(events: &[Event], what: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|event| what(event)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_batches_survive() {
    let events = record(false).await;
    let acknowledged = count(&events, |event| matches!(event, Event::Acknowledged(_)));
    assert_eq!(acknowledged as i64, TASKS * BATCHES_PER_TASK / 2);
    let syncs = |name: &str| count(&events, |event| matches!(event, Event::Sync { file } if file == name));
    // The log was moved into the database on the way.
    assert!(syncs("poolhouse.db") >= 2, "{} checkpoints", syncs("poolhouse.db"));
    assert_eq!(campaign(&events).await, 0);
}

/// The same with commits that do not wait for the disk must be found out.
#[tokio::test(flavor = "multi_thread")]
async fn a_loss_would_be_found() {
    let events = record(true).await;
    assert!(campaign(&events).await > 0);
}

/// After a failed sync nobody knows what is on the disk: nothing more is acknowledged until it is opened anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_once_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    let store = open(&path, false);
    store.apply(batch(0).collect()).await.unwrap();
    disk::fail_to_sync(&path, true);
    let result = store.apply(batch(2).collect()).await;
    assert!(matches!(result, Err(WriteError::Store(StoreError::Engine(_)))), "{result:?}");
    disk::fail_to_sync(&path, false);
    let result = store.apply(batch(4).collect()).await;
    assert!(matches!(result, Err(WriteError::Store(StoreError::Engine(_)))), "{result:?}");
    assert_eq!(store.rows("SELECT 1 FROM parts", &[]).await.unwrap().len() as i64, PARTS);
    drop(store);
    let store = open(&path, false);
    store.apply(batch(6).collect()).await.unwrap();
    assert_eq!(
        store.rows("SELECT 1 FROM parts WHERE batch IN (0, 6)", &[]).await.unwrap().len() as i64,
        2 * PARTS
    );
}
