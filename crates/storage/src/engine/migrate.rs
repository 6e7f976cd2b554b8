//! The schema: forward-only migrations, embedded, and the spelling of their types in each engine.
//!
//! A migration keeps to BIGINT, TEXT and BLOB, gives every table a primary key and ends `CREATE TABLE` with
//! `);` on a line of its own.

use super::StoreError;

/// Migrations in order; the version of a schema is how many of them it has seen. What is released is never
/// edited, only followed.
#[derive(Debug, Clone, Copy)]
pub struct Schema(pub &'static [&'static str]);

impl Schema {
    /// The product's.
    pub const CURRENT: Self = Self(&[
        include_str!("../../migrations/0001_pools.sql"),
        include_str!("../../migrations/0002_users.sql"),
        include_str!("../../migrations/0003_sign_in.sql"),
        include_str!("../../migrations/0004_factors.sql"),
        include_str!("../../migrations/0005_session_tracking.sql"),
        include_str!("../../migrations/0006_devices.sql"),
        include_str!("../../migrations/0007_passkeys.sql"),
        include_str!("../../migrations/0008_authentication_levels.sql"),
        include_str!("../../migrations/0009_principals.sql"),
        include_str!("../../migrations/0010_quotas.sql"),
    ]);

    pub const fn version(self) -> i64 {
        self.0.len() as i64
    }

    /// What a store of version `found` still lacks.
    pub(super) fn missing(self, found: i64) -> Result<&'static [&'static str], StoreError> {
        let seen =
            usize::try_from(found).map_err(|_| StoreError::Engine("the schema has no version".into()))?;
        self.0.get(seen..).ok_or(StoreError::NewerSchema { found, known: self.version() })
    }
}

/// The migration for SQLite: strict tables clustered by their primary key, 64-bit integers, bytewise text.
pub(super) fn for_sqlite(text: &str) -> String {
    without_comments(text).replace("BIGINT", "INTEGER").replace("\n);", "\n) STRICT, WITHOUT ROWID;")
}

/// The migration for PostgreSQL: text compares as bytes.
pub(super) fn for_postgres(text: &str) -> String {
    without_comments(text).replace(" BLOB", " BYTEA").replace(" TEXT", " TEXT COLLATE \"C\"")
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "-- TEXT of BLOB\nCREATE TABLE t (\n  a TEXT NOT NULL PRIMARY KEY,\n  b BIGINT,\n  c BLOB\n);\n";

    #[test]
    fn types_are_spelled_for_each_engine() {
        assert_eq!(
            for_sqlite(TABLE),
            "CREATE TABLE t (\n  a TEXT NOT NULL PRIMARY KEY,\n  b INTEGER,\n  c BLOB\n) STRICT, WITHOUT ROWID;"
        );
        assert_eq!(
            for_postgres(TABLE),
            "CREATE TABLE t (\n  a TEXT COLLATE \"C\" NOT NULL PRIMARY KEY,\n  b BIGINT,\n  c BYTEA\n);"
        );
    }

    #[test]
    fn only_what_is_missing_is_applied() {
        let schema = Schema(&["one", "two"]);
        assert_eq!(schema.missing(0).unwrap(), ["one", "two"]);
        assert_eq!(schema.missing(1).unwrap(), ["two"]);
        assert!(schema.missing(2).unwrap().is_empty());
        assert!(matches!(schema.missing(3), Err(StoreError::NewerSchema { found: 3, known: 2 })));
        assert!(schema.missing(-1).is_err());
    }

    /// Outside the dialect: what one of the engines, or a database that speaks PostgreSQL's protocol, lacks.
    #[test]
    fn migrations_stay_inside_the_dialect() {
        for text in Schema::CURRENT.0 {
            let text = without_comments(text);
            let creates = text.matches("CREATE TABLE ").count();
            assert_eq!(text.matches("\n);").count(), creates);
            assert_eq!(text.matches("PRIMARY KEY").count(), creates);
            for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                let upper = word.to_ascii_uppercase();
                assert!(
                    ![
                        "SERIAL",
                        "BIGSERIAL",
                        "AUTOINCREMENT",
                        "INTEGER",
                        "INT",
                        "BOOLEAN",
                        "TIMESTAMP",
                        "REAL",
                        "VARCHAR",
                        "JSON",
                        "JSONB",
                        "BYTEA",
                        "REFERENCES",
                        "CASCADE",
                        "TRIGGER",
                        "COLLATE",
                    ]
                    .contains(&upper.as_str()),
                    "{word}"
                );
            }
        }
    }
}
