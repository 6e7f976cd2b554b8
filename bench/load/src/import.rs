//! Fills a pool while no server runs: straight through `storage`, in large batches, with one password hash for
//! all. Only the users that will sign in get an SRP verifier that is theirs; the others' has its size.

use std::path::Path;
use std::sync::Arc;

use crypto::password_hash::{self, Cost, Memory};
use crypto::random::SystemRandom;
use crypto::secret_box::RootKeys;
use crypto::srp;
use domain::Pool;
use domain::ids::{PoolId, UserId};
use domain::time::Time;
use domain::user::{Attributes, Password, PasswordHistory, SrpVerifier, User, UserStatus};
use storage::engine::{Statement, Store};
use storage::login_names::{self, NameKind};
use storage::{Db, PoolRef, passwords, pools, users};

use crate::Result;
use crate::client::now;
use crate::stage::PASSWORD;

/// What stores of `poolhouse dev` are sealed under.
const DEV_ROOT_KEY: [u8; 32] = *b"a key for development data only!";
const USERS_PER_BATCH: u64 = 500;

/// Imports `number` users; those for which `signs_in` holds can sign in by SRP too.
pub async fn import(data: &Path, pool: &str, number: u64, signs_in: impl Fn(u64) -> bool) -> Result<()> {
    let keys = Arc::new(RootKeys::new(DEV_ROOT_KEY, []));
    let db = Db::new(Store::open_sqlite(data)?, keys, Arc::new(SystemRandom));
    let (pool, pool_ref) =
        pools::resolve_any_account(&db, &PoolId::new(pool)).await?.ok_or("the pool is gone")?;
    let hash = password_hash::hash(PASSWORD, [7; 16], Cost::default(), &mut Memory::default())?;
    let common = Password {
        hash: hash.to_text(),
        srp: None,
        history: PasswordHistory::default(),
        set_at: Time::from_millis(now()),
        expires_at: None,
    };
    let import = Import { db, pool, pool_ref, number, common };
    let mut first = 0;
    while first < number {
        let last = (first + USERS_PER_BATCH).min(number);
        let mut batch = Vec::new();
        for i in first..last {
            batch.extend(import.user(i, signs_in(i))?);
        }
        import.db.apply(batch, |_| None).await?;
        first = last;
    }
    Ok(())
}

struct Import {
    db: Db,
    pool: Pool,
    pool_ref: PoolRef,
    number: u64,
    common: Password,
}

impl Import {
    fn user(&self, i: u64, signs_in: bool) -> Result<Vec<Statement>> {
        let username = username(i);
        let email = format!("{username}@example.com");
        let attributes = [("email", email.as_str()), ("email_verified", "true")];
        let user = User {
            id: id(i, self.number),
            status: UserStatus::Confirmed,
            enabled: true,
            attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            pending: Attributes::new(),
            factors: Default::default(),
            version: 1,
            credential_version: 1,
            created_at: self.common.set_at,
            modified_at: self.common.set_at,
            username,
        };
        let salt = "6162636465666768696a6b6c6d6e6f70".to_owned();
        let verifier = if signs_in {
            srp::verifier_with_salt(self.pool.id.srp_name(), &user.username, PASSWORD, &salt)?
        } else {
            vec![0x55; 384]
        };
        let password = Password { srp: Some(SrpVerifier { salt, verifier }), ..self.common.clone() };
        let mut statements = users::insert(&self.pool_ref, &user)?;
        let key = self.pool.name_key(&user.username);
        statements.push(login_names::claim(&self.pool_ref, NameKind::Username, &key, &user.id));
        statements.push(login_names::claim(&self.pool_ref, NameKind::Sub, user.id.as_str(), &user.id));
        statements.push(passwords::put(&self.db, &self.pool_ref, &user, &password)?);
        Ok(statements)
    }
}

/// A hundred users share the part before the second dash.
pub fn username(i: u64) -> String {
    format!("{}{:02}", prefix(i / 100), i % 100)
}

pub fn prefix(group: u64) -> String {
    format!("user-{group:05}-")
}

/// The `n`th of a sequence that is spread over `0..number`.
pub fn spread(n: usize, number: u64) -> u64 {
    (n as u64).wrapping_mul(2_654_435_761) % number
}

/// Rising with `i` and spread over all ids, so that imports fill the indexes from left to right.
fn id(i: u64, number: u64) -> UserId {
    let high = i * (u64::from(u32::MAX) / number);
    UserId::new(format!("{high:08x}-0000-4000-8000-{i:012x}"))
}
