//! The policies of users and roles: kept as they were given, once they have been read as policies.

use domain::principal::{Policy, Principal};
use storage::principal_policies as stored;

use super::entities::gone;
use super::error::{IamError, Result, apply};
use super::limits;
use crate::services::Services;

/// PutUserPolicy, PutRolePolicy: adds a policy, or replaces the one of its name.
pub async fn put(services: &Services, principal: &Principal, policy: &Policy) -> Result<()> {
    limits::check_name("policyName", &policy.name, 128)?;
    limits::check_length(&policy.document)?;
    iam::Policy::parse(&policy.document).map_err(malformed)?;
    apply(services, stored::put(&principal.id, policy), |guard| match guard {
        stored::WITHIN_LIMIT => Some(IamError::LimitExceeded(format!(
            "Cannot exceed quota for PoliciesPerPrincipal: {}",
            stored::MAX_PER_PRINCIPAL
        ))),
        other => gone(principal)(other),
    })
    .await
}

/// ListUserPolicies, ListRolePolicies, with the documents.
pub async fn list(services: &Services, principal: &Principal) -> Result<Vec<Policy>> {
    Ok(stored::list(&services.db, &principal.id).await?)
}

/// DeleteUserPolicy, DeleteRolePolicy.
pub async fn delete(services: &Services, principal: &Principal, name: &str) -> Result<()> {
    apply(services, stored::delete(&principal.id, name), |guard| match guard {
        stored::EXISTS => Some(IamError::NoSuchEntity(format!(
            "The {} policy with name {name} cannot be found.",
            principal.kind.name().as_str()
        ))),
        other => gone(principal)(other),
    })
    .await
}

pub(super) fn check_trust(document: &str) -> Result<()> {
    limits::check_length(document)?;
    iam::TrustPolicy::parse(document).map_err(malformed)?;
    Ok(())
}

fn malformed(fault: iam::Malformed) -> IamError {
    IamError::MalformedPolicyDocument(fault.to_string())
}
