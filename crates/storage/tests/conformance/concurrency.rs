//! Batches at the same time: nothing of one inside another, none harmed by another, conditions that hold.

use std::collections::HashMap;
use std::future::poll_fn;
use std::task::Poll;

use storage::engine::{Batch, WriteError};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, fault, guard, on_both_engines, statement, thing};

on_both_engines!(
    batches_do_not_interleave,
    failing_batches_harm_no_others,
    what_was_found_stays_until_applied,
    a_version_lets_one_through,
    an_insert_lets_one_through,
    deadlocks_are_tried_again,
    dropped_futures_leave_all_or_none,
);

/// Runs the futures that `make` gives for `0..n`, all at once.
async fn all<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    n: i64,
    make: impl Fn(i64) -> F,
) -> Vec<T> {
    (0..n).map(make).collect::<JoinSet<_>>().join_all().await
}

/// 64 tasks over few connections; every other batch fails at its last statement. Were a statement to run inside
/// another's transaction, it would be undone with it, or survive its own.
async fn batches_do_not_interleave(fixture: Fixture) {
    fixture.apply([thing("taken", 0)]).await.unwrap();
    let store = fixture.store.clone();
    all(64, |task| {
        let store = store.clone();
        async move {
            for round in 0..20 {
                let name = |part: &str| format!("{task:02}/{round:02}/{part}");
                let fails = (task + round) % 2 == 1;
                let last = if fails { "taken".to_owned() } else { name("d") };
                let batch: Batch = [
                    thing(name("a"), task),
                    thing(name("b"), task),
                    thing(name("c"), task),
                    thing(last, task),
                ]
                .into_iter()
                .collect();
                match (fails, store.apply(batch).await) {
                    (true, Err(WriteError::Guard("thing is new"))) | (false, Ok(())) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
    })
    .await;
    let mut parts: HashMap<String, usize> = HashMap::new();
    for row in fixture.rows("SELECT name FROM things WHERE name <> 'taken'").await {
        let (batch, _) = row.text(0).rsplit_once('/').unwrap();
        *parts.entry(batch.to_owned()).or_default() += 1;
    }
    assert_eq!(parts.len(), 64 * 20 / 2);
    assert!(parts.values().all(|n| *n == 4), "{parts:?}");
}

/// On SQLite these share transactions: a guard, a conflict and a broken constraint among good batches.
async fn failing_batches_harm_no_others(fixture: Fixture) {
    let store = fixture.store.clone();
    let results = all(300, |i| {
        let store = store.clone();
        async move {
            let bad = match i % 4 {
                1 => Some(statement("UPDATE things SET n = 0 WHERE name = 'x'", []).must_change_one("there")),
                2 => Some(statement("INSERT INTO things (name) VALUES (NULL)", [])),
                3 => Some(statement("INSERT INTO nowhere VALUES (1)", [])),
                _ => None,
            };
            (i, store.apply([thing(i.to_string(), i)].into_iter().chain(bad).collect()).await)
        }
    })
    .await;
    for (i, result) in results {
        match i % 4 {
            0 => result.unwrap(),
            1 => assert_eq!(guard(result), "there"),
            _ => drop(fault(result)),
        }
    }
    let left = fixture.rows("SELECT n FROM things").await;
    assert_eq!(left.len(), 75);
    assert!(left.iter().all(|row| row.int(0) % 4 == 0));
}

/// A parent is deleted with its children while children are added: no child survives its parent.
async fn what_was_found_stays_until_applied(fixture: Fixture) {
    let store = fixture.store.clone();
    let (mut added, mut refused) = (0, 0);
    for round in 0..150 {
        let parent = format!("p{round}");
        let insert = "INSERT INTO parents (name) VALUES ($1)";
        fixture.apply([statement(insert, [parent.as_str().into()])]).await.unwrap();
        let results = all(5, |i| {
            let (store, parent) = (store.clone(), parent.clone());
            async move {
                let of = || [parent.as_str().into()];
                let batch: Batch = if i == round % 5 {
                    [
                        statement(
                            "UPDATE parents SET deleted_at = 1 WHERE name = $1 AND deleted_at IS NULL",
                            of(),
                        )
                        .must_change_one("lives"),
                        statement("DELETE FROM children WHERE parent = $1", of()),
                    ]
                    .into_iter()
                    .collect()
                } else {
                    [
                        statement("SELECT 1 FROM parents WHERE name = $1 AND deleted_at IS NULL", of())
                            .must_find("lives"),
                        statement(
                            "INSERT INTO children (parent, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                            [parent.as_str().into(), i.to_string().into()],
                        )
                        .must_insert("new"),
                    ]
                    .into_iter()
                    .collect()
                };
                (i == round % 5, store.apply(batch).await)
            }
        })
        .await;
        for (deletion, result) in results {
            match result {
                Ok(()) if deletion => {}
                Ok(()) => added += 1,
                Err(WriteError::Guard("lives")) if !deletion => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(fixture.count("SELECT COUNT(*) FROM children").await, 0, "orphans in round {round}");
    }
    assert!(added > 0 && refused > 0, "both orders must have been seen: {added} added, {refused} refused");
}

async fn a_version_lets_one_through(fixture: Fixture) {
    fixture.apply([thing("a", 0)]).await.unwrap();
    for version in 0..20 {
        let store = fixture.store.clone();
        let results = all(16, |_| {
            let store = store.clone();
            let step = statement("UPDATE things SET n = n + 1 WHERE name = 'a' AND n = $1", [version.into()]);
            async move { store.apply([step.must_change_one("unchanged")].into_iter().collect()).await }
        })
        .await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert_eq!(fixture.count("SELECT n FROM things").await, version + 1);
    }
}

async fn an_insert_lets_one_through(fixture: Fixture) {
    let store = fixture.store.clone();
    for round in 0..20 {
        let results = all(16, |task| {
            let store = store.clone();
            async move { store.apply([thing(round.to_string(), task)].into_iter().collect()).await }
        })
        .await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        results
            .into_iter()
            .filter(Result::is_err)
            .for_each(|result| assert_eq!(guard(result), "thing is new"));
    }
}

/// Rows touched in opposite orders. The engine's retries hide it from the caller.
async fn deadlocks_are_tried_again(fixture: Fixture) {
    fixture.apply([thing("a", 0), thing("b", 0)]).await.unwrap();
    let store = fixture.store.clone();
    let results = all(4, |task| {
        let store = store.clone();
        async move {
            for _ in 0..3 {
                let names = if task % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
                let add = "UPDATE things SET n = n + 1 WHERE name = $1";
                let batch = names.map(|name| statement(add, [name.into()]).must_change_one("there"));
                store.apply(batch.into_iter().collect()).await?;
            }
            Ok::<(), WriteError>(())
        }
    })
    .await;
    results.into_iter().for_each(|result| result.unwrap());
    let rows = fixture.rows("SELECT n FROM things").await;
    assert!(rows.iter().all(|row| row.int(0) == 12), "{rows:?}");
}

async fn dropped_futures_leave_all_or_none(fixture: Fixture) {
    for i in 0..200 {
        let batch = [thing(format!("{i}/a"), i), thing(format!("{i}/b"), i)].into_iter().collect();
        let mut future = Box::pin(fixture.store.apply(batch));
        // From not begun to nearly done.
        for _ in 0..i % 20 {
            if poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(future);
    }
    // The store is well, with every connection.
    let store = fixture.store.clone();
    let results = all(16, |i| {
        let store = store.clone();
        async move { store.apply([thing(format!("after/{i}"), i)].into_iter().collect()).await }
    })
    .await;
    results.into_iter().for_each(|result| result.unwrap());
    let sql = "SELECT n FROM things WHERE name NOT IN (SELECT name FROM things WHERE name >= 'after' AND name < 'b') \
        GROUP BY n HAVING COUNT(*) <> 2";
    assert!(fixture.rows(sql).await.is_empty());
}
