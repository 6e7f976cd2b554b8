//! What only the scale-out engine has: a network, a server that restarts, other nodes.

use std::sync::Arc;
use std::time::Duration;

use crypto::random::{SeededRandom, SystemRandom};
use pgtest::Server;
use storage::engine::{Batch, PostgresOptions, Schema, Store, StoreError, Value};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use crate::fixture::{Fixture, SCHEMA, fault, guard, open_postgres, postgres_options, statement, thing};
use crate::proxy::{Cut, Proxy};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Waits until this database has `n` connections of which `state` holds. `watch` must not be in a transaction, in
/// which it would see the same activity for ever.
async fn until(watch: &Client, n: i64, state: &str) {
    let sql = format!(
        "SELECT COUNT(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND backend_type = 'client backend' AND {state}"
    );
    while watch.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0) != n {
        tokio::task::yield_now().await;
    }
}

const BLOCKED: &str = "wait_event_type = 'Lock'";

/// Every batch is applied exactly once, wherever the connection breaks, also several times in a row.
#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_count_once() {
    let server = Server::shared();
    let database = server.create_database().await.unwrap();
    let proxy = Proxy::start(server.socket()).await;
    let store = open_postgres(&proxy.url(&database), 2).await;
    let add = || statement("UPDATE things SET n = n + 1 WHERE name = 'a'", []).must_change_one("there");
    store.apply([thing("a", 0)].into_iter().collect()).await.unwrap();
    for round in 0..10 {
        for cut in [Cut::BeforeCommit, Cut::AfterSending, Cut::BeforeAnswer] {
            // A COMMIT that never arrives is sent again, one that arrives is not.
            proxy.plan(std::iter::repeat_n(cut, if cut == Cut::BeforeCommit { 3 } else { 1 }));
            // The insert would fail if it were applied twice.
            let name = format!("{round} {cut:?}");
            store.apply([add(), thing(name, 1)].into_iter().collect()).await.unwrap();
            assert!(proxy.is_done());
        }
    }
    let n = store.row("SELECT n FROM things WHERE name = 'a'", &[]).await.unwrap().unwrap().int(0);
    assert_eq!(n, 30);
    assert_eq!(store.rows("SELECT 1 FROM things WHERE name <> 'a'", &[]).await.unwrap().len(), 30);
}

