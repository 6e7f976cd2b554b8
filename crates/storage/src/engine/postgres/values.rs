//! Values in and out of PostgreSQL, and prepared statements.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::{IsNull, ToSql, Type as PgType, to_sql_checked};
use tokio_postgres::{Row as PgRow, Statement as Prepared};

use super::Failed;
use crate::engine::{StoreError, Type, Value};

pub(super) async fn prepare(client: &ClientWrapper, sql: &str, params: &[Value]) -> Result<Prepared, Failed> {
    let types: Vec<PgType> = params
        .iter()
        .map(|value| match value.kind() {
            Type::Int => PgType::INT8,
            Type::Text => PgType::TEXT,
            Type::Blob => PgType::BYTEA,
        })
        .collect();
    let prepared = client.prepare_typed_cached(sql, &types).await?;
    let wanted = prepared.params().len();
    if wanted != params.len() {
        let message = format!("{wanted} parameters expected, {} given: {sql}", params.len());
        return Err(Failed::Fault(StoreError::Engine(message)));
    }
    Ok(prepared)
}

pub(super) async fn select(
    client: &ClientWrapper,
    sql: &str,
    params: &[Value],
) -> Result<Vec<PgRow>, Failed> {
    let prepared = prepare(client, sql, params).await?;
    Ok(client.query(&prepared, &as_params(params)).await?)
}

/// Values go as themselves, not as what they hold: the driver writes parameters to its debug log.
pub(super) fn as_params(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

pub(super) fn kind_of(column: &PgType) -> Type {
    match *column {
        PgType::INT8 => Type::Int,
        PgType::BYTEA => Type::Blob,
        _ => Type::Text,
    }
}

pub(super) fn read(row: &PgRow) -> Result<Vec<Value>, StoreError> {
    (0..row.len()).map(|i| read_column(row, i)).collect()
}

fn read_column(row: &PgRow, i: usize) -> Result<Value, StoreError> {
    let kind = row.columns().get(i).map(|column| column.type_());
    let value = match kind {
        Some(&PgType::INT8) => row.try_get::<_, Option<i64>>(i).map(Value::from),
        Some(&PgType::INT4) => row.try_get::<_, Option<i32>>(i).map(|n| n.map(i64::from).into()),
        Some(&PgType::BOOL) => row.try_get::<_, Option<bool>>(i).map(|b| b.map(i64::from).into()),
        Some(&PgType::BYTEA) => row.try_get::<_, Option<Vec<u8>>>(i).map(Value::from),
        Some(&PgType::TEXT) => row.try_get::<_, Option<String>>(i).map(Value::from),
        // SUM of BIGINT is a NUMERIC: the statement has to CAST it.
        _ => return Err(StoreError::Engine(format!("column {i} is of type {kind:?}"))),
    };
    value.map_err(|error| super::fault(&error))
}

impl ToSql for Value {
    fn to_sql(&self, kind: &PgType, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null(_) => return Ok(IsNull::Yes),
            other if kind_of(kind) != other.kind() => {
                return Err("a value of another type than its column".into());
            }
            Self::Int(n) => out.put_i64(*n),
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Blob(bytes) => out.put_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(kind: &PgType) -> bool {
        matches!(*kind, PgType::INT8 | PgType::TEXT | PgType::BYTEA)
    }

    to_sql_checked!();
}
