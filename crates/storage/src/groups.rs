//! Groups and who belongs to them.

use domain::Result;
use domain::group::{Group, MAX_PER_POOL, MAX_PER_USER};
use domain::ids::UserId;
use domain::time::Time;

use crate::db::{Db, PoolRef};
use crate::engine::{Row, Statement};
use crate::{pools, users};

/// Condition: no group of the pool has this name.
pub const NAME_FREE: &str = "group name free";
/// Condition: the group has not been deleted.
pub const EXISTS: &str = "group exists";
/// Condition: the pool has no more groups than it may.
pub const WITHIN_POOL_LIMIT: &str = "groups of the pool within the limit";
/// Condition: the user is in no more groups than it may.
pub const WITHIN_USER_LIMIT: &str = "groups of the user within the limit";

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

/// Groups of the pool after `after`, in the order of their names.
pub async fn list(db: &Db, pool: &PoolRef, after: &str, limit: i64) -> Result<Vec<Group>> {
    let rows = db
        .rows(
            "SELECT name, description, role_arn, precedence, version, created_at, modified_at FROM groups \
             WHERE pool_id = $1 AND name > $2 ORDER BY name LIMIT $3",
            &[pool.param(), after.into(), limit.into()],
        )
        .await?;
    Ok(rows.iter().map(from_row).collect())
}

/// Every group a user belongs to, in the order of their names.
pub async fn of_user(db: &Db, pool: &PoolRef, user: &UserId) -> Result<Vec<Group>> {
    list_of_user(db, pool, user, "", MAX_PER_USER).await
}

/// Groups a user belongs to after `after`, in the order of their names.
pub async fn list_of_user(
    db: &Db,
    pool: &PoolRef,
    user: &UserId,
    after: &str,
    limit: i64,
) -> Result<Vec<Group>> {
    let rows = db
        .rows(
            "SELECT g.name, g.description, g.role_arn, g.precedence, g.version, g.created_at, g.modified_at \
             FROM group_members m JOIN groups g ON g.pool_id = m.pool_id AND g.name = m.group_name \
             WHERE m.pool_id = $1 AND m.user_id = $2 AND m.group_name > $3 ORDER BY m.group_name LIMIT $4",
            &[pool.param(), user.as_str().into(), after.into(), limit.into()],
        )
        .await?;
    Ok(rows.iter().map(from_row).collect())
}

/// Adds a group to the live pool, which is held so that the limit counts every group made at the same moment.
pub fn insert(pool: &PoolRef, group: &Group) -> [Statement; 3] {
    [
        pools::hold(pool),
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
        .must_insert(NAME_FREE),
        Statement::new(
            "SELECT 1 FROM pools WHERE pool_id = $1 AND (SELECT COUNT(*) FROM groups WHERE pool_id = $1) <= $2",
            vec![pool.param(), MAX_PER_POOL.into()],
        )
        .must_see(WITHIN_POOL_LIMIT),
    ]
}

/// Replaces what is given and keeps the rest.
pub fn update(
    pool: &PoolRef,
    name: &str,
    description: Option<String>,
    role_arn: Option<String>,
    precedence: Option<i64>,
    now: Time,
) -> Statement {
    Statement::new(
        "UPDATE groups SET description = COALESCE($3, description), role_arn = COALESCE($4, role_arn), \
                           precedence = COALESCE($5, precedence), version = version + 1, modified_at = $6 \
         WHERE pool_id = $1 AND name = $2",
        vec![
            pool.param(),
            name.into(),
            description.into(),
            role_arn.into(),
            precedence.into(),
            now.millis().into(),
        ],
    )
    .must_change_one(EXISTS)
}

/// Deletes the group and its memberships.
pub fn delete(pool: &PoolRef, name: &str) -> [Statement; 2] {
    let params = || vec![pool.param(), name.into()];
    [
        Statement::new("DELETE FROM groups WHERE pool_id = $1 AND name = $2", params())
            .must_change_one(EXISTS),
        Statement::new("DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2", params()),
    ]
}

/// Makes the user a member, which it may be already. The group is held, so that its deletion finds the
/// membership; the user is held, so that its deletion does too and the limit counts every group it joins at
/// the same moment.
pub fn add_member(pool: &PoolRef, group: &str, user: &UserId, now: Time) -> [Statement; 4] {
    [
        hold(pool, group),
        users::hold(pool, user),
        Statement::new(
            "INSERT INTO group_members (pool_id, group_name, user_id, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            vec![pool.param(), group.into(), user.as_str().into(), now.millis().into()],
        ),
        Statement::new(
            "SELECT 1 FROM users WHERE pool_id = $1 AND user_id = $2 \
             AND (SELECT COUNT(*) FROM group_members WHERE pool_id = $1 AND user_id = $2) <= $3",
            vec![pool.param(), user.as_str().into(), MAX_PER_USER.into()],
        )
        .must_see(WITHIN_USER_LIMIT),
    ]
}

/// Ends a membership of a group that exists, if there is one.
pub fn remove_member(pool: &PoolRef, group: &str, user: &UserId) -> [Statement; 2] {
    [
        hold(pool, group),
        Statement::new(
            "DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2 AND user_id = $3",
            vec![pool.param(), group.into(), user.as_str().into()],
        ),
    ]
}

fn hold(pool: &PoolRef, name: &str) -> Statement {
    Statement::new("SELECT 1 FROM groups WHERE pool_id = $1 AND name = $2", vec![pool.param(), name.into()])
        .must_find(EXISTS)
}

fn from_row(row: &Row) -> Group {
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
