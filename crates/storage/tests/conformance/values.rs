//! Values come back as they went in, mean the same on both engines, or are refused on both.

use storage::engine::{StoreError, Type, Value};

use crate::fixture::{Fixture, fault, on_both_engines, statement, thing};

on_both_engines!(
    values_come_back,
    nulls_of_each_type,
    text_orders_by_bytes,
    a_prefix_is_a_byte_range,
    null_characters_are_refused,
    parameters_go_by_number,
    wrong_parameter_counts_are_faults,
    wrong_types_are_faults,
    more_than_one_row_is_a_fault,
    computed_columns_are_read,
);

const INSERT: &str = "INSERT INTO things (name, n, note, bytes) VALUES ($1, $2, $3, $4)";

async fn values_come_back(fixture: Fixture) {
    let long = "x".repeat(100_000);
    let cases: Vec<(i64, &str, Vec<u8>)> = vec![
        (i64::MIN, "", vec![]),
        (i64::MAX, "'; DROP TABLE things; --", vec![0]),
        (0, "\u{1}\t\n\\ \"$1\" ?1 %_", vec![0, 0, 255, 0]),
        (-1, "Zoë 💧 ﷽ \u{10FFFF} e\u{301}", (0..=255).collect()),
        (1 << 53, &long, vec![7; 100_000]),
    ];
    for (i, (n, note, bytes)) in cases.iter().enumerate() {
        let name = i.to_string();
        let params = [name.as_str().into(), (*n).into(), (*note).into(), bytes.clone().into()];
        fixture.apply([statement(INSERT, params)]).await.unwrap();
        let found = fixture
            .store
            .row(
                "SELECT n, note, bytes FROM things WHERE name = $1 AND n = $2 AND note = $3 AND bytes = $4",
                &[name.into(), (*n).into(), (*note).into(), bytes.clone().into()],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.int(0), found.text(1), found.blob(2)), (*n, *note, bytes.as_slice()));
    }
}

async fn nulls_of_each_type(fixture: Fixture) {
    let nulls = [Value::Null(Type::Int), Value::Null(Type::Text), Value::Null(Type::Blob)];
    fixture.apply([statement(INSERT, [Value::from("a")].into_iter().chain(nulls))]).await.unwrap();
    let full = [Value::from("b"), Some(1).into(), Some("t").into(), Some(vec![2]).into()];
    fixture.apply([statement(INSERT, full)]).await.unwrap();
    let rows = fixture.rows("SELECT n, note, bytes FROM things ORDER BY name").await;
    assert_eq!((rows[0].opt_int(0), rows[0].opt_text(1), rows[0].opt_blob(2)), (None, None, None));
    assert_eq!(
        (rows[1].opt_int(0), rows[1].opt_text(1), rows[1].opt_blob(2)),
        (Some(1), Some("t"), Some(&[2][..]))
    );

    // A NULL as a condition, of each type: $n IS NULL needs to know which.
    for (null, value) in
        [(None::<i64>.into(), 1.into()), (None::<&str>.into(), "t".into())] as [(Value, Value); 2]
    {
        for (param, expected) in [(null, 2), (value, 1)] {
            let sql = match param {
                Value::Null(Type::Int) | Value::Int(_) => {
                    "SELECT name FROM things WHERE $1 IS NULL OR n = $1"
                }
                _ => "SELECT name FROM things WHERE $1 IS NULL OR note = $1",
            };
            assert_eq!(fixture.store.rows(sql, &[param]).await.unwrap().len(), expected);
        }
    }
}

async fn text_orders_by_bytes(fixture: Fixture) {
    let mut names =
        vec!["a", "B", "b", "A", "_", "-", "ä", "z", "Z", "é", "e\u{301}", "💧", "\u{ffff}", "aa", "a b", ""];
    fixture.apply(names.iter().map(|name| thing(*name, 0))).await.unwrap();
    names.sort_unstable();
    let rows = fixture.rows("SELECT name FROM things ORDER BY name").await;
    assert_eq!(rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(), names);
    for after in &names {
        let expected: Vec<_> = names.iter().filter(|name| name > &after).copied().collect();
        let rows = fixture
            .store
            .rows("SELECT name FROM things WHERE name > $1 ORDER BY name", &[(*after).into()])
            .await
            .unwrap();
        assert_eq!(rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(), expected);
    }
    // Neither case nor form of Unicode is folded.
    let one = fixture.store.rows("SELECT 1 FROM things WHERE name = $1", &["é".into()]).await.unwrap();
    assert_eq!(one.len(), 1);
}

