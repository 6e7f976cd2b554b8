//! What holds for the whole store: in which mode it was born, and which root keys have sealed in it.

use crypto::secret_box::{RootKeyMark, RootKeys};
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

const BIRTH: &str = "birth";
/// With the root key's id behind it, the name under which its check value stands.
const ROOT_KEY: &str = "root-key:";

/// Why a store is not for this mode with these keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this store was created by `poolhouse {0}` and opens in no other mode")]
    OtherMode(String),
    #[error("the root key is another than this store's (its own has the id {})", .0.join(", "))]
    OtherRootKey(Vec<String>),
    #[error(
        "values in this store are sealed under the root key with the id {0}, which is not among those given"
    )]
    RootKeyMissing(String),
}

/// Whether a store with these rows of `installation`, as (name, value), may be opened in this mode with these
/// keys. A store without rows may: it is unborn. Otherwise one of the keys must be known to it, and every key
/// that it knows must be given, since what is sealed under one that is not would not open.
pub fn judge(facts: &[(String, String)], birth: Birth, keys: &RootKeys) -> Result<(), Refusal> {
    let Some((_, born)) = facts.iter().find(|(name, _)| name == BIRTH) else { return Ok(()) };
    if born != birth.as_str() {
        return Err(Refusal::OtherMode(born.clone()));
    }
    let known: Vec<(&str, &str)> = facts
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(ROOT_KEY)?, value.as_str())))
        .collect();
    let is_given =
        |&(id, check): &(&str, &str)| keys.marks().iter().any(|m| m.id == id && m.check_value == check);
    if !known.iter().any(is_given) {
        return Err(Refusal::OtherRootKey(known.iter().map(|(id, _)| (*id).to_owned()).collect()));
    }
    match known.iter().find(|key| !is_given(key)) {
        Some((id, _)) => Err(Refusal::RootKeyMissing((*id).to_owned())),
        None => Ok(()),
    }
}

/// Marks a fresh store with its mode and root key, and an existing one with a root key that seals in it from
/// now on. Nothing is written to a store that [`judge`] refuses.
pub async fn claim(db: &Db, birth: Birth) -> Result<()> {
    let current = db.keys.current_mark();
    let mut facts = facts(db).await?;
    if !facts.iter().any(|(name, _)| name == BIRTH) {
        let fresh = [put(BIRTH, birth.as_str()).must_insert("store unborn"), put_key(&current)];
        // Another process may be first; what it wrote is judged below.
        match db.apply(fresh, |_| None).await {
            Ok(()) | Err(Error::ConcurrentModification) => {}
            Err(error) => return Err(error),
        }
        facts = self::facts(db).await?;
    }
    judge(&facts, birth, &db.keys).map_err(|refusal| Error::Internal(refusal.to_string()))?;
    db.apply([put_key(&current)], |_| None).await
}

/// Puts this process's root key among those that seal here again, where another process that sealed anew forgot it:
/// a store must not open without a key that is still sealing.
pub async fn stay_known(db: &Db) -> Result<()> {
    let current = db.keys.current_mark();
    let own = format!("{ROOT_KEY}{}", current.id);
    let facts = facts(db).await?;
    let is_born = facts.iter().any(|(name, _)| name == BIRTH);
    if !is_born || facts.iter().any(|(name, _)| *name == own) {
        return Ok(());
    }
    db.apply([put_key(&current)], |_| None).await
}

/// Forgets the root keys under which nothing is sealed any more: all but the current one.
pub(crate) async fn retire_former_keys(db: &Db) -> Result<()> {
    let current = format!("{ROOT_KEY}{}", db.keys.current_id());
    let former: Vec<Statement> = facts(db)
        .await?
        .into_iter()
        .filter(|(name, _)| name.starts_with(ROOT_KEY) && *name != current)
        .map(|(name, _)| Statement::new("DELETE FROM installation WHERE name = $1", vec![name.into()]))
        .collect();
    db.apply(former, |_| None).await
}

fn put(name: &str, value: &str) -> Statement {
    Statement::new(
        "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        vec![name.into(), value.into()],
    )
}

fn put_key(key: &RootKeyMark) -> Statement {
    put(&format!("{ROOT_KEY}{}", key.id), &key.check_value)
}

async fn facts(db: &Db) -> Result<Vec<(String, String)>> {
    let rows = db.rows("SELECT name, value FROM installation", &[]).await?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(birth: &str, keys: &[u8]) -> Vec<(String, String)> {
        let known = keys.iter().map(|byte| RootKeys::new([*byte; 32], []).current_mark());
        let mut facts: Vec<_> =
            known.map(|mark| (format!("{ROOT_KEY}{}", mark.id), mark.check_value)).collect();
        facts.push((BIRTH.into(), birth.into()));
        facts
    }

    fn judged(facts: &[(String, String)], current: u8, old: &[u8]) -> Result<(), Refusal> {
        judge(facts, Birth::Serve, &RootKeys::new([current; 32], old.iter().map(|byte| [*byte; 32])))
    }

    #[test]
    fn a_store_opens_in_its_mode_with_all_of_its_keys() {
        let id = |byte: u8| RootKeys::new([byte; 32], []).current_id();
        for (birth, known, current, old, expected) in [
            ("serve", &[1][..], 1, &[][..], Ok(())),
            ("serve", &[1], 1, &[2], Ok(())),
            ("serve", &[1], 2, &[1], Ok(())),
            ("serve", &[1, 2], 2, &[1], Ok(())),
            ("serve", &[1, 2], 3, &[1, 2], Ok(())),
            ("serve", &[1], 2, &[], Err(Refusal::OtherRootKey(vec![id(1)]))),
            ("serve", &[1], 2, &[3], Err(Refusal::OtherRootKey(vec![id(1)]))),
            ("serve", &[1, 2], 2, &[], Err(Refusal::RootKeyMissing(id(1)))),
            ("serve", &[1, 2], 3, &[1], Err(Refusal::RootKeyMissing(id(2)))),
            ("serve", &[], 1, &[], Err(Refusal::OtherRootKey(vec![]))),
            ("dev", &[1], 1, &[], Err(Refusal::OtherMode("dev".into()))),
        ] {
            assert_eq!(judged(&facts(birth, known), current, old), expected, "{birth} {known:?} {current}");
        }
        assert_eq!(judged(&[], 1, &[]), Ok(()));
    }

    /// Ids are four bytes; another key may have the same.
    #[test]
    fn a_key_is_known_by_its_check_value() {
        let mut facts = facts("serve", &[1]);
        facts[0].1 = facts[0].1.replace(['0', '1', '2'], "3");
        assert!(matches!(judged(&facts, 1, &[]), Err(Refusal::OtherRootKey(_))));
    }
}
