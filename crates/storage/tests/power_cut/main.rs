//! Proves that what SQLite's engine acknowledges survives a power cut, by cutting it at random points of a
//! recorded run; and that this proof would find a loss.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod disk;
mod image;

use std::path::Path;
use std::sync::Arc;

use crypto::random::{Random, SeededRandom, bytes};
use disk::Event;
use storage::engine::{Batch, Schema, SqliteOptions, Statement, Store, StoreError, WriteError};
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

/// Whether a batch, one of the even ones, does not wait for the disk.
fn is_ordered(batch: i64) -> bool {
    batch % 4 == 2
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
                let statements: Batch = batch(id).collect();
                let applied = if is_ordered(id) {
                    store.apply(statements.ordered()).await.map(|()| Event::Applied(id))
                } else {
                    store.apply(statements).await.map(|()| Event::Acknowledged(id))
                };
                match applied {
                    Ok(event) => disk::told(&path, event),
                    Err(error) => assert!(matches!(error, WriteError::Guard("refused")), "{error}"),
                }
            }
        });
    }
    tasks.join_all().await;
    disk::events(&path)
}

/// How many batches are gone.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Lost {
    /// Of those that were acknowledged as safe, and those their task had applied before the last of them.
    promised: usize,
    /// Of all others that were applied.
    unpromised: usize,
}

/// Cuts the power before event `cut` and returns how many batches are gone. Whatever is there must be whole, and
/// of each task a beginning of what it applied.
async fn lost(events: &[Event], cut: usize, kept: u16, random: &dyn Random) -> Lost {
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
    let there = |id: i64| rows.iter().any(|row| row.int(0) == id);
    let mut lost = Lost::default();
    for task in 0..TASKS {
        let told = || events[..cut].iter().filter(|event| told_to(event) == Some(task));
        let mut promises_left = told().filter(|event| matches!(event, Event::Acknowledged(_))).count();
        let mut gone = false;
        for event in told() {
            let (Event::Acknowledged(id) | Event::Applied(id)) = event else { continue };
            match (there(*id), promises_left) {
                (true, _) => assert!(!gone, "cut at {cut}: batch {id} outlived one before it"),
                (false, 0) => (gone, lost.unpromised) = (true, lost.unpromised + 1),
                (false, _) => (gone, lost.promised) = (true, lost.promised + 1),
            }
            promises_left -= usize::from(matches!(event, Event::Acknowledged(_)));
        }
    }
    lost
}

/// The task that was told of a batch.
fn told_to(event: &Event) -> Option<i64> {
    match event {
        Event::Acknowledged(id) | Event::Applied(id) => Some(id / BATCHES_PER_TASK),
        _ => None,
    }
}

/// How many batches are gone, over all cuts: anywhere, and right after the caller was told of one.
async fn campaign(events: &[Event]) -> Lost {
    let random = SeededRandom::new(1);
    let below = |n: usize| u64::from_be_bytes(bytes(&random)) as usize % n;
    let after_acks: Vec<usize> = (1..=events.len()).filter(|i| told_to(&events[i - 1]).is_some()).collect();
    let mut total = Lost::default();
    for i in 0..cuts() {
        let cut = if i % 2 == 0 { below(events.len() + 1) } else { after_acks[below(after_acks.len())] };
        let kept = [0, 128, 230, 256][i / 2 % 4];
        let lost = lost(events, cut, kept, &random).await;
        total.promised += lost.promised;
        total.unpromised += lost.unpromised;
    }
    total
}

fn count(events: &[Event], what: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|event| what(event)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_batches_survive() {
    let events = record(false).await;
    let told = count(&events, |event| told_to(event).is_some());
    assert_eq!(told as i64, TASKS * BATCHES_PER_TASK / 2);
    let syncs = |name: &str| count(&events, |event| matches!(event, Event::Sync { file } if file == name));
    // The log was moved into the database on the way.
    assert!(syncs("poolhouse.db") >= 2, "{} checkpoints", syncs("poolhouse.db"));
    assert_eq!(campaign(&events).await.promised, 0);
}

/// The same with commits that do not wait for the disk must be found out.
#[tokio::test(flavor = "multi_thread")]
async fn a_loss_would_be_found() {
    let events = record(true).await;
    assert!(campaign(&events).await.promised > 0);
}

/// An ordered batch does not wait: with nothing durable after it, a cut takes it away, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn ordered_batches_do_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    disk::watch(&path);
    let store = open(&path, false);
    store.apply(batch(0).collect()).await.unwrap();
    disk::told(&path, Event::Acknowledged(0));
    store.apply(batch(2).collect::<Batch>().ordered()).await.unwrap();
    disk::told(&path, Event::Applied(2));
    let before = disk::events(&path);
    let cut = lost(&before, before.len(), 0, &SeededRandom::new(1)).await;
    assert_eq!(cut, Lost { promised: 0, unpromised: 1 });
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