async fn a_prefix_is_a_byte_range(fixture: Fixture) {
    let names = ["zo", "zoë", "zoë1", "zoëé", "zof", "zoe", "ZOË", "zoê", "zoì"];
    fixture.apply(names.iter().map(|name| thing(*name, 0))).await.unwrap();
    // The end of a prefix's range: the last character one further.
    let rows = fixture
        .store
        .rows(
            "SELECT name FROM things WHERE name >= $1 AND name < $2 ORDER BY name",
            &["zoë".into(), "zoì".into()],
        )
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(), ["zoë", "zoë1", "zoëé"]);
}

async fn null_characters_are_refused(fixture: Fixture) {
    let message = fault(fixture.apply([thing("fine", 0), thing("a\0secret", 0)]).await);
    assert!(!message.contains("secret"), "{message}");
    assert_eq!(fixture.count("SELECT COUNT(*) FROM things").await, 0);
    let read = fixture.store.rows("SELECT 1 FROM things WHERE name = $1", &["\0".into()]).await;
    assert!(matches!(read, Err(StoreError::NullCharacter)), "{read:?}");
    let dump = b"{\"poolhouse_dump\":2}\n{\"table\":\"things\",\"columns\":[\"name\"]}\n[\"a\\u0000b\"]\n";
    assert!(matches!(fixture.store.load(dump).await, Err(StoreError::NullCharacter)));
}

async fn parameters_go_by_number(fixture: Fixture) {
    let sql = "INSERT INTO things (n, name, note) VALUES ($2, $3, $1), ($2, $1, $3)";
    fixture.apply([statement(sql, ["one".into(), 2.into(), "three".into()])]).await.unwrap();
    let rows = fixture.rows("SELECT name, n, note FROM things ORDER BY name").await;
    let rows: Vec<_> = rows.iter().map(|row| (row.text(0), row.int(1), row.text(2))).collect();
    assert_eq!(rows, [("one", 2, "three"), ("three", 2, "one")]);

    let forty = "INSERT INTO things (name, n) VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), \
        ($13, $14), ($15, $16), ($17, $18), ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), \
        ($31, $32), ($33, $34), ($35, $36), ($37, $38), ($39, $40)";
    let params = (1..=20).flat_map(|i: i64| [Value::from(i.to_string()), i.into()]);
    fixture.apply([statement(forty, params)]).await.unwrap();
    assert_eq!(fixture.count("SELECT n FROM things WHERE name = '20'").await, 20);
}

async fn wrong_parameter_counts_are_faults(fixture: Fixture) {
    const SELECT: &str = "SELECT 1 FROM things WHERE name = $1 AND n = $2";
    for params in [vec![], vec![Value::from("a")]] {
        fixture.store.rows(SELECT, &params).await.unwrap_err();
        fault(fixture.apply([statement(SELECT, params).must_see("seen")]).await);
    }
    fixture.store.ping().await.unwrap();
}

async fn wrong_types_are_faults(fixture: Fixture) {
    for (n, bytes) in [("secret".into(), vec![1].into()), (1.into(), "secret".into())] as [(Value, Value); 2]
    {
        let message = fault(fixture.apply([statement(INSERT, ["a".into(), n, "t".into(), bytes])]).await);
        assert!(!message.contains("secret"), "{message}");
    }
    assert_eq!(fixture.count("SELECT COUNT(*) FROM things").await, 0);
}

async fn more_than_one_row_is_a_fault(fixture: Fixture) {
    fixture.apply([thing("a", 0), thing("b", 0)]).await.unwrap();
    fixture.store.row("SELECT name FROM things", &[]).await.unwrap_err();
    assert!(fixture.store.row("SELECT name FROM things WHERE name = 'c'", &[]).await.unwrap().is_none());
}

async fn computed_columns_are_read(fixture: Fixture) {
    fixture.apply([thing("a", 20), thing("b", 22)]).await.unwrap();
    let sql = "SELECT COUNT(*), CAST(SUM(n) AS BIGINT), MAX(name), 1, MIN(n) = 20, 'x' FROM things";
    let row = fixture.store.row(sql, &[]).await.unwrap().unwrap();
    assert_eq!((row.int(0), row.int(1), row.text(2), row.int(3)), (2, 42, "b", 1));
    assert_eq!((row.int(4), row.text(5)), (1, "x"));
    // What one engine would read as nothing is refused there.
    fixture.store.row("SELECT 1.5", &[]).await.unwrap_err();
}
