//! Messages waiting for delivery, queued in the batch of the change that causes them; the text is sealed.

use crypto::secret_box::Context;
use domain::ids::{AccountId, PoolId, UserId};
use domain::message::{Medium, Message, MessageContent};
use domain::time::Time;
use domain::{Error, Result};

use crate::db::{Db, PoolRef, inconsistent};
use crate::engine::{Row, Statement};

/// A message as it lies in the outbox.
#[derive(Debug)]
pub struct Queued {
    pub id: String,
    pub pool_id: PoolId,
    pub message: Message,
    pub created_at: Time,
}

/// Queues a message. It is skipped at delivery when `code_id` is no longer live or `not_after` has passed.
pub fn queue(db: &Db, pool: &PoolRef, id: &str, message: &Message, now: Time) -> Result<Statement> {
    let text = serde_json::to_vec(&message.content).map_err(Error::internal)?;
    let sealed = db.keys.seal(
        &context(pool.account().as_str(), pool.pool_id().as_str(), id),
        &text,
        db.random.as_ref(),
    );
    Ok(Statement::new(
        "INSERT INTO outbox (pool_id, message_id, user_id, recipient, medium, content, code_id, not_after, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            pool.param(),
            id.into(),
            message.user_id.as_str().into(),
            message.recipient.as_str().into(),
            message.medium.as_str().into(),
            sealed.into(),
            message.code_id.clone().into(),
            message.not_after.millis().into(),
            now.millis().into(),
        ],
    ))
}

/// Takes a message back.
pub fn withdraw(pool: &PoolRef, id: &str) -> Statement {
    Statement::new("DELETE FROM outbox WHERE pool_id = $1 AND message_id = $2", vec![pool.param(), id.into()])
}

/// What has been queued, newest first: all, or only to one recipient.
pub async fn recent(db: &Db, recipient: Option<&str>, limit: i64) -> Result<Vec<Queued>> {
    let rows = match recipient {
        Some(recipient) => {
            db.rows(
                "SELECT o.message_id, o.pool_id, p.account, o.user_id, o.recipient, o.medium, o.content, o.code_id, \
                        o.not_after, o.created_at \
                 FROM outbox o JOIN pools p ON p.pool_id = o.pool_id \
                 WHERE o.recipient = $1 ORDER BY o.created_at DESC, o.message_id DESC LIMIT $2",
                &[recipient.into(), limit.into()],
            )
            .await?
        }
        None => {
            db.rows(
                "SELECT o.message_id, o.pool_id, p.account, o.user_id, o.recipient, o.medium, o.content, o.code_id, \
                        o.not_after, o.created_at \
                 FROM outbox o JOIN pools p ON p.pool_id = o.pool_id \
                 ORDER BY o.created_at DESC, o.message_id DESC LIMIT $1",
                &[limit.into()],
            )
            .await?
        }
    };
    rows.iter().map(|row| from_row(db, row)).collect()
}

fn from_row(db: &Db, row: &Row) -> Result<Queued> {
    let id = row.text(0).to_owned();
    let pool_id = PoolId::new(row.text(1));
    let account = AccountId::new(row.text(2));
    let opened = db
        .keys
        .open(&context(account.as_str(), pool_id.as_str(), &id), row.blob(6))
        .map_err(|_| inconsistent("outbox", "content"))?;
    let content: MessageContent =
        serde_json::from_slice(&opened).map_err(|_| inconsistent("outbox", "content"))?;
    Ok(Queued {
        message: Message {
            user_id: UserId::new(row.text(3)),
            recipient: row.text(4).to_owned(),
            medium: Medium::parse(row.text(5)).ok_or_else(|| inconsistent("outbox", "medium"))?,
            content,
            code_id: row.opt_text(7).map(str::to_owned),
            not_after: Time::from_millis(row.int(8)),
        },
        id,
        pool_id,
        created_at: Time::from_millis(row.int(9)),
    })
}

fn context<'a>(account: &'a str, pool: &'a str, id: &'a str) -> Context<'a> {
    Context { purpose: "outbox", table: "outbox", column: "content", account, pool, row: id }
}
