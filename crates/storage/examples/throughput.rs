//! Prints how many durable batches and point reads a second each engine does, and how fast an embedded store
//! opens: `cargo run --release -p storage --example throughput`.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crypto::random::SystemRandom;
use pgtest::Server;
use storage::engine::{Batch, PostgresOptions, Schema, SqliteOptions, Statement, Store};
use tokio::task::JoinSet;

const SCHEMA: Schema = Schema(&[
    "CREATE TABLE things (\n  pool TEXT NOT NULL,\n  name TEXT NOT NULL,\n  n BIGINT NOT NULL,\n  note TEXT NOT NULL,\n  PRIMARY KEY (pool, name)\n);\n",
]);
const TASKS: i64 = 64;
const TIME: Duration = Duration::from_secs(4);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    for name in ["first", "second", "third"] {
        let start = Instant::now();
        drop(Store::open_sqlite(&folder.path().join(name))?);
        println!("sqlite: opens, brings up and closes a new store in {:?}", start.elapsed());
        let start = Instant::now();
        let store = Store::open_sqlite(&folder.path().join(name))?;
        println!("sqlite: opens it again in {:?}", start.elapsed());
        drop(store);
    }
    let options = SqliteOptions { schema: SCHEMA, ..SqliteOptions::default() };
    measure(Store::open_sqlite_with(&folder.path().join("store"), options)?).await?;
    let options = SqliteOptions { schema: SCHEMA, allow_unsafe_durability: true };
    println!("not durable:");
    measure(Store::open_sqlite_with(&folder.path().join("unsafe"), options)?).await?;

    let server = Server::start(&[])?;
    let url = server.url(&server.create_database().await?);
    for connections in [8, 32] {
        println!("{connections} connections:");
        let options = PostgresOptions { connections, schema: SCHEMA, ..PostgresOptions::default() };
        measure(Store::open_postgres(&url, options, Arc::new(SystemRandom)).await?).await?;
    }
    Ok(())
}

/// A batch is what a sign-in writes: a condition, an insert, an update.
fn batch(task: i64, i: i64) -> Batch {
    let pool = || format!("pool {}", task % 4).into();
    [
        Statement::new(
            "INSERT INTO things (pool, name, n, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            vec![pool(), format!("{task}/{i}").into(), i.into(), "x".repeat(200).into()],
        )
        .must_insert("new"),
        Statement::new(
            "UPDATE things SET n = n + 1 WHERE pool = $1 AND name = $2",
            vec![pool(), format!("{task}/{i}").into()],
        )
        .must_change_one("there"),
        Statement::new(
            "SELECT 1 FROM things WHERE pool = $1 AND name = $2",
            vec![pool(), format!("{task}/0").into()],
        )
        .must_see("seen"),
    ]
    .into_iter()
    .collect()
}

async fn measure(store: Store) -> Result<(), Box<dyn Error>> {
    let engine = store.engine_name();
    store.clear().await?;
    let writer = store.clone();
    let written = rate(move |task, i| {
        let store = writer.clone();
        async move { store.apply(batch(task, i)).await.is_ok() }
    })
    .await;
    println!("{engine}: {written:.0} batches a second");
    let read = rate(move |task, i| {
        let store = store.clone();
        async move {
            let params = [format!("pool {}", task % 4).into(), format!("{task}/{}", i % 20).into()];
            let row = store.row("SELECT n, note FROM things WHERE pool = $1 AND name = $2", &params).await;
            row.is_ok_and(|row| row.is_some())
        }
    })
    .await;
    println!("{engine}: {read:.0} point reads a second");
    Ok(())
}

/// How often a second `work(task, i)` is done by all tasks together.
async fn rate<F: Future<Output = bool> + Send + 'static>(
    work: impl Fn(i64, i64) -> F + Clone + Send + 'static,
) -> f64 {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let work = work.clone();
        tasks.spawn(async move {
            let mut done = 0;
            while start.elapsed() < TIME {
                assert!(work(task, done).await, "task {task}, round {done}");
                done += 1;
                // A store that answers inline must not keep the others from being counted.
                tokio::task::yield_now().await;
            }
            done
        });
    }
    let done: i64 = tasks.join_all().await.into_iter().sum();
    done as f64 / start.elapsed().as_secs_f64()
}
