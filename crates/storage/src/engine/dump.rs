//! A whole store as bytes, the same for both engines: a JSON line per table and one per row.

use serde_json::{Value as Json, json};

use super::migrate;
use super::{StoreError, Value};

/// One table's columns and rows. Bytes are written as `{"b": base64}`.
pub(super) struct Table {
    pub name: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<Cell>>>,
}

pub(super) enum Cell {
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    pub(super) fn of(value: Value) -> Option<Self> {
        match value {
            Value::Null(_) => None,
            Value::Int(n) => Some(Self::Int(n)),
            Value::Text(text) => Some(Self::Text(text)),
            Value::Blob(bytes) => Some(Self::Blob(bytes)),
        }
    }
}

pub(super) struct Dump(pub Vec<Table>);

impl Dump {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |json: Json| {
            out.extend(json.to_string().into_bytes());
            out.push(b'\n');
        };
        line(json!({ "poolhouse_dump": migrate::VERSION }));
        for table in &self.0 {
            line(json!({ "table": table.name, "columns": table.columns }));
            for row in &table.rows {
                line(Json::Array(row.iter().map(write).collect()));
            }
        }
        out
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let broken = || StoreError::Engine("not a dump of this version".into());
        let mut lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let mut next = || lines.next().map(|line| serde_json::from_slice::<Json>(line).map_err(|_| broken()));
        let head = next().ok_or_else(broken)??;
        if head["poolhouse_dump"] != migrate::VERSION {
            return Err(broken());
        }
        let mut tables: Vec<Table> = Vec::new();
        while let Some(line) = next() {
            match line? {
                Json::Object(table) => {
                    let name = table.get("table").and_then(Json::as_str).ok_or_else(broken)?;
                    let name = migrate::tables().into_iter().find(|known| *known == name).ok_or_else(broken)?;
                    let columns = table.get("columns").and_then(Json::as_array).ok_or_else(broken)?;
                    let columns: Vec<String> =
                        columns.iter().filter_map(Json::as_str).map(str::to_owned).collect();
                    if columns.iter().any(|c| !c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')) {
                        return Err(broken());
                    }
                    tables.push(Table { name, columns, rows: Vec::new() });
                }
                Json::Array(cells) => {
                    let table = tables.last_mut().ok_or_else(broken)?;
                    let row = cells.iter().map(read).collect::<Option<Vec<_>>>().ok_or_else(broken)?;
                    if row.len() != table.columns.len() {
                        return Err(broken());
                    }
                    table.rows.push(row);
                }
                _ => return Err(broken()),
            }
        }
        Ok(Self(tables))
    }
}

fn write(cell: &Option<Cell>) -> Json {
    match cell {
        None => Json::Null,
        Some(Cell::Int(n)) => (*n).into(),
        Some(Cell::Text(text)) => text.as_str().into(),
        Some(Cell::Blob(bytes)) => json!({ "b": data_encoding::BASE64.encode(bytes) }),
    }
}

fn read(cell: &Json) -> Option<Option<Cell>> {
    Some(match cell {
        Json::Null => None,
        Json::Number(n) => Some(Cell::Int(n.as_i64()?)),
        Json::String(text) => Some(Cell::Text(text.clone())),
        Json::Object(map) => {
            Some(Cell::Blob(data_encoding::BASE64.decode(map.get("b")?.as_str()?.as_bytes()).ok()?))
        }
        _ => return None,
    })
}
