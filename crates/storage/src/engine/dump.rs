//! A whole store as bytes, the same for both engines: a JSON line per table and one per row.

use serde_json::{Value as Json, json};

use super::{StoreError, Type, Value};

/// One table's columns and rows. A NULL has lost its type.
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// The INSERT of one row.
    pub(super) fn insert(&self) -> String {
        let marks: Vec<String> = (1..=self.columns.len()).map(|i| format!("${i}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.columns.join(", "), marks.join(", "))
    }
}

#[derive(Default)]
pub(super) struct Dump {
    pub version: i64,
    pub tables: Vec<Table>,
}

impl Dump {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut lines = vec![json!({ "poolhouse_dump": self.version }).to_string()];
        for table in &self.tables {
            lines.push(json!({ "table": table.name, "columns": table.columns }).to_string());
            let first = lines.len();
            lines.extend(
                table.rows.iter().map(|row| Json::Array(row.iter().map(write).collect()).to_string()),
            );
            lines[first..].sort_unstable();
        }
        lines.push(String::new());
        lines.join("\n").into_bytes()
    }

    /// Names come back as plain words only: they become part of SQL.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        Self::try_parse(bytes).ok_or_else(|| StoreError::Engine("not a dump of a store".into()))
    }

    fn try_parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let head: Json = serde_json::from_slice(lines.next()?).ok()?;
        let mut dump = Self { version: head.get("poolhouse_dump")?.as_i64()?, tables: Vec::new() };
        for line in lines {
            match serde_json::from_slice(line).ok()? {
                Json::Object(table) => {
                    let name = plain_word(table.get("table")?)?;
                    let columns = table.get("columns")?.as_array()?;
                    let columns = columns.iter().map(plain_word).collect::<Option<_>>()?;
                    dump.tables.push(Table { name, columns, rows: Vec::new() });
                }
                Json::Array(values) => {
                    let table = dump.tables.last_mut()?;
                    if values.len() != table.columns.len() {
                        return None;
                    }
                    table.rows.push(values.iter().map(read).collect::<Option<_>>()?);
                }
                _ => return None,
            }
        }
        Some(dump)
    }

    /// Refuses a dump of another schema, or of tables that are not there.
    pub(super) fn check(&self, version: i64, tables: &[String]) -> Result<(), StoreError> {
        if !self.tables.is_empty() && self.version != version {
            return Err(StoreError::Engine(format!("dump of schema {}, store of {version}", self.version)));
        }
        match self.tables.iter().find(|table| !tables.contains(&table.name)) {
            Some(table) => Err(StoreError::Engine(format!("dump of an unknown table {}", table.name))),
            None => Ok(()),
        }
    }
}

fn plain_word(name: &Json) -> Option<String> {
    let name = name.as_str()?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (!name.is_empty() && name.bytes().all(plain)).then(|| name.to_owned())
}

/// Bytes are written as `{"b": base64}`.
fn write(value: &Value) -> Json {
    match value {
        Value::Null(_) => Json::Null,
        Value::Int(n) => (*n).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Blob(bytes) => json!({ "b": data_encoding::BASE64.encode(bytes) }),
    }
}

fn read(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null(Type::Text),
        Json::Number(n) => Value::Int(n.as_i64()?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(map) => {
            Value::Blob(data_encoding::BASE64.decode(map.get("b")?.as_str()?.as_bytes()).ok()?)
        }
        _ => return None,
    })
}
