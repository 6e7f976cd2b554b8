//! The policies of users and roles, as they were given. A change moves the principal's version on.

use domain::Result;
use domain::ids::PrincipalId;
use domain::principal::Policy;

use crate::db::Db;
use crate::engine::Statement;
use crate::principals::touch;

/// Policies of a principal at most.
pub const MAX_PER_PRINCIPAL: i64 = 20;

/// Condition: the principal has such a policy.
pub const EXISTS: &str = "policy exists";
/// Condition: the principal has no more policies than it may.
pub const WITHIN_LIMIT: &str = "policies of the principal within the limit";

/// Every policy of a principal, in the order of their names.
pub async fn list(db: &Db, principal: &PrincipalId) -> Result<Vec<Policy>> {
    let rows = db
        .rows(
            "SELECT name, document FROM principal_policies WHERE principal_id = $1 ORDER BY name",
            &[principal.as_str().into()],
        )
        .await?;
    let policy =
        |row: &crate::engine::Row| Policy { name: row.text(0).to_owned(), document: row.text(1).to_owned() };
    Ok(rows.iter().map(policy).collect())
}

/// Adds a policy, or replaces the one of its name. The principal is held, so that the limit counts every policy
/// added at the same moment and its deletion finds them all.
pub fn put(principal: &PrincipalId, policy: &Policy) -> [Statement; 3] {
    [
        touch(principal),
        Statement::new(
            "INSERT INTO principal_policies (principal_id, name, document) VALUES ($1, $2, $3) \
             ON CONFLICT (principal_id, name) DO UPDATE SET document = $3",
            vec![principal.as_str().into(), policy.name.as_str().into(), policy.document.as_str().into()],
        ),
        Statement::new(
            "SELECT 1 FROM principals WHERE principal_id = $1 \
             AND (SELECT COUNT(*) FROM principal_policies WHERE principal_id = $1) <= $2",
            vec![principal.as_str().into(), MAX_PER_PRINCIPAL.into()],
        )
        .must_see(WITHIN_LIMIT),
    ]
}

pub fn delete(principal: &PrincipalId, name: &str) -> [Statement; 2] {
    [
        touch(principal),
        Statement::new(
            "DELETE FROM principal_policies WHERE principal_id = $1 AND name = $2",
            vec![principal.as_str().into(), name.into()],
        )
        .must_change_one(EXISTS),
    ]
}
