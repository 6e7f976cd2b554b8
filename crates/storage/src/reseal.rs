//! Sealing anew, under the current root key, what former ones sealed.

use crypto::secret_box::Context;
use domain::Result;

use crate::db::{Db, inconsistent};
use crate::engine::{Statement, Value};
use crate::installation;

/// Rows read, and at most written, at a time.
const PAGE: i64 = 200;

/// A column of sealed values. Where a value lies, its seal says too; the rows say it by SQL.
struct Column {
    purpose: &'static str,
    table: &'static str,
    column: &'static str,
    /// How many columns the primary key has; all are texts.
    keys: usize,
    /// The rows whose key comes after `$1…`, in order, and as many as the last parameter says: the key; account,
    /// pool and row of the seal; the sealed value.
    page: &'static str,
    /// Puts `$1` in the place of `$2` in the row of the key `$3…`.
    replace: &'static str,
}

/// A column of a table that belongs to pools.
macro_rules! of_pools {
    ($purpose:literal, $table:literal.$column:literal, row $row:literal,
     key ($key:literal $(, $more:literal)*) > ($params:literal) limit $limit:literal, where $this:literal) => {
        Column {
            purpose: $purpose,
            table: $table,
            column: $column,
            keys: [$key $(, $more)*].len(),
            page: concat!(
                "SELECT s.", $key, $(", s.", $more,)* ", p.account, p.pool_id, ", $row, ", s.", $column,
                " FROM ", $table, " s JOIN pools p ON p.pool_id = s.pool_id",
                " WHERE (s.", $key, $(", s.", $more,)* ") > (", $params, ")",
                " ORDER BY s.", $key, $(", s.", $more,)* " LIMIT ", $limit,
            ),
            replace: concat!(
                "UPDATE ", $table, " SET ", $column, " = $1 WHERE ", $column, " = $2 AND ", $this,
            ),
        }
    };
}

const COLUMNS: [Column; 8] = [
    of_pools!("signing-key", "signing_keys"."private_key", row "s.kid",
        key ("pool_id", "kid") > ("$1, $2") limit "$3", where "pool_id = $3 AND kid = $4"),
    of_pools!("client-secret", "client_secrets"."secret", row "s.secret_id",
        key ("client_id", "secret_id") > ("$1, $2") limit "$3", where "client_id = $3 AND secret_id = $4"),
    of_pools!("srp-verifier", "passwords"."srp_verifier", row "s.user_id",
        key ("pool_id", "user_id") > ("$1, $2") limit "$3", where "pool_id = $3 AND user_id = $4"),
    of_pools!("software-token", "software_tokens"."secret", row "s.user_id",
        key ("pool_id", "user_id") > ("$1, $2") limit "$3", where "pool_id = $3 AND user_id = $4"),
    Column {
        // Sealed as what it becomes.
        column: "secret",
        ..of_pools!("software-token", "software_tokens"."pending", row "s.user_id",
            key ("pool_id", "user_id") > ("$1, $2") limit "$3", where "pool_id = $3 AND user_id = $4")
    },
    of_pools!("outbox", "outbox"."content", row "s.message_id",
        key ("pool_id", "message_id") > ("$1, $2") limit "$3", where "pool_id = $3 AND message_id = $4"),
    of_pools!("srp-verifier", "devices"."srp_verifier", row "s.user_id || '/' || s.device_key",
        key ("pool_id", "user_id", "device_key") > ("$1, $2, $3") limit "$4",
        where "pool_id = $3 AND user_id = $4 AND device_key = $5"),
    Column {
        purpose: "access-key",
        table: "access_keys",
        column: "secret",
        keys: 1,
        page: "SELECT access_key_id, account, '', access_key_id, secret FROM access_keys \
               WHERE access_key_id > $1 ORDER BY access_key_id LIMIT $2",
        replace: "UPDATE access_keys SET secret = $1 WHERE secret = $2 AND access_key_id = $3",
    },
];

/// Seals everything under the current root key, then forgets the former ones: the store opens without them from
/// then on. How many values were sealed anew. To be run when every server seals under the current key; what
/// changes meanwhile is left to the server that changes it.
pub async fn reseal(db: &Db) -> Result<u64> {
    let mut resealed = 0;
    loop {
        let mut in_this_round = 0;
        for column in &COLUMNS {
            in_this_round += column.reseal(db).await?;
        }
        if in_this_round == 0 {
            installation::retire_former_keys(db).await?;
            return Ok(resealed);
        }
        resealed += in_this_round;
    }
}

impl Column {
    async fn reseal(&self, db: &Db) -> Result<u64> {
        let mut after: Vec<Value> = vec!["".into(); self.keys];
        let mut resealed = 0;
        loop {
            let mut params = after.clone();
            params.push(PAGE.into());
            let rows = db.rows(self.page, &params).await?;
            let Some(last) = rows.last() else { return Ok(resealed) };
            after = (0..self.keys).map(|i| last.text(i).into()).collect();
            let mut batch = Vec::new();
            for row in &rows {
                let Some(sealed) = row.opt_blob(self.keys + 3) else { continue };
                if db.keys.is_current(sealed) {
                    continue;
                }
                let context = Context {
                    purpose: self.purpose,
                    table: self.table,
                    column: self.column,
                    account: row.text(self.keys),
                    pool: row.text(self.keys + 1),
                    row: row.text(self.keys + 2),
                };
                let value =
                    db.keys.open(&context, sealed).map_err(|_| inconsistent(self.table, self.column))?;
                let anew = db.keys.seal(&context, &value, db.random.as_ref());
                let mut params: Vec<Value> = vec![anew.into(), sealed.to_vec().into()];
                params.extend((0..self.keys).map(|i| Value::from(row.text(i))));
                batch.push(Statement::new(self.replace, params));
            }
            resealed += batch.len() as u64;
            if !batch.is_empty() {
                db.apply(batch, |_| None).await?;
            }
        }
    }
}