/// A condition that failed is still known by its name when the connection breaks on the way.
#[tokio::test]
async fn a_network_that_stays_broken_is_a_fault() {
    let server = Server::shared();
    let database = server.create_database().await.unwrap();
    let proxy = Proxy::start(server.socket()).await;
    let store = open_postgres(&proxy.url(&database), 1).await;
    proxy.plan([Cut::BeforeCommit; 100]);
    fault(store.apply([thing("a", 0)].into_iter().collect()).await);
    assert!(store.rows("SELECT 1 FROM things", &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn random_that_repeats_is_found_out() {
    let server = Server::shared();
    let url = server.url(&server.create_database().await.unwrap());
    let open = || Store::open_postgres(&url, postgres_options(1), Arc::new(SeededRandom::new(1)));
    open().await.unwrap().apply([thing("a", 0)].into_iter().collect()).await.unwrap();
    let store = open().await.unwrap();
    assert!(fault(store.apply([thing("b", 0)].into_iter().collect()).await).contains("random"));
}

/// The rows of a batch carry the number of one transaction, and no two batches share one.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_one_transaction() {
    let fixture = Fixture::postgres().await;
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let store = fixture.store.clone();
        tasks.spawn(async move {
            for round in 0..10 {
                let mark = |part: i64| {
                    let params: [Value; 2] =
                        [format!("{task}/{round}/{part}").into(), format!("{task}/{round}").into()];
                    statement(
                        "INSERT INTO things (name, note, n) VALUES ($1, $2, CAST(txid_current() AS BIGINT))",
                        params,
                    )
                };
                store.apply((0..4).map(mark).collect()).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let batches =
        fixture.rows("SELECT note, MIN(n), MAX(n) FROM things GROUP BY note HAVING COUNT(*) = 4").await;
    assert_eq!(batches.len(), 640);
    assert!(batches.iter().all(|row| row.int(1) == row.int(2)));
    assert_eq!(fixture.count("SELECT COUNT(DISTINCT n) FROM things").await, 640);
}

/// With one connection: what a batch dropped half-way had begun must be gone from it.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_dropped_half_way_is_undone() {
    let fixture = Fixture::postgres_with(1).await;
    fixture.apply([thing("held", 0)]).await.unwrap();
    let url = fixture.url.as_ref().unwrap();
    let (other, watch) = (connect(url).await, connect(url).await);
    for round in 0..5 {
        other.batch_execute("BEGIN; UPDATE things SET note = 'x' WHERE name = 'held'").await.unwrap();
        let store = fixture.store.clone();
        let held = statement("UPDATE things SET n = 1 WHERE name = 'held'", []);
        let batch = [thing(round.to_string(), 0), held, thing(format!("{round}/b"), 0)].into_iter().collect();
        let task = tokio::spawn(async move { store.apply(batch).await });
        until(&watch, 1, BLOCKED).await;
        task.abort();
        task.await.unwrap_err();
        fixture.apply([thing(format!("after {round}"), 0)]).await.unwrap();
        other.batch_execute("COMMIT").await.unwrap();
        // The connection of the dropped batch, which went on waiting, ends by itself.
        until(&watch, 3, "true").await;
        assert_eq!(fixture.count("SELECT COUNT(*) FROM things WHERE n = 0").await, round + 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_are_replaced() {
    let fixture = Fixture::postgres().await;
    let other = connect(fixture.url.as_ref().unwrap()).await;
    for round in 0..5 {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        other.batch_execute(kill).await.unwrap();
        if round % 2 == 0 {
            fixture.rows("SELECT 1 FROM things").await;
        }
        fixture.apply([thing(round.to_string(), 0)]).await.unwrap();
    }
}

/// The guard that failed while another transaction was waited for is known afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn conditions_see_what_they_waited_for() {
    let fixture = Fixture::postgres().await;
    fixture.apply([statement("INSERT INTO parents (name) VALUES ('p')", []), thing("a", 0)]).await.unwrap();
    let url = fixture.url.as_ref().unwrap();
    let (other, watch) = (connect(url).await, connect(url).await);
    other
        .batch_execute(
            "BEGIN; UPDATE parents SET deleted_at = 1; UPDATE things SET n = 1; INSERT INTO things (name) VALUES ('b')",
        )
        .await
        .unwrap();
    let finds =
        statement("SELECT 1 FROM parents WHERE name = 'p' AND deleted_at IS NULL", []).must_find("lives");
    let changes =
        statement("UPDATE things SET n = 2 WHERE name = 'a' AND n = 0", []).must_change_one("unchanged");
    let mut tasks = Vec::new();
    for (expected, condition) in [("lives", finds), ("unchanged", changes), ("thing is new", thing("b", 0))] {
        let store = fixture.store.clone();
        tasks.push((
            expected,
            tokio::spawn(async move { store.apply([condition].into_iter().collect()).await }),
        ));
    }
    until(&watch, 3, BLOCKED).await;
    other.batch_execute("COMMIT").await.unwrap();
    for (expected, task) in tasks {
        assert_eq!(guard(task.await.unwrap()), expected);
    }
}

/// Only the batch that says so is acknowledged without waiting, and its connection forgets it again.
#[tokio::test]
async fn ordered_batches_do_not_wait() {
    let fixture = Fixture::postgres().await;
    let waits = |setting: &'static str| {
        let sql = "SELECT 1 WHERE current_setting('synchronous_commit') = $1";
        statement(sql, [setting.into()]).must_see("waits so")
    };
    for _ in 0..20 {
        let ordered: Batch = [waits("off")].into_iter().collect();
        fixture.store.apply(ordered.ordered()).await.unwrap();
        fixture.apply([waits("on")]).await.unwrap();
    }
    let refused: Batch = [waits("on")].into_iter().collect();
    assert_eq!(guard(fixture.store.apply(refused.ordered()).await), "waits so");
}

#[tokio::test]
async fn servers_that_may_lose_writes_are_refused() {
    let server = Server::shared();
    for (setting, value) in [("synchronous_commit", "off"), ("synchronous_commit", "local")] {
        let database = server.create_database().await.unwrap();
        let url = server.url(&database);
        let alter = format!("ALTER DATABASE {database} SET {setting} = {value}");
        connect(&url).await.batch_execute(&alter).await.unwrap();
        refused(&url, setting).await;
    }
    for setting in ["fsync", "full_page_writes"] {
        let server = Server::start(&[(setting, "off")]).unwrap();
        refused(&server.url("postgres"), setting).await;
    }
}

async fn refused(url: &str, setting: &str) {
    match Store::open_postgres(url, postgres_options(1), Arc::new(SystemRandom)).await {
        Err(StoreError::NotDurable(name)) => assert_eq!(name, setting),
        other => panic!("{other:?}"),
    }
    let options = PostgresOptions { allow_unsafe_durability: true, ..postgres_options(1) };
    Store::open_postgres(url, options, Arc::new(SystemRandom)).await.unwrap();
}

#[tokio::test]
async fn newer_schemas_are_refused_and_older_ones_brought_up() {
    let server = Server::shared();
    let url = server.url(&server.create_database().await.unwrap());
    let open = |schema| {
        let options = PostgresOptions { schema, ..postgres_options(1) };
        Store::open_postgres(&url, options, Arc::new(SystemRandom))
    };
    let store = open(Schema(&SCHEMA.0[..1])).await.unwrap();
    store.apply([thing("old", 1)].into_iter().collect()).await.unwrap();
    let store = open(SCHEMA).await.unwrap();
    assert_eq!(store.rows("SELECT 1 FROM things", &[]).await.unwrap().len(), 1);
    store.rows("SELECT 1 FROM parents", &[]).await.unwrap();
    let refused = open(Schema(&SCHEMA.0[..1])).await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 2, known: 1 }), "{refused}");
}

/// Nodes that start at the same moment bring an empty database up once.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_start_together() {
    let server = Server::shared();
    for _ in 0..5 {
        let url = server.url(&server.create_database().await.unwrap());
        let mut nodes = JoinSet::new();
        for _ in 0..8 {
            let url = url.clone();
            nodes.spawn(async move { open_postgres(&url, 1).await });
        }
        for (i, store) in nodes.join_all().await.into_iter().enumerate() {
            store.apply([thing(i.to_string(), 0)].into_iter().collect()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_product_schema_opens() {
    let server = Server::shared();
    let url = server.url(&server.create_database().await.unwrap());
    for _ in 0..2 {
        let store =
            Store::open_postgres(&url, PostgresOptions::default(), Arc::new(SystemRandom)).await.unwrap();
        store.ping().await.unwrap();
    }
}

#[tokio::test]
async fn batch_ids_are_pruned_by_age() {
    let fixture = Fixture::postgres().await;
    let other = connect(fixture.url.as_ref().unwrap()).await;
    fixture.apply([thing("a", 0)]).await.unwrap();
    fixture.apply([thing("b", 0)]).await.unwrap();
    let count = async || {
        other.query_one("SELECT COUNT(*) FROM committed_batches", &[]).await.unwrap().get::<_, i64>(0)
    };
    fixture.store.prune(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(count().await, 2);
    other.batch_execute("UPDATE committed_batches SET committed_at = committed_at - 3700000").await.unwrap();
    fixture.apply([thing("c", 0)]).await.unwrap();
    fixture.store.prune(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(count().await, 1);
}

/// The driver writes what it sends to its debug log: it must not get to see secrets there.
#[tokio::test]
async fn faults_hold_no_values() {
    let fixture = Fixture::postgres().await;
    let cast = statement("UPDATE things SET n = CAST(note AS BIGINT)", []);
    let insert = statement("INSERT INTO things (name, note) VALUES ($1, $2)", ["a".into(), "12".into()]);
    fixture.apply([insert, cast]).await.unwrap();
    let again = statement("INSERT INTO things (name) VALUES ($1)", ["a".into()]);
    let message = fault(fixture.apply([again]).await);
    assert!(message.starts_with("23505: ") && !message.contains("(a)"), "{message}");
    assert_eq!(format!("{:?}", Value::from("secret")), "Text(…)");
}
