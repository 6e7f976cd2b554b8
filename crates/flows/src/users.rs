//! Making and changing users, whoever asks: the batch that creates one, and the retry that changes one.

use domain::ids::UserId;
use domain::user::{Attributes, Password, User, UserStatus};
use domain::username::NewUsername;
use domain::{Error, Result};
use storage::engine::Statement;
use storage::users;

use crate::cx::PoolCx;
use crate::names::{self, Claim};
use crate::{codes, subject};

/// How often a change is tried again when the user changed in between.
const TRIES: u32 = 5;

/// A user to be, not stored yet.
pub fn new(cx: &PoolCx, username: NewUsername, attributes: Attributes, status: UserStatus) -> User {
    let id = UserId::generate(cx.random());
    let now = cx.now();
    User {
        username: match username {
            NewUsername::Given(name) => name,
            NewUsername::Sub => id.to_string(),
        },
        id,
        status,
        enabled: true,
        attributes,
        pending: Attributes::new(),
        factors: Default::default(),
        version: 1,
        credential_version: 1,
        created_at: now,
        modified_at: now,
    }
}

/// Stores a new user with its names and password, and `more` in the same batch. `before` goes first (aliases
/// taken from others).
pub async fn create(
    cx: &PoolCx,
    user: &User,
    password: Option<&Password>,
    before: Vec<Statement>,
    more: Vec<Statement>,
) -> Result<()> {
    let mut batch = before;
    batch.extend(names::claim_all(cx.pool(), cx.pool_ref(), user));
    batch.extend(users::insert(cx.pool_ref(), user)?);
    if let Some(password) = password {
        batch.push(storage::passwords::put(cx.db(), cx.pool_ref(), user, password)?);
    }
    batch.extend(more);
    cx.apply(batch, |guard| names::refusal(cx.pool(), Claim::Creation, guard)).await
}

/// The user that an administrator names: by username, sub or alias.
pub async fn find(cx: &PoolCx, name: &str) -> Result<User> {
    subject::find(cx, name).await?.ok_or(Error::UserNotFound)
}

/// Reads the user again and tries again while others change it at the same moment.
pub async fn retry<T, F: Future<Output = Result<T>>>(
    cx: &PoolCx,
    user: &User,
    act: impl Fn(User) -> F,
) -> Result<T> {
    let mut present = user.clone();
    for _ in 0..TRIES {
        match act(present).await {
            Err(Error::ConcurrentModification) => {}
            done => return done,
        }
        present = users::find(cx.db(), cx.pool_ref(), &user.id).await?.ok_or(Error::UserNotFound)?;
    }
    Err(Error::TooManyRequests)
}

/// Applies a change of a user; the names follow its attributes. `more` comes after it in the batch.
pub async fn update(
    cx: &PoolCx,
    before: &User,
    after: &User,
    credentials: users::Credentials,
    claim: Claim,
    more: Vec<Statement>,
) -> Result<()> {
    let mut batch = users::update(cx.pool_ref(), before, after, credentials, cx.now())?;
    batch.extend(names::change(cx.pool(), cx.pool_ref(), before, after));
    batch.extend(more);
    apply(cx, batch, claim).await
}

/// As [`update`], with statements that come before it: codes used up, aliases taken from others.
pub async fn update_with_first(
    cx: &PoolCx,
    first: Vec<Statement>,
    before: &User,
    after: &User,
    credentials: users::Credentials,
    claim: Claim,
) -> Result<()> {
    let mut batch = first;
    batch.extend(users::update(cx.pool_ref(), before, after, credentials, cx.now())?);
    batch.extend(names::change(cx.pool(), cx.pool_ref(), before, after));
    apply(cx, batch, claim).await
}

async fn apply(cx: &PoolCx, batch: Vec<Statement>, claim: Claim) -> Result<()> {
    let refusal = |guard| names::refusal(cx.pool(), claim, guard).or_else(|| codes::refusal(guard));
    cx.apply(batch, refusal).await
}

/// Deletes a user with everything of its own.
pub async fn delete(cx: &PoolCx, user: &User) -> Result<()> {
    retry(cx, user, |user| async move { cx.apply(users::delete(cx.pool_ref(), &user), |_| None).await }).await
}

/// Lets a user sign in or not; disabling ends its sessions.
pub async fn set_enabled(cx: &PoolCx, user: &User, enabled: bool) -> Result<()> {
    retry(cx, user, |user| async move {
        let user = &user;
        let after = User { enabled, ..user.clone() };
        let more =
            if enabled { Vec::new() } else { vec![storage::sessions::revoke_all_of(cx.pool_ref(), user)] };
        update(cx, user, &after, users::Credentials::Changed, Claim::Update, more).await
    })
    .await
}
