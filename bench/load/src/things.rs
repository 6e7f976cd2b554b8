//! A store of a thousand rows, on which point reads and durable batches are measured.

use std::path::Path;

use storage::engine::{Batch, Schema, SqliteOptions, Statement, Store};

use crate::Result;

const SCHEMA: Schema = Schema(&[
    "CREATE TABLE things (\n  pool TEXT NOT NULL,\n  name TEXT NOT NULL,\n  n BIGINT NOT NULL,\n  note TEXT NOT NULL,\n  PRIMARY KEY (pool, name)\n);\n",
]);
const ROWS: usize = 1000;

#[derive(Clone)]
pub struct Things(Store);

impl Things {
    pub async fn open(folder: &Path) -> Result<Self> {
        let options = SqliteOptions { schema: SCHEMA, ..SqliteOptions::default() };
        let store = Store::open_sqlite_with(folder, options)?;
        let rows = (0..ROWS).map(|i| {
            Statement::new(
                "INSERT INTO things (pool, name, n, note) VALUES ($1, $2, 0, $3)",
                vec!["pool".into(), name(i).into(), "x".repeat(200).into()],
            )
        });
        store.apply(rows.collect()).await?;
        Ok(Self(store))
    }

    pub async fn read(&self, n: usize) -> Result<()> {
        let params = ["pool".into(), name(n).into()];
        let sql = "SELECT name, n, note FROM things WHERE pool = $1 AND name = $2";
        self.0.row(sql, &params).await?.ok_or("a row is missing")?;
        Ok(())
    }

    /// One condition and one update: what a rotation writes.
    pub async fn change(&self, n: usize) -> Result<()> {
        let params = || vec!["pool".into(), name(n).into()];
        let batch: Batch = [
            Statement::new("SELECT 1 FROM things WHERE pool = $1 AND name = $2", params()).must_find("there"),
            Statement::new("UPDATE things SET n = n + 1 WHERE pool = $1 AND name = $2", params())
                .must_change_one("changed"),
        ]
        .into_iter()
        .collect();
        Ok(self.0.apply(batch).await?)
    }
}

fn name(n: usize) -> String {
    format!("name {}", n % ROWS)
}
