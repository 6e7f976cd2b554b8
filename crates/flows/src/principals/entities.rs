//! Making, changing, listing and deleting users and roles.

use std::collections::BTreeMap;

use domain::ids::{AccountId, PrincipalId};
use domain::principal::{Kind, KindName, Principal, RoleSettings};
use storage::{accounts, principals};

use super::error::{IamError, Result, apply};
use super::{limits, policies};
use crate::services::Services;

/// What a new user or role is given.
#[derive(Clone, Debug)]
pub struct New {
    pub account: AccountId,
    pub kind: Kind,
    pub name: String,
    /// `/` where nothing else is asked for.
    pub path: String,
    pub tags: BTreeMap<String, String>,
}

/// CreateUser, CreateRole.
pub async fn create(services: &Services, new: New) -> Result<Principal> {
    let principal = self::new(services, new)?;
    apply(services, principals::insert(&principal)?, |guard| match guard {
        principals::NAME_FREE => {
            let kind = if principal.role().is_some() { "Role" } else { "User" };
            Some(IamError::EntityAlreadyExists(format!(
                "{kind} with name {} already exists.",
                principal.name
            )))
        }
        accounts::EXISTS => {
            Some(IamError::NoSuchEntity(format!("Account {} cannot be found.", principal.account)))
        }
        _ => None,
    })
    .await?;
    Ok(principal)
}

/// A user or role as it would be made.
pub(super) fn new(services: &Services, new: New) -> Result<Principal> {
    let New { account, kind, name, path, tags } = new;
    limits::check_name("name", &name, 64)?;
    limits::check_path(&path)?;
    limits::check_tags(&tags)?;
    if let Kind::Role(settings) = &kind {
        check_role(settings)?;
    }
    Ok(Principal {
        id: PrincipalId::generate(kind.name(), services.random.as_ref()),
        account,
        kind,
        name,
        path,
        tags,
        version: 1,
        created_at: services.clock.now(),
    })
}

/// GetUser, GetRole: by name, in any case.
pub async fn find(services: &Services, account: &AccountId, kind: KindName, name: &str) -> Result<Principal> {
    principals::find_by_name(&services.db, account, kind, name)
        .await?
        .ok_or_else(|| IamError::no_such(kind, name))
}

/// ListUsers, ListRoles: those whose names come after `after`, in the order of their names in lower case.
pub async fn list(
    services: &Services,
    account: &AccountId,
    kind: KindName,
    after: &str,
    limit: i64,
) -> Result<Vec<Principal>> {
    Ok(principals::list(&services.db, account, kind, after, limit).await?)
}

/// Replaces all tags of the principal as it was read.
pub async fn set_tags(
    services: &Services,
    principal: &Principal,
    tags: &BTreeMap<String, String>,
) -> Result<()> {
    limits::check_tags(tags)?;
    apply(services, [principals::set_tags(&principal.id, principal.version, tags)?], moved).await
}

/// UpdateAssumeRolePolicy, UpdateRole, on the role as it was read.
pub async fn set_role(services: &Services, role: &Principal, settings: &RoleSettings) -> Result<()> {
    check_role(settings)?;
    apply(services, [principals::set_role(&role.id, role.version, settings)], moved).await
}

/// Deletes a user or role with its policies and keys, and so ends every session of a role: nothing signed in its
/// name counts from then on.
pub async fn delete(services: &Services, principal: &Principal) -> Result<()> {
    apply(services, principals::delete(&principal.id), gone(principal)).await
}

/// The answer for a principal that was deleted in between.
pub(super) fn gone(principal: &Principal) -> impl Fn(&'static str) -> Option<IamError> {
    move |guard| match guard {
        principals::EXISTS => Some(IamError::no_such(principal.kind.name(), &principal.name)),
        _ => None,
    }
}

/// The answer for a principal that was changed or deleted since it was read.
fn moved(guard: &'static str) -> Option<IamError> {
    (guard == principals::UNCHANGED).then_some(IamError::ConcurrentModification)
}

fn check_role(settings: &RoleSettings) -> Result<()> {
    policies::check_trust(&settings.trust_policy)?;
    if (3_600..=43_200).contains(&settings.max_session_duration) {
        return Ok(());
    }
    Err(IamError::invalid("MaxSessionDuration must be between 3600 and 43200 seconds."))
}
