//! Groups and who belongs to them.

use domain::Result;
use domain::group::Group;
use domain::ids::UserId;
use domain::time::Time;

use crate::db::{Db, PoolRef};
use crate::engine::{Row, Statement};

/// Condition: no group of the pool has this name.
pub const NAME_FREE: &str = "group name free";
/// Condition: the group is still the version that was read.
pub const UNCHANGED: &str = "group unchanged";

pub async fn find(db: &Db, pool: &PoolRef, name: &str) -> Result<Option<Group>> {
    let row = db
        .row(
            "SELECT name, description, role_arn, precedence, version, created_at, modified_at FROM groups \
             WHERE pool_id = $1 AND name = $2",
            &[pool.param(), name.into()],
        )
        .await?;
    Ok(row.map(|row| from_row(&row)))
}

/// Every group a user belongs to (at most 100), in the order of their names.
pub async fn of_user(db: &Db, pool: &PoolRef, user: &UserId) -> Result<Vec<Group>> {
    let rows = db
        .rows(
            "SELECT g.name, g.description, g.role_arn, g.precedence, g.version, g.created_at, g.modified_at \
             FROM group_members m JOIN groups g ON g.pool_id = m.pool_id AND g.name = m.group_name \
             WHERE m.pool_id = $1 AND m.user_id = $2 ORDER BY m.group_name",
            &[pool.param(), user.as_str().into()],
        )
        .await?;
    Ok(rows.iter().map(from_row).collect())
}

pub fn insert(pool: &PoolRef, group: &Group) -> Statement {
    Statement::new(
        "INSERT INTO groups (pool_id, name, description, role_arn, precedence, version, created_at, modified_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $6) ON CONFLICT DO NOTHING",
        vec![
            pool.param(),
            group.name.as_str().into(),
            group.description.clone().into(),
            group.role_arn.clone().into(),
            group.precedence.into(),
            group.created_at.millis().into(),
        ],
    )
    .must_insert(NAME_FREE)
}

pub fn update(pool: &PoolRef, group: &Group, now: Time) -> Statement {
    Statement::new(
        "UPDATE groups SET description = $3, role_arn = $4, precedence = $5, version = version + 1, modified_at = $6 \
         WHERE pool_id = $1 AND name = $2 AND version = $7",
        vec![
            pool.param(),
            group.name.as_str().into(),
            group.description.clone().into(),
            group.role_arn.clone().into(),
            group.precedence.into(),
            now.millis().into(),
            group.version.into(),
        ],
    )
    .must_change_one(UNCHANGED)
}

/// The group and its memberships.
pub fn delete(pool: &PoolRef, group: &Group) -> [Statement; 2] {
    [
        Statement::new(
            "DELETE FROM groups WHERE pool_id = $1 AND name = $2 AND version = $3",
            vec![pool.param(), group.name.as_str().into(), group.version.into()],
        )
        .must_change_one(UNCHANGED),
        Statement::new(
            "DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2",
            vec![pool.param(), group.name.as_str().into()],
        ),
    ]
}

pub(crate) fn from_row(row: &Row) -> Group {
    Group {
        name: row.text(0).to_owned(),
        description: row.opt_text(1).map(str::to_owned),
        role_arn: row.opt_text(2).map(str::to_owned),
        precedence: row.opt_int(3),
        version: row.int(4),
        created_at: Time::from_millis(row.int(5)),
        modified_at: Time::from_millis(row.int(6)),
    }
}
