//! Dump, load and clear, also from one engine to the other.

use storage::engine::Value;

use crate::fixture::{Fixture, on_both_engines, statement, thing};

on_both_engines!(
    a_dump_restores_what_was,
    clear_leaves_nothing,
    broken_dumps_change_nothing,
    large_dumps_load
);

async fn fill(fixture: &Fixture) {
    let row = |name: &str, n: Option<i64>, note: Option<&str>, bytes: Option<Vec<u8>>| {
        let params = [Value::from(name), n.into(), note.into(), bytes.into()];
        statement("INSERT INTO things (name, n, note, bytes) VALUES ($1, $2, $3, $4)", params)
    };
    fixture
        .apply([
            row("none", None, None, None),
            row("least", Some(i64::MIN), Some(""), Some(vec![])),
            row("most", Some(i64::MAX), Some("Zoë\n\"💧\" \\ {\"b\":\"\"}"), Some((0..=255).collect())),
            statement("INSERT INTO parents (name, deleted_at) VALUES ('p', NULL), ('q', 1)", []),
        ])
        .await
        .unwrap();
}

async fn a_dump_restores_what_was(fixture: Fixture) {
    fill(&fixture).await;
    let dump = fixture.store.dump().await.unwrap();
    fixture.apply([thing("later", 1), statement("DELETE FROM parents", [])]).await.unwrap();
    assert_ne!(fixture.store.dump().await.unwrap(), dump);
    fixture.store.load(&dump).await.unwrap();
    assert_eq!(fixture.store.dump().await.unwrap(), dump);
    assert_eq!(
        fixture.count("SELECT COUNT(*) FROM things WHERE n IS NULL AND note IS NULL AND bytes IS NULL").await,
        1
    );
}

#[tokio::test]
async fn dumps_go_between_engines() {
    let (sqlite, postgres) = (Fixture::sqlite().await, Fixture::postgres().await);
    fill(&sqlite).await;
    let dump = sqlite.store.dump().await.unwrap();
    postgres.apply([thing("in the way", 1)]).await.unwrap();
    postgres.store.load(&dump).await.unwrap();
    assert_eq!(postgres.store.dump().await.unwrap(), dump);
    sqlite.store.clear().await.unwrap();
    sqlite.store.load(&postgres.store.dump().await.unwrap()).await.unwrap();
    assert_eq!(sqlite.store.dump().await.unwrap(), dump);
}

async fn clear_leaves_nothing(fixture: Fixture) {
    let empty = fixture.store.dump().await.unwrap();
    fill(&fixture).await;
    fixture.store.clear().await.unwrap();
    assert_eq!(fixture.store.dump().await.unwrap(), empty);
    fill(&fixture).await;
}

async fn broken_dumps_change_nothing(fixture: Fixture) {
    fill(&fixture).await;
    let dump = fixture.store.dump().await.unwrap();
    let head = "{\"poolhouse_dump\":2}\n";
    let broken = [
        String::new(),
        "[]".into(),
        "{\"poolhouse_dump\":1}\n{\"table\":\"things\",\"columns\":[\"name\"]}\n[\"a\"]\n".into(),
        format!("{head}{{\"table\":\"nowhere\",\"columns\":[\"name\"]}}\n[\"a\"]\n"),
        format!("{head}{{\"table\":\"schema_version\",\"columns\":[\"id\",\"version\"]}}\n[1,9]\n"),
        format!("{head}{{\"table\":\"things\",\"columns\":[\"name) VALUES ('x'); --\"]}}\n[\"a\"]\n"),
        format!("{head}{{\"table\":\"things\",\"columns\":[\"nowhere\"]}}\n[\"a\"]\n"),
        format!("{head}{{\"table\":\"things\",\"columns\":[\"name\",\"n\"]}}\n[\"a\"]\n"),
        format!("{head}{{\"table\":\"things\",\"columns\":[\"name\",\"n\"]}}\n[\"a\",1.5]\n"),
        format!("{head}{{\"table\":\"things\",\"columns\":[\"name\",\"n\"]}}\n[\"a\",\"b\"]\n"),
        format!("{head}{{\"table\":\"things\",\"columns\":[\"name\"]}}\n[\"a\"]\n[\"a\"]\n"),
        format!("{head}[\"a\"]\n"),
    ];
    for text in broken {
        assert!(fixture.store.load(text.as_bytes()).await.is_err(), "{text}");
        assert_eq!(fixture.store.dump().await.unwrap(), dump, "{text}");
    }
    fixture.store.ping().await.unwrap();
}

async fn large_dumps_load(fixture: Fixture) {
    fixture.apply((0..5000).map(|i| thing(i.to_string(), i))).await.unwrap();
    let dump = fixture.store.dump().await.unwrap();
    fixture.store.load(&dump).await.unwrap();
    assert_eq!(fixture.count("SELECT COUNT(*) FROM things").await, 5000);
}
