//! Setting and checking passwords. Whenever a password is set in plain, both its argon2id hash and its SRP
//! verifier are made, whatever flows the clients allow today.

use crypto::password_hash::{self, Cost, StoredHash};
use crypto::srp;
use domain::time::Time;
use domain::user::{Password, PasswordHistory, SrpVerifier, User, UserStatus};
use domain::{Error, Result, password_policy};
use storage::attempts;
use storage::codes::Purpose;
use storage::users::Credentials;

use crate::cx::{PoolCx, UserCx};
use crate::names::Claim;
use crate::{subject, users};

/// The stored form of a new password, after policy and history. `present` is the one it replaces.
pub async fn make(
    cx: &PoolCx,
    username: &str,
    present: Option<&Password>,
    password: &str,
    expires_at: Option<Time>,
) -> Result<Password> {
    let policy = cx.pool().password_policy();
    password_policy::check(&policy, password)?;
    let kept = policy.password_history_size.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let stored = present.map(|p| StoredHash::parse(&p.hash)).transpose().map_err(Error::internal)?;
    let salt = stored.as_ref().map_or_else(|| password_hash::new_salt(cx.random()), StoredHash::salt);
    let (hash, verifier) = {
        let random = cx.services.random.clone();
        let (realm, username) = (cx.pool().id.srp_name().to_owned(), username.to_owned());
        let password = zeroize::Zeroizing::new(password.to_owned());
        cx.services
            .hasher
            .run(move |memory| {
                let hash = password_hash::hash(&password, salt, Cost::default(), memory);
                (hash, srp::verifier(&realm, &username, &password, random.as_ref()))
            })
            .await?
    };
    let (hash, verifier) = (hash.map_err(Error::internal)?, verifier.map_err(Error::internal)?);
    let history = history_after(kept, stored.as_ref(), present, &hash)?;
    Ok(Password {
        hash: hash.to_text(),
        srp: Some(SrpVerifier { salt: verifier.salt, verifier: verifier.verifier }),
        history,
        set_at: cx.now(),
        expires_at,
    })
}

/// The tags to keep, newest first; the password replaced counts as one of them.
fn history_after(
    kept: usize,
    stored: Option<&StoredHash>,
    present: Option<&Password>,
    new: &StoredHash,
) -> Result<PasswordHistory> {
    if kept == 0 {
        return Ok(PasswordHistory::default());
    }
    let former = present.map(|p| p.history.tags.as_slice()).unwrap_or_default();
    let tags: Vec<String> = stored
        .map(|s| s.output().history_tag())
        .into_iter()
        .chain(former.iter().cloned())
        .take(kept)
        .collect();
    if tags.contains(&new.output().history_tag()) {
        return Err(Error::PasswordUsedBefore);
    }
    Ok(PasswordHistory { tags })
}

/// Whether `password` is the stored one. One hash is computed whatever the answer, also where nothing is
/// stored; more than any password's length is wrong without being hashed in full.
pub async fn check(cx: &PoolCx, stored: Option<&Password>, password: &str) -> Result<bool> {
    let too_long = password.chars().count() > password_policy::MAX_LENGTH;
    let hash = match stored {
        Some(stored) => StoredHash::parse(&stored.hash).map_err(Error::internal)?,
        None => StoredHash::nobody(Cost::default()),
    };
    let known = stored.is_some() && !too_long;
    let password = zeroize::Zeroizing::new(if too_long { String::new() } else { password.to_owned() });
    let matches = cx.services.hasher.run(move |memory| hash.matches(&password, memory)).await?;
    Ok(matches.map_err(Error::internal)? && known)
}

/// AdminSetUserPassword: the user then signs in with it, or has to replace it first.
pub async fn set(cx: &PoolCx, user: &User, password: &str, permanent: bool) -> Result<()> {
    users::retry(cx, user, |user| async move {
        let user = &user;
        let until = (!permanent).then(|| cx.now() + cx.pool().temporary_password_validity());
        let present = storage::passwords::find(cx.db(), cx.pool_ref(), user).await?;
        let made = make(cx, &user.username, present.as_ref(), password, until).await?;
        let status = if permanent { UserStatus::Confirmed } else { UserStatus::ForceChangePassword };
        let after = User { status, ..user.clone() };
        let more = vec![
            storage::passwords::put(cx.db(), cx.pool_ref(), user, &made)?,
            subject::forget(cx, user),
            storage::codes::void(cx.pool_ref(), &user.id, Purpose::ResetPassword),
        ];
        users::update(cx, user, &after, Credentials::Changed, Claim::Update, more).await
    })
    .await
}

/// ChangePassword: the present password, charged like a sign-in, then the new one. A user without a password
/// sets its first.
pub async fn change(cx: &UserCx, previous: Option<&str>, proposed: &str) -> Result<()> {
    let user = &cx.user;
    password_policy::check(&cx.pool().password_policy(), proposed)?;
    let present = storage::passwords::find(cx.db(), cx.pool_ref(), user).await?;
    if present.is_some() {
        let previous = previous.ok_or(Error::MissingParameter("PreviousPassword"))?;
        let locked = |guard| (guard == attempts::ALLOWED).then_some(Error::PasswordAttemptsExceeded);
        cx.charge([subject::charge(cx, Some(user), &user.username)], locked).await?;
        if !check(cx, present.as_ref(), previous).await? {
            return Err(Error::IncorrectUsernameOrPassword);
        }
    }
    let made = make(cx, &user.username, present.as_ref(), proposed, None).await?;
    let more = vec![storage::passwords::put(cx.db(), cx.pool_ref(), user, &made)?, subject::forget(cx, user)];
    users::update(cx, user, user, Credentials::Changed, Claim::Update, more).await
}
