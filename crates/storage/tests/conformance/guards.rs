//! Batches apply all or none, and the first condition that fails names itself.

use storage::engine::Statement;

use crate::fixture::{Fixture, fault, guard, on_both_engines, statement, thing};

on_both_engines!(
    each_guard_fails_in_turn,
    the_first_failed_guard_is_named,
    one_row_is_exactly_one,
    conflicts_without_a_clause_are_the_guard,
    broken_constraints_are_faults,
    statements_apply_in_order,
    a_long_batch_is_all_or_none,
);

const NAMES: [&str; 5] = ["parent lives", "thing is new", "other unchanged", "mark seen", "victim there"];

fn five() -> [Statement; 5] {
    [
        statement("SELECT 1 FROM parents WHERE name = $1 AND deleted_at IS NULL", ["p".into()])
            .must_find(NAMES[0]),
        statement(
            "INSERT INTO things (name, n) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            ["new".into(), 1.into()],
        )
        .must_insert(NAMES[1]),
        statement("UPDATE things SET n = n + 1 WHERE name = $1 AND n = $2", ["other".into(), 1.into()])
            .must_change_one(NAMES[2]),
        statement("SELECT 1 FROM things WHERE name = $1", ["mark".into()]).must_see(NAMES[3]),
        statement("DELETE FROM things WHERE name = $1", ["victim".into()]).must_change_one(NAMES[4]),
    ]
}

/// The statements that break each of the five conditions.
fn breakers() -> [Statement; 5] {
    [
        statement("UPDATE parents SET deleted_at = 1 WHERE name = 'p'", []),
        thing("new", 0),
        statement("UPDATE things SET n = 7 WHERE name = 'other'", []),
        statement("DELETE FROM things WHERE name = 'mark'", []),
        statement("DELETE FROM things WHERE name = 'victim'", []),
    ]
}

async fn prepared(fixture: &Fixture) {
    fixture.store.clear().await.unwrap();
    let parent = statement("INSERT INTO parents (name) VALUES ('p')", []);
    fixture.apply([parent, thing("other", 1), thing("mark", 1), thing("victim", 1)]).await.unwrap();
}

async fn each_guard_fails_in_turn(fixture: Fixture) {
    for (i, breaker) in breakers().into_iter().enumerate() {
        prepared(&fixture).await;
        fixture.apply([breaker]).await.unwrap();
        let before = fixture.store.dump().await.unwrap();
        assert_eq!(guard(fixture.apply(five()).await), NAMES[i]);
        assert_eq!(fixture.store.dump().await.unwrap(), before, "after {}", NAMES[i]);
    }
    prepared(&fixture).await;
    fixture.apply(five()).await.unwrap();
    let left = fixture.rows("SELECT name, n FROM things ORDER BY name").await;
    let left: Vec<_> = left.iter().map(|row| (row.text(0), row.int(1))).collect();
    assert_eq!(left, [("mark", 1), ("new", 1), ("other", 2)]);
}

async fn the_first_failed_guard_is_named(fixture: Fixture) {
    for (first, name) in NAMES.into_iter().enumerate() {
        prepared(&fixture).await;
        fixture.apply(breakers().into_iter().skip(first)).await.unwrap();
        let before = fixture.store.dump().await.unwrap();
        assert_eq!(guard(fixture.apply(five()).await), name);
        assert_eq!(fixture.store.dump().await.unwrap(), before);
    }
}

async fn one_row_is_exactly_one(fixture: Fixture) {
    fixture.apply([thing("a", 1), thing("b", 1)]).await.unwrap();
    let before = fixture.store.dump().await.unwrap();
    let both = statement("UPDATE things SET n = 2", []).must_change_one("one");
    assert_eq!(guard(fixture.apply([both]).await), "one");
    let both = statement("DELETE FROM things", []).must_change_one("one");
    assert_eq!(guard(fixture.apply([both]).await), "one");
    let two = statement("INSERT INTO things (name) VALUES ('c'), ('d') ON CONFLICT DO NOTHING", []);
    assert_eq!(guard(fixture.apply([two.must_insert("one")]).await), "one");
    assert_eq!(fixture.store.dump().await.unwrap(), before);
    // Without a condition any number will do, also none.
    fixture.apply([statement("DELETE FROM things", []), statement("DELETE FROM things", [])]).await.unwrap();
}

async fn conflicts_without_a_clause_are_the_guard(fixture: Fixture) {
    fixture.apply([thing("a", 1)]).await.unwrap();
    let again = || statement("INSERT INTO things (name) VALUES ('a')", []);
    assert_eq!(guard(fixture.apply([thing("b", 1), again().must_insert("new")]).await), "new");
    // A conflict in another kind of statement is no condition.
    fault(fixture.apply([thing("b", 1), again()]).await);
    let rename = statement("UPDATE things SET name = 'a' WHERE name = 'b'", []).must_change_one("one");
    fault(fixture.apply([thing("b", 1), rename]).await);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM things").await, 1);
}

async fn broken_constraints_are_faults(fixture: Fixture) {
    let nameless = statement(
        "INSERT INTO things (name, note) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [None::<String>.into(), "very secret".into()],
    );
    let message = fault(fixture.apply([thing("b", 1), nameless.must_insert("new")]).await);
    assert!(!message.contains("secret"), "{message}");
    fault(fixture.apply([thing("b", 1), statement("UPDATE nowhere SET n = 1", [])]).await);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM things").await, 0);
    fixture.apply([thing("b", 1)]).await.unwrap();
}

/// Each statement depends on the one before; many more than the engines send at once.
async fn statements_apply_in_order(fixture: Fixture) {
    let steps = (0..500).map(|i: i64| {
        statement("UPDATE things SET n = $1 WHERE name = 'a' AND n = $2", [(i + 1).into(), i.into()])
            .must_change_one("in order")
    });
    fixture.apply(std::iter::once(thing("a", 0)).chain(steps)).await.unwrap();
    assert_eq!(fixture.count("SELECT n FROM things").await, 500);
}

async fn a_long_batch_is_all_or_none(fixture: Fixture) {
    let rows = (0..500).map(|i| thing(i.to_string(), i));
    assert_eq!(guard(fixture.apply(rows.chain([thing("0", 0)])).await), "thing is new");
    assert_eq!(fixture.count("SELECT COUNT(*) FROM things").await, 0);
}
