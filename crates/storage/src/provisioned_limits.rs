//! Limits that UpdateProvisionedLimit set.

use domain::Result;
use domain::ids::{AccountId, Region};

use crate::db::Db;
use crate::engine::{Row, Statement};

/// The limit of a category in an account and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedLimit {
    pub account: AccountId,
    pub region: Region,
    pub category: String,
    /// Requests per second.
    pub value: u32,
}

fn read(row: &Row) -> ProvisionedLimit {
    ProvisionedLimit {
        account: AccountId::new(row.text(0)),
        region: Region::new(row.text(1)),
        category: row.text(2).to_owned(),
        value: u32::try_from(row.int(3)).unwrap_or_default(),
    }
}

/// Every limit that was set.
pub async fn all(db: &Db) -> Result<Vec<ProvisionedLimit>> {
    let rows = db.rows("SELECT account, region, category, value FROM provisioned_limits", &[]).await?;
    Ok(rows.iter().map(read).collect())
}

pub async fn find(
    db: &Db,
    account: &AccountId,
    region: &Region,
    category: &str,
) -> Result<Option<ProvisionedLimit>> {
    let row = db
        .row(
            "SELECT account, region, category, value FROM provisioned_limits \
             WHERE account = $1 AND region = $2 AND category = $3",
            &[account.as_str().into(), region.as_str().into(), category.into()],
        )
        .await?;
    Ok(row.as_ref().map(read))
}

pub fn put(limit: &ProvisionedLimit) -> Statement {
    Statement::new(
        "INSERT INTO provisioned_limits (account, region, category, value) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account, region, category) DO UPDATE SET value = $4",
        vec![
            limit.account.as_str().into(),
            limit.region.as_str().into(),
            limit.category.as_str().into(),
            i64::from(limit.value).into(),
        ],
    )
}
