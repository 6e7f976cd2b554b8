//! All rows of all tables, out and in.

use rusqlite::Connection;

use super::values;
use crate::engine::StoreError;
use crate::engine::dump::{Dump, Table};

pub(super) fn dump(connection: &Connection, version: i64) -> Result<Dump, StoreError> {
    let tables = table_names(connection)?.into_iter().map(|name| dump_table(connection, name));
    let tables = tables.collect::<rusqlite::Result<_>>().map_err(StoreError::engine)?;
    Ok(Dump { version, tables })
}

pub(super) fn replace(connection: &mut Connection, version: i64, dump: &Dump) -> Result<(), StoreError> {
    let names = table_names(connection)?;
    dump.check(version, &names)?;
    let mut replace = || -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        for name in &names {
            transaction.execute(&format!("DELETE FROM {name}"), [])?;
        }
        for table in &dump.tables {
            let mut insert = transaction.prepare(&table.insert())?;
            for row in &table.rows {
                values::bind(&mut insert, row)?;
                insert.raw_execute()?;
            }
        }
        transaction.commit()
    };
    replace().map_err(StoreError::engine)
}

fn table_names(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let names = || -> rusqlite::Result<Vec<String>> {
        let mut select = connection.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
        )?;
        select.query_map([], |row| row.get(0))?.collect()
    };
    names().map_err(StoreError::engine)
}

fn dump_table(connection: &Connection, name: String) -> rusqlite::Result<Table> {
    let mut select = connection.prepare(&format!("SELECT * FROM {name}"))?;
    let columns = select.column_names().map(str::to_owned).collect();
    Ok(Table { name, columns, rows: values::read_all(&mut select)? })
}
