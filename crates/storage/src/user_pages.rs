//! Pages of users: all of a pool, those that pass a filter, the members of a group. Each page is one range of
//! one index, begun after the last user of the page before, and cut before any user is looked up.

use domain::Result;
use domain::user::User;
use domain::user_filter::{SearchAttribute, TextRange, UserFilter, enabled_text};

use crate::columns;
use crate::db::{Db, PoolRef};
use crate::engine::Value;
use crate::users::from_row;

/// Users `u` with the columns that [`from_row`] reads.
macro_rules! select_users {
    ($rest:literal) => {
        concat!("SELECT ", columns::user!(), " ", $rest)
    };
}

const ALL: &str =
    select_users!("FROM users u WHERE u.pool_id = $1 AND u.user_id > $2 ORDER BY u.user_id LIMIT $3");

const BY_SUB: &str = select_users!(
    "FROM users u WHERE u.pool_id = $1 AND u.user_id >= $2 AND u.user_id < $3 ORDER BY u.user_id LIMIT $4"
);

const BY_VALUE: &str = select_users!(
    "FROM (SELECT value, user_id FROM user_search \
           WHERE pool_id = $1 AND attribute = $2 AND (value, user_id) > ($3, $4) AND value < $5 \
           ORDER BY value, user_id LIMIT $6) page \
     JOIN users u ON u.pool_id = $1 AND u.user_id = page.user_id ORDER BY page.value, page.user_id"
);

const BY_STATUS: &str = select_users!(
    "FROM users u WHERE u.pool_id = $1 AND (u.status, u.user_id) > ($2, $3) AND u.status < $4 \
     ORDER BY u.status, u.user_id LIMIT $5"
);

const BY_ENABLED: &str = select_users!(
    "FROM users u WHERE u.pool_id = $1 AND (u.enabled, u.user_id) > ($2, $3) AND u.enabled <= $4 \
     ORDER BY u.enabled, u.user_id LIMIT $5"
);

const OF_GROUP: &str = select_users!(
    "FROM (SELECT user_id FROM group_members WHERE pool_id = $1 AND group_name = $2 AND user_id > $3 \
           ORDER BY user_id LIMIT $4) page \
     JOIN users u ON u.pool_id = $1 AND u.user_id = page.user_id ORDER BY page.user_id"
);

/// The last user of a filtered page: its value of the filter's attribute, and its id.
#[derive(Clone, Copy, Debug)]
pub struct Last<'a> {
    pub value: &'a str,
    pub user_id: &'a str,
}

/// Users of the pool after the id `after`, in the order of their ids.
pub async fn all(db: &Db, pool: &PoolRef, after: &str, limit: i64) -> Result<Vec<User>> {
    read(db, ALL, &[pool.param(), after.into(), limit.into()]).await
}

/// Members of a group after the id `after`, in the order of their ids.
pub async fn of_group(db: &Db, pool: &PoolRef, group: &str, after: &str, limit: i64) -> Result<Vec<User>> {
    read(db, OF_GROUP, &[pool.param(), group.into(), after.into(), limit.into()]).await
}

/// Users that pass the filter, after the `last` one seen, in the order of the filter's attribute.
pub async fn search(
    db: &Db,
    pool: &PoolRef,
    filter: &UserFilter,
    last: Option<Last<'_>>,
    limit: i64,
) -> Result<Vec<User>> {
    let TextRange { from, below } = &filter.range;
    // No id is empty, so the pair of the first value and "" comes before everyone in the range.
    let after = last.unwrap_or(Last { value: from, user_id: "" });
    let (value, id) = (after.value.into(), after.user_id.into());
    match filter.attribute {
        SearchAttribute::Indexed(attribute) => {
            let params = [pool.param(), attribute.into(), value, id, below.as_str().into(), limit.into()];
            read(db, BY_VALUE, &params).await
        }
        SearchAttribute::Sub => {
            // The next text after an id is the same with U+0001 after it.
            let first = last.map_or_else(|| from.clone(), |last| format!("{}\u{1}", last.user_id));
            read(db, BY_SUB, &[pool.param(), first.into(), below.as_str().into(), limit.into()]).await
        }
        SearchAttribute::UserStatus => {
            read(db, BY_STATUS, &[pool.param(), value, id, below.as_str().into(), limit.into()]).await
        }
        SearchAttribute::Enabled => {
            let mut matching = [false, true].into_iter().filter(|e| filter.range.contains(enabled_text(*e)));
            let Some(lowest) = matching.next() else { return Ok(Vec::new()) };
            let highest = matching.next().unwrap_or(lowest);
            let reached = last.map_or(lowest, |last| last.value == enabled_text(true));
            read(db, BY_ENABLED, &[pool.param(), reached.into(), id, highest.into(), limit.into()]).await
        }
    }
}

async fn read(db: &Db, sql: &'static str, params: &[Value]) -> Result<Vec<User>> {
    db.rows(sql, params).await?.iter().map(from_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Store;

    /// A page must cost the same in a pool of a thousand users and of a million.
    #[tokio::test]
    async fn each_page_is_a_range_of_an_index_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).unwrap();
        for (sql, types) in [
            (ALL, "tti"),
            (BY_SUB, "ttti"),
            (BY_VALUE, "ttttti"),
            (BY_STATUS, "tttti"),
            (BY_ENABLED, "titii"),
            (OF_GROUP, "ttti"),
        ] {
            let params: Vec<Value> =
                types.chars().map(|t| if t == 'i' { 1.into() } else { "x".into() }).collect();
            let explain = Box::leak(format!("EXPLAIN QUERY PLAN {sql}").into_boxed_str());
            let plan: Vec<String> = store
                .rows(explain, &params)
                .await
                .unwrap()
                .iter()
                .map(|row| row.text(3).to_owned())
                .collect();
            let searches: Vec<&String> = plan.iter().filter(|step| step.starts_with("SEARCH")).collect();
            assert!(searches[0].contains('>'), "{sql}: {plan:?}");
            // A page that is cut already may be walked through, and sorted again as SQL demands.
            let is_cut =
                |step: &str| sql.contains(" page ") && (step.contains("page") || step.contains("ORDER BY"));
            assert!(plan.iter().all(|step| step.starts_with("SEARCH") || is_cut(step)), "{sql}: {plan:?}");
        }
    }
}
