//! All rows of all tables, out and in. What the engine keeps for itself is not part of it.

use tokio_postgres::{Client, Error as PgError, IsolationLevel, Transaction};

use super::{fault, values};
use crate::engine::dump::{Dump, Table};
use crate::engine::{StoreError, Value};

pub(super) async fn dump(client: &mut Client, version: i64) -> Result<Dump, StoreError> {
    let snapshot = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = snapshot.start().await.map_err(|e| fault(&e))?;
    let mut tables = Vec::new();
    for name in table_names(&transaction).await.map_err(|e| fault(&e))? {
        let select = transaction.prepare(&format!("SELECT * FROM {name}")).await.map_err(|e| fault(&e))?;
        let columns = select.columns().iter().map(|column| column.name().to_owned()).collect();
        let rows = transaction.query(&select, &[]).await.map_err(|e| fault(&e))?;
        let rows = rows.iter().map(values::read).collect::<Result<_, _>>()?;
        tables.push(Table { name, columns, rows });
    }
    Ok(Dump { version, tables })
}

pub(super) async fn replace(client: &mut Client, version: i64, dump: Dump) -> Result<(), StoreError> {
    let transaction = client.transaction().await.map_err(|e| fault(&e))?;
    let names = table_names(&transaction).await.map_err(|e| fault(&e))?;
    dump.check(version, &names)?;
    let insert_all = async {
        for name in &names {
            transaction.execute(&format!("DELETE FROM {name}"), &[]).await?;
        }
        for table in dump.tables {
            let insert = transaction.prepare(&table.insert()).await?;
            for row in table.rows {
                let row: Vec<Value> = row
                    .into_iter()
                    .zip(insert.params())
                    .map(|(value, column)| match value {
                        Value::Null(_) => Value::Null(values::kind_of(column)),
                        other => other,
                    })
                    .collect();
                transaction.execute(&insert, &values::as_params(&row)).await?;
            }
        }
        Ok(())
    };
    insert_all.await.map_err(|e: PgError| fault(&e))?;
    transaction.commit().await.map_err(|e| fault(&e))
}

async fn table_names(transaction: &Transaction<'_>) -> Result<Vec<String>, PgError> {
    let names = transaction
        .query(
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' \
               AND table_name NOT IN ('schema_version', 'committed_batches') \
             ORDER BY CAST(table_name AS TEXT) COLLATE \"C\"",
            &[],
        )
        .await?;
    names.iter().map(|row| row.try_get(0)).collect()
}
