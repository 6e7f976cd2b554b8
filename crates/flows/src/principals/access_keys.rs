//! The long-term keys of users.

use data_encoding::BASE64;
use domain::ids::AccessKeyId;
use domain::principal::{AccessKey, KeyStatus, Principal};
use storage::access_keys as stored;
use zeroize::Zeroizing;

use super::entities::gone;
use super::error::{IamError, Result, apply};
use crate::services::Services;

/// CreateAccessKey: a key with its secret, which is shown this once.
pub async fn create(services: &Services, user: &Principal) -> Result<(AccessKey, Zeroizing<String>)> {
    if user.role().is_some() {
        return Err(IamError::invalid("A role has no long-term keys; it is assumed."));
    }
    let (key, secret) = new(services, user);
    apply(services, stored::insert(&services.db, &user.account, &key, &secret), |guard| match guard {
        stored::WITHIN_LIMIT => Some(IamError::LimitExceeded(format!(
            "Cannot exceed quota for AccessKeysPerUser: {}",
            stored::MAX_PER_USER
        ))),
        other => gone(user)(other),
    })
    .await?;
    Ok((key, secret))
}

/// A key as it would be made, with its secret.
pub(super) fn new(services: &Services, user: &Principal) -> (AccessKey, Zeroizing<String>) {
    let key = AccessKey {
        id: AccessKeyId::generate(services.random.as_ref()),
        user: user.id.clone(),
        status: KeyStatus::Active,
        created_at: services.clock.now(),
    };
    (key, new_secret(services))
}

/// ListAccessKeys, oldest first.
pub async fn list(services: &Services, user: &Principal) -> Result<Vec<AccessKey>> {
    Ok(stored::list(&services.db, &user.id).await?)
}

/// UpdateAccessKey. An inactive key signs nothing from now on.
pub async fn set_status(
    services: &Services,
    user: &Principal,
    id: &AccessKeyId,
    status: KeyStatus,
) -> Result<()> {
    apply(services, [stored::set_status(&user.id, id, status)], |_| Some(no_such(id))).await
}

/// DeleteAccessKey.
pub async fn delete(services: &Services, user: &Principal, id: &AccessKeyId) -> Result<()> {
    apply(services, [stored::delete(&user.id, id)], |_| Some(no_such(id))).await
}

/// 40 characters of base64, 240 bits.
pub(super) fn new_secret(services: &Services) -> Zeroizing<String> {
    let bytes = Zeroizing::new(crypto::random::bytes::<30>(services.random.as_ref()));
    Zeroizing::new(BASE64.encode(bytes.as_ref()))
}

fn no_such(id: &AccessKeyId) -> IamError {
    IamError::NoSuchEntity(format!("The Access Key with id {id} cannot be found."))
}
