//! Users and roles that administer, of one account each.

use std::collections::BTreeMap;

use domain::ids::{AccountId, PrincipalId};
use domain::principal::{Kind, KindName, Policy, Principal, RoleSettings};
use domain::time::Time;
use domain::{Error, Result};

use crate::accounts;
use crate::columns::{AFTER_PRINCIPAL, principal};
use crate::db::{Db, inconsistent};
use crate::engine::{Row, Statement, Value};

/// Condition: no user, or no role, of the account has this name in any case.
pub const NAME_FREE: &str = "principal name free";
/// Condition: the principal has not been deleted.
pub const EXISTS: &str = "principal exists";
/// Condition: the principal is there and of the version that was read.
pub const UNCHANGED: &str = "principal unchanged";

/// What the store says of a principal that may have been read before.
#[derive(Debug)]
pub enum Lookup {
    /// Nothing changed since: neither the principal nor its policies.
    Unchanged,
    Read(Principal, Vec<Policy>),
}

/// The principal of this id with all its policies, in one read. `known` is the version read before.
pub async fn find(db: &Db, id: &PrincipalId, known: Option<i64>) -> Result<Option<Lookup>> {
    let rows = db
        .rows(
            concat!(
                "SELECT ",
                principal!(),
                ", d.name, d.document FROM principals p \
                 LEFT JOIN principal_policies d ON d.principal_id = p.principal_id AND p.version <> $2 \
                 WHERE p.principal_id = $1 ORDER BY d.name"
            ),
            &[id.as_str().into(), known.unwrap_or(NEVER).into()],
        )
        .await?;
    let known = known.map(|version| (id, version));
    rows.first().map(|first| lookup(first, &rows, 0, known)).transpose()
}

/// No principal is of this version.
pub(crate) const NEVER: i64 = 0;

/// A principal from column `first` on, with a policy, if any, behind it in each row.
pub(crate) fn lookup(
    row: &Row,
    rows: &[Row],
    first: usize,
    known: Option<(&PrincipalId, i64)>,
) -> Result<Lookup> {
    if known.is_some_and(|(id, version)| id.as_str() == row.text(first) && version == row.int(first + 8)) {
        return Ok(Lookup::Unchanged);
    }
    let principal = from_row(row, first)?;
    let policies = rows.iter().filter_map(|row| {
        let name = row.opt_text(first + AFTER_PRINCIPAL)?.to_owned();
        Some(Policy { name, document: row.text(first + AFTER_PRINCIPAL + 1).to_owned() })
    });
    Ok(Lookup::Read(principal, policies.collect()))
}

/// The user or role of this name in an account, in any case.
pub async fn find_by_name(
    db: &Db,
    account: &AccountId,
    kind: KindName,
    name: &str,
) -> Result<Option<Principal>> {
    let row = db
        .row(
            concat!(
                "SELECT ",
                principal!(),
                " FROM principals p \
                 WHERE p.account = $1 AND p.kind = $2 AND p.name_key = $3"
            ),
            &[account.as_str().into(), kind.as_str().into(), name.to_lowercase().into()],
        )
        .await?;
    row.map(|row| from_row(&row, 0)).transpose()
}

/// Users or roles of an account whose names come after `after`, in the order of their names in lower case.
pub async fn list(
    db: &Db,
    account: &AccountId,
    kind: KindName,
    after: &str,
    limit: i64,
) -> Result<Vec<Principal>> {
    let rows = db
        .rows(
            concat!(
                "SELECT ",
                principal!(),
                " FROM principals p \
                 WHERE p.account = $1 AND p.kind = $2 AND p.name_key > $3 ORDER BY p.name_key LIMIT $4"
            ),
            &[account.as_str().into(), kind.as_str().into(), after.to_lowercase().into(), limit.into()],
        )
        .await?;
    rows.iter().map(|row| from_row(row, 0)).collect()
}

/// Adds a principal to an account that exists.
pub fn insert(principal: &Principal) -> Result<[Statement; 2]> {
    let role = principal.role();
    Ok([
        accounts::exists(&principal.account),
        Statement::new(
            "INSERT INTO principals (principal_id, account, kind, name_key, name, path, tags, trust_policy, \
                                     max_session, version, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10) ON CONFLICT DO NOTHING",
            vec![
                principal.id.as_str().into(),
                principal.account.as_str().into(),
                principal.kind.name().as_str().into(),
                principal.name.to_lowercase().into(),
                principal.name.as_str().into(),
                principal.path.as_str().into(),
                tags_text(&principal.tags)?.into(),
                role.map(|role| role.trust_policy.as_str()).into(),
                role.map(|role| role.max_session_duration).into(),
                principal.created_at.millis().into(),
            ],
        )
        .must_insert(NAME_FREE),
    ])
}

/// Replaces the tags.
pub fn set_tags(id: &PrincipalId, seen: i64, tags: &BTreeMap<String, String>) -> Result<Statement> {
    Ok(Statement::new(
        "UPDATE principals SET tags = $2, version = version + 1 WHERE principal_id = $1 AND version = $3",
        vec![id.as_str().into(), tags_text(tags)?.into(), seen.into()],
    )
    .must_change_one(UNCHANGED))
}

/// Replaces what only a role has, while it is of the version `seen`.
pub fn set_role(id: &PrincipalId, seen: i64, settings: &RoleSettings) -> Statement {
    Statement::new(
        "UPDATE principals SET trust_policy = $2, max_session = $3, version = version + 1 \
         WHERE principal_id = $1 AND kind = 'role' AND version = $4",
        vec![
            id.as_str().into(),
            settings.trust_policy.as_str().into(),
            settings.max_session_duration.into(),
            seen.into(),
        ],
    )
    .must_change_one(UNCHANGED)
}

/// Deletes the principal with its policies and keys: what they signed counts for nothing from then on.
pub fn delete(id: &PrincipalId) -> [Statement; 3] {
    let params = || -> Vec<Value> { vec![id.as_str().into()] };
    [
        Statement::new("DELETE FROM principals WHERE principal_id = $1", params()).must_change_one(EXISTS),
        Statement::new("DELETE FROM principal_policies WHERE principal_id = $1", params()),
        Statement::new("DELETE FROM access_keys WHERE principal_id = $1", params()),
    ]
}

/// Moves the version on, and holds the principal until this batch is applied.
pub(crate) fn touch(id: &PrincipalId) -> Statement {
    Statement::new(
        "UPDATE principals SET version = version + 1 WHERE principal_id = $1",
        vec![id.as_str().into()],
    )
    .must_change_one(EXISTS)
}

fn tags_text(tags: &BTreeMap<String, String>) -> Result<String> {
    serde_json::to_string(tags).map_err(Error::internal)
}

fn from_row(row: &Row, first: usize) -> Result<Principal> {
    let kind = match (row.text(first + 2), row.opt_text(first + 6), row.opt_int(first + 7)) {
        ("user", None, None) => Kind::User,
        ("role", Some(trust_policy), Some(max_session_duration)) => {
            Kind::Role(RoleSettings { trust_policy: trust_policy.to_owned(), max_session_duration })
        }
        _ => return Err(inconsistent("principals", "kind")),
    };
    Ok(Principal {
        id: PrincipalId::new(row.text(first)),
        account: AccountId::new(row.text(first + 1)),
        kind,
        name: row.text(first + 3).to_owned(),
        path: row.text(first + 4).to_owned(),
        tags: serde_json::from_str(row.text(first + 5)).map_err(|_| inconsistent("principals", "tags"))?,
        version: row.int(first + 8),
        created_at: Time::from_millis(row.int(first + 9)),
    })
}
