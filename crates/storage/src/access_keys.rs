//! Long-term keys of users, at most two each; secrets are sealed.

use crypto::secret_box::Context;
use domain::Result;
use domain::ids::{AccessKeyId, AccountId, PrincipalId};
use domain::principal::{AccessKey, KeyStatus};
use domain::time::Time;
use zeroize::Zeroizing;

use crate::columns::principal;
use crate::db::{Db, inconsistent};
use crate::engine::{Row, Statement};
use crate::principals::{self, Lookup, NEVER, touch};

/// Keys of a user at most.
pub const MAX_PER_USER: i64 = 2;

/// Condition: no key has this id.
pub const ID_FREE: &str = "access key id free";
/// Condition: the user has such a key.
pub const EXISTS: &str = "access key exists";
/// Condition: the user has no more keys than it may.
pub const WITHIN_LIMIT: &str = "access keys of the user within the limit";

/// A key as it is stored, with the user it is of.
pub struct StoredKey {
    pub status: KeyStatus,
    pub user: Lookup,
    account: AccountId,
    id: AccessKeyId,
    sealed: Vec<u8>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl StoredKey {
    /// The secret access key.
    pub fn secret(&self, db: &Db) -> Result<Zeroizing<String>> {
        let fault = || inconsistent("access_keys", "secret");
        let opened = db.keys.open(&context(&self.account, &self.id), &self.sealed).map_err(|_| fault())?;
        let text = std::str::from_utf8(&opened).map_err(|_| fault())?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// The key with its user and all the user's policies, in one read. `known` is whose version was read before.
pub async fn find(
    db: &Db,
    id: &AccessKeyId,
    known: Option<(&PrincipalId, i64)>,
) -> Result<Option<StoredKey>> {
    let (known_id, known_version) = known.map_or(("", NEVER), |(id, version)| (id.as_str(), version));
    let rows = db
        .rows(
            concat!(
                "SELECT k.account, k.secret, k.status, ",
                principal!(),
                ", d.name, d.document \
                 FROM access_keys k JOIN principals p ON p.principal_id = k.principal_id \
                 LEFT JOIN principal_policies d ON d.principal_id = p.principal_id \
                      AND NOT (p.principal_id = $2 AND p.version = $3) \
                 WHERE k.access_key_id = $1 ORDER BY d.name"
            ),
            &[id.as_str().into(), known_id.into(), known_version.into()],
        )
        .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(StoredKey {
        account: AccountId::new(row.text(0)),
        id: id.clone(),
        sealed: row.blob(1).to_vec(),
        status: status(row, 2)?,
        user: principals::lookup(row, &rows, 3, known)?,
    }))
}

/// The keys of a user, oldest first.
pub async fn list(db: &Db, user: &PrincipalId) -> Result<Vec<AccessKey>> {
    let rows = db
        .rows(
            "SELECT access_key_id, status, created_at FROM access_keys WHERE principal_id = $1 \
             ORDER BY created_at, access_key_id",
            &[user.as_str().into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(AccessKey {
                id: AccessKeyId::new(row.text(0)),
                user: user.clone(),
                status: status(row, 1)?,
                created_at: Time::from_millis(row.int(2)),
            })
        })
        .collect()
}

/// Adds a key to a user, who is held so that the limit counts every key made at the same moment and its deletion
/// finds them all.
pub fn insert(db: &Db, account: &AccountId, key: &AccessKey, secret: &str) -> [Statement; 3] {
    let sealed = db.keys.seal(&context(account, &key.id), secret.as_bytes(), db.random.as_ref());
    [
        touch(&key.user),
        Statement::new(
            "INSERT INTO access_keys (access_key_id, principal_id, account, secret, status, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            vec![
                key.id.as_str().into(),
                key.user.as_str().into(),
                account.as_str().into(),
                sealed.into(),
                key.status.as_str().into(),
                key.created_at.millis().into(),
            ],
        )
        .must_insert(ID_FREE),
        Statement::new(
            "SELECT 1 FROM principals WHERE principal_id = $1 \
             AND (SELECT COUNT(*) FROM access_keys WHERE principal_id = $1) <= $2",
            vec![key.user.as_str().into(), MAX_PER_USER.into()],
        )
        .must_see(WITHIN_LIMIT),
    ]
}

pub fn set_status(user: &PrincipalId, id: &AccessKeyId, status: KeyStatus) -> Statement {
    Statement::new(
        "UPDATE access_keys SET status = $3 WHERE access_key_id = $1 AND principal_id = $2",
        vec![id.as_str().into(), user.as_str().into(), status.as_str().into()],
    )
    .must_change_one(EXISTS)
}

pub fn delete(user: &PrincipalId, id: &AccessKeyId) -> Statement {
    Statement::new(
        "DELETE FROM access_keys WHERE access_key_id = $1 AND principal_id = $2",
        vec![id.as_str().into(), user.as_str().into()],
    )
    .must_change_one(EXISTS)
}

fn status(row: &Row, column: usize) -> Result<KeyStatus> {
    match row.text(column) {
        "Active" => Ok(KeyStatus::Active),
        "Inactive" => Ok(KeyStatus::Inactive),
        _ => Err(inconsistent("access_keys", "status")),
    }
}

fn context<'a>(account: &'a AccountId, id: &'a AccessKeyId) -> Context<'a> {
    Context {
        purpose: "access-key",
        table: "access_keys",
        column: "secret",
        account: account.as_str(),
        pool: "",
        row: id.as_str(),
    }
}
