//! Accounts, the outermost tenants.

use domain::Result;
use domain::ids::AccountId;
use domain::time::Time;

use crate::db::Db;
use crate::engine::Statement;

/// Condition: no account has this id.
pub const ID_FREE: &str = "account id free";
/// Condition: the account is there.
pub const EXISTS: &str = "account exists";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub created_at: Time,
}

/// Accounts after `after`, in the order of their ids.
pub async fn list(db: &Db, after: &str, limit: i64) -> Result<Vec<Account>> {
    let rows = db
        .rows(
            "SELECT account, name, created_at FROM accounts WHERE account > $1 ORDER BY account LIMIT $2",
            &[after.into(), limit.into()],
        )
        .await?;
    let account = |row: &crate::engine::Row| Account {
        id: AccountId::new(row.text(0)),
        name: row.text(1).to_owned(),
        created_at: Time::from_millis(row.int(2)),
    };
    Ok(rows.iter().map(account).collect())
}

pub fn insert(account: &Account) -> Statement {
    Statement::new(
        "INSERT INTO accounts (account, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        vec![account.id.as_str().into(), account.name.as_str().into(), account.created_at.millis().into()],
    )
    .must_insert(ID_FREE)
}

/// The condition that the account is there, and stays until this batch is applied.
pub fn exists(account: &AccountId) -> Statement {
    Statement::new("SELECT 1 FROM accounts WHERE account = $1", vec![account.as_str().into()])
        .must_find(EXISTS)
}
