//! The schema: forward-only migrations, embedded, and the spelling of their types in each engine.

/// In order; the version of a schema is how many of them it has seen.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_pools.sql"),
    include_str!("../../migrations/0002_users.sql"),
    include_str!("../../migrations/0003_sign_in.sql"),
];

pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The migration for SQLite: strict tables clustered by their primary key, 64-bit integers, bytewise text.
pub(super) fn for_sqlite(text: &str) -> String {
    without_comments(text).replace("BIGINT", "INTEGER").replace("\n);", "\n) STRICT, WITHOUT ROWID;")
}

/// The migration for PostgreSQL: text compares as bytes.
pub(super) fn for_postgres(text: &str) -> String {
    let words: Vec<String> = without_comments(text)
        .split('\n')
        .map(|line| line.replace("BLOB", "BYTEA").replace(" TEXT", " TEXT COLLATE \"C\""))
        .collect();
    words.join("\n")
}

/// The tables of today's schema, in order of creation.
pub(super) fn tables() -> Vec<&'static str> {
    MIGRATIONS
        .iter()
        .flat_map(|text| text.split("CREATE TABLE ").skip(1))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect()
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}
