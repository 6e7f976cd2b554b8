//! Values in and out of SQLite.

use rusqlite::types::{FromSqlError, ToSql, ToSqlOutput, Type as SqliteType, ValueRef};
use rusqlite::{Connection, Error, Result, Statement as Prepared};

use crate::engine::{Row, Type, Value};

pub(super) fn select(connection: &Connection, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let mut prepared = connection.prepare_cached(sql)?;
    bind(&mut prepared, params)?;
    read_all(&mut prepared).map(|rows| rows.into_iter().map(Row).collect())
}

/// SQLite numbers `$n` by first appearance, not by n, so a parameter's place is read out of its name.
pub(super) fn bind(prepared: &mut Prepared<'_>, params: &[Value]) -> Result<()> {
    let count = prepared.parameter_count();
    if count != params.len() {
        return Err(Error::InvalidParameterCount(params.len(), count));
    }
    for index in 1..=count {
        let name = prepared.parameter_name(index).unwrap_or_default();
        let place = name.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()?.checked_sub(1));
        let Some(value) = place.and_then(|place| params.get(place)) else {
            return Err(Error::InvalidParameterName(name.to_owned()));
        };
        prepared.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

pub(super) fn read_all(prepared: &mut Prepared<'_>) -> Result<Vec<Vec<Value>>> {
    let columns = prepared.column_count();
    let mut rows = prepared.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|i| read(i, row.get_ref(i)?));
        out.push(values.collect::<Result<_>>()?);
    }
    Ok(out)
}

fn read(column: usize, value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        // SQLite's NULL has no type, and a reader of a row asks for one anyway.
        ValueRef::Null => Value::Null(Type::Text),
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(_) => Value::Text(value.as_str()?.to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(Error::FromSqlConversionFailure(
                column,
                SqliteType::Real,
                FromSqlError::InvalidType.into(),
            ));
        }
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null(_) => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
