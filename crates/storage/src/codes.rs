//! The codes that were sent: one live code per user and purpose, kept as a keyed HMAC.

use domain::Result;
use domain::ids::UserId;
use domain::time::Time;

use crate::db::{Db, PoolRef};
use crate::engine::{Row, Statement};

/// Condition: this very code is still the live one.
pub const LIVE: &str = "code live";

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    ConfirmSignUp,
    ResetPassword,
    VerifyEmail,
    VerifyPhoneNumber,
}

impl Purpose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmSignUp => "confirm_sign_up",
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
            Self::VerifyPhoneNumber => "verify_phone_number",
        }
    }

    pub fn verify(attribute: &str) -> Option<Self> {
        match attribute {
            "email" => Some(Self::VerifyEmail),
            "phone_number" => Some(Self::VerifyPhoneNumber),
            _ => None,
        }
    }
}

/// A code that was sent.
#[derive(Clone)]
pub struct Code {
    pub id: String,
    pub mac: Vec<u8>,
    /// The attribute it went to and would verify, with the value it had then.
    pub attribute: Option<String>,
    pub value: Option<String>,
    /// Who had the value as an alias when the code was sent.
    pub holder: Option<UserId>,
    pub expires_at: Time,
    pub created_at: Time,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code")
            .field("id", &self.id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

pub async fn find(db: &Db, pool: &PoolRef, user: &UserId, purpose: Purpose) -> Result<Option<Code>> {
    let row = db
        .row(
            "SELECT code_id, code_mac, attribute, value, holder, expires_at, created_at FROM codes \
             WHERE pool_id = $1 AND user_id = $2 AND purpose = $3",
            &[pool.param(), user.as_str().into(), purpose.as_str().into()],
        )
        .await?;
    Ok(row.map(|row| from_row(&row)))
}

/// Makes `code` the live one of its purpose; the one before is dead.
pub fn put(pool: &PoolRef, user: &UserId, purpose: Purpose, code: &Code) -> Statement {
    Statement::new(
        "INSERT INTO codes (pool_id, user_id, purpose, code_id, code_mac, attribute, value, holder, expires_at, \
                            created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (pool_id, user_id, purpose) DO UPDATE SET \
           code_id = $4, code_mac = $5, attribute = $6, value = $7, holder = $8, expires_at = $9, created_at = $10",
        vec![
            pool.param(),
            user.as_str().into(),
            purpose.as_str().into(),
            code.id.as_str().into(),
            code.mac.clone().into(),
            code.attribute.clone().into(),
            code.value.clone().into(),
            code.holder.as_ref().map(|id| id.as_str().to_owned()).into(),
            code.expires_at.millis().into(),
            code.created_at.millis().into(),
        ],
    )
}

/// Uses the code up; fails by [`LIVE`] when it was used or replaced meanwhile.
pub fn consume(pool: &PoolRef, user: &UserId, purpose: Purpose, code: &Code) -> Statement {
    Statement::new(
        "DELETE FROM codes WHERE pool_id = $1 AND user_id = $2 AND purpose = $3 AND code_id = $4",
        vec![pool.param(), user.as_str().into(), purpose.as_str().into(), code.id.as_str().into()],
    )
    .must_change_one(LIVE)
}

/// Voids whatever code is live for the purpose.
pub fn void(pool: &PoolRef, user: &UserId, purpose: Purpose) -> Statement {
    Statement::new(
        "DELETE FROM codes WHERE pool_id = $1 AND user_id = $2 AND purpose = $3",
        vec![pool.param(), user.as_str().into(), purpose.as_str().into()],
    )
}

/// Forgets codes that have expired for a day: until then they answer that they have.
pub fn prune(now: Time) -> Statement {
    Statement::new(
        "DELETE FROM codes WHERE expires_at <= $1",
        vec![(now - domain::time::days(1)).millis().into()],
    )
}

fn from_row(row: &Row) -> Code {
    Code {
        id: row.text(0).to_owned(),
        mac: row.blob(1).to_vec(),
        attribute: row.opt_text(2).map(str::to_owned),
        value: row.opt_text(3).map(str::to_owned),
        holder: row.opt_text(4).map(UserId::new),
        expires_at: Time::from_millis(row.int(5)),
        created_at: Time::from_millis(row.int(6)),
    }
}
