//! What holds for the whole store: in which mode it was born, and which root keys it knows.

use domain::{Error, Result};

use crate::db::Db;
use crate::engine::Statement;

/// In which mode a store was created. Nothing converts one into the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birth {
    Dev,
    Serve,
}

impl Birth {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Serve => "serve",
        }
    }
}

/// Marks a fresh store with its mode and root key, or checks that an existing one fits both. Nothing is
/// written to a store that does not fit.
pub async fn claim(db: &Db, birth: Birth) -> Result<()> {
    let put = |name: &str, value: String| {
        Statement::new(
            "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            vec![name.into(), value.into()],
        )
    };
    let check_name = format!("root-key:{}", db.keys.current_id());
    if read(db, "birth").await?.is_none() {
        let fresh = [
            put("birth", birth.as_str().into()).must_insert("store unborn"),
            put(&check_name, db.keys.check_value()),
        ];
        // Another process may be first; what it wrote is checked below.
        match db.apply(fresh, |_| None).await {
            Ok(()) | Err(Error::ConcurrentModification) => {}
            Err(error) => return Err(error),
        }
    }
    let born = read(db, "birth").await?.unwrap_or_default();
    if born != birth.as_str() {
        return Err(Error::Internal(format!(
            "this store was created by `poolhouse {born}` and opens in no other mode"
        )));
    }
    if read(db, &check_name).await? != Some(db.keys.check_value()) {
        return Err(Error::Internal("this store was created under another root key".into()));
    }
    Ok(())
}

async fn read(db: &Db, name: &str) -> Result<Option<String>> {
    let row = db.row("SELECT value FROM installation WHERE name = $1", &[name.into()]).await?;
    Ok(row.map(|row| row.text(0).to_owned()))
}
