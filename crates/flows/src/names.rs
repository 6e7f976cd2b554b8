//! Which strings a user can be called by, kept in step with its attributes.

use std::collections::BTreeMap;

use domain::ids::UserId;
use domain::user::UserStatus;
use domain::{Error, Pool, Result, User};
use storage::PoolRef;
use storage::engine::Statement;
use storage::login_names::{self, NameKind};
use storage::users::Credentials;

use crate::cx::PoolCx;

/// Every sign-in name a user has beyond username and sub, by kind, as stored keys.
fn aliases(pool: &Pool, user: &User) -> BTreeMap<&'static str, (NameKind, String)> {
    [NameKind::Email, NameKind::PhoneNumber, NameKind::PreferredUsername]
        .into_iter()
        .filter_map(|kind| {
            let attribute = kind.as_str();
            let value = user.attributes.get(attribute)?;
            let counts = match kind {
                NameKind::PreferredUsername => {
                    pool.is_alias_attribute(attribute) && user.status != UserStatus::Unconfirmed
                }
                _ if pool.is_username_attribute(attribute) => true,
                _ => pool.is_alias_attribute(attribute) && user.is_verified(attribute),
            };
            counts.then(|| (attribute, (kind, pool.name_key(value))))
        })
        .collect()
}

/// Claims every name of a new user. `claim` fails when a name is anyone's already.
pub fn claim_all(pool: &Pool, pool_ref: &PoolRef, user: &User) -> Vec<Statement> {
    let mut out =
        vec![login_names::claim(pool_ref, NameKind::Username, &pool.name_key(&user.username), &user.id)];
    if user.username != user.id.as_str() {
        out.push(login_names::claim(pool_ref, NameKind::Sub, user.id.as_str(), &user.id));
    }
    out.extend(
        aliases(pool, user)
            .into_values()
            .map(|(kind, key)| login_names::claim(pool_ref, kind, &key, &user.id)),
    );
    out
}

/// Releases and claims names so that they fit `after`. A claim fails when the name is another user's.
pub fn change(pool: &Pool, pool_ref: &PoolRef, before: &User, after: &User) -> Vec<Statement> {
    let (old, new) = (aliases(pool, before), aliases(pool, after));
    let mut out = Vec::new();
    for (attribute, (kind, key)) in &old {
        if new.get(attribute).is_none_or(|(_, k)| k != key) {
            out.push(login_names::release(pool_ref, *kind, &before.id));
        }
    }
    for (attribute, (kind, key)) in new {
        if old.get(attribute).is_none_or(|(_, k)| *k != key) {
            out.push(login_names::claim(pool_ref, kind, &key, &after.id));
        }
    }
    out
}

/// Who has a value as an alias, where the attribute gives any.
pub async fn holder(cx: &PoolCx, attribute: &str, value: &str) -> Result<Option<UserId>> {
    if !cx.pool().is_alias_attribute(attribute) {
        return Ok(None);
    }
    let found = storage::users::find_by_name(cx.db(), cx.pool_ref(), &cx.pool().name_key(value)).await?;
    Ok(found.map(|user| user.id))
}

/// From whom aliases may be taken.
#[derive(Clone, Copy, Debug)]
pub enum Seize<'a> {
    FromAnyone,
    /// From this user only.
    From(Option<&'a UserId>),
}

/// Takes the aliases that `after` is about to claim away from other users, whose attribute is then no longer
/// verified. Usernames are never taken away. Goes before the statements that claim.
pub async fn seize_aliases(cx: &PoolCx, after: &User, seize: Seize<'_>) -> Result<Vec<Statement>> {
    let mut out = Vec::new();
    for (kind, key) in aliases(cx.pool(), after).into_values() {
        let Some(owner) = storage::users::find_by_name(cx.db(), cx.pool_ref(), &key).await? else { continue };
        let attribute = kind.as_str();
        let is_alias = owner.attributes.get(attribute).is_some_and(|v| cx.pool().name_key(v) == key);
        let may_lose = match seize {
            Seize::FromAnyone => true,
            Seize::From(holder) => holder == Some(&owner.id),
        };
        if owner.id == after.id || !may_lose || !is_alias || !cx.pool().is_alias_attribute(attribute) {
            continue;
        }
        let mut stripped = owner.clone();
        if kind == NameKind::PreferredUsername {
            stripped.attributes.remove(attribute);
        } else {
            stripped.attributes.insert(format!("{attribute}_verified"), "false".into());
        }
        out.extend(storage::users::update(cx.pool_ref(), &owner, &stripped, Credentials::Kept, cx.now())?);
        out.extend(change(cx.pool(), cx.pool_ref(), &owner, &stripped));
    }
    Ok(out)
}

/// When the name was claimed, which decides how its refusal reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Creation,
    Confirmation,
    Update,
}

/// The refusal that a failed claim stands for.
pub fn refusal(pool: &Pool, claim: Claim, guard: &str) -> Option<Error> {
    if guard == NameKind::Username.taken() || guard == NameKind::Sub.taken() {
        return Some(Error::UsernameExists);
    }
    let kind = [NameKind::Email, NameKind::PhoneNumber, NameKind::PreferredUsername]
        .into_iter()
        .find(|kind| kind.taken() == guard)?;
    let attribute = kind.as_str();
    Some(match claim {
        Claim::Creation if pool.is_username_attribute(attribute) => Error::SignInAttributeExists(attribute),
        Claim::Confirmation => Error::AliasExistsAtConfirmation(attribute),
        Claim::Creation | Claim::Update => Error::AliasExists(attribute),
    })
}
