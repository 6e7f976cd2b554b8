//! Devices of users: keys given out at sign-in, their confirmation, the mark by which they are remembered, and
//! forgetting them.
//!
//! A key is given out by writing it into the session that its sign-in makes; nothing else is stored. So only an
//! access token of that session can confirm it, and a key that nobody confirms ends with the session.

use domain::device::{self, Device, Tracking};
use domain::user::SrpVerifier;
use domain::{Error, Result, User};
use storage::{devices, sessions, users};
use wire::cognito_idp::shapes::NewDeviceMetadataType;

use crate::cx::{PoolCx, UserCx};

/// The `NewDeviceMetadata` of a sign-in that no known device had part in, where the pool tracks devices. Its key
/// must become the `device_key` of the session that the sign-in makes.
pub fn offer(cx: &PoolCx) -> Option<NewDeviceMetadataType> {
    Tracking::of(cx.pool())?;
    Some(NewDeviceMetadataType {
        device_key: Some(device::new_key(&cx.pool().region, cx.random())),
        device_group_key: Some(device::group_key(&cx.pool().id)),
    })
}

/// The device that a sign-in's `DEVICE_KEY` means; `None` where the pool tracks none. A key that is not one of
/// this user's devices is refused, whoever else has it.
pub async fn find_known(cx: &PoolCx, user: &User, key: &str) -> Result<Option<Device>> {
    match Tracking::of(cx.pool()) {
        Some(_) => find(cx, user, key).await.map(Some),
        None => Ok(None),
    }
}

/// A device of this user.
pub async fn find(cx: &PoolCx, user: &User, key: &str) -> Result<Device> {
    devices::find(cx.db(), cx.pool_ref(), &user.id, key).await?.ok_or(Error::DeviceNotFound)
}

/// ConfirmDevice: makes a device of the key that came with the sign-in of this access token. Returns whether the
/// user still has to say that it be remembered.
pub async fn confirm(cx: &UserCx, key: &str, name: Option<String>, srp: &SrpVerifier) -> Result<bool> {
    let tracking = Tracking::of(cx.pool()).ok_or(Error::InvalidDeviceKey)?;
    if cx.session.device_key.as_deref() != Some(key) {
        return Err(Error::InvalidDeviceKey);
    }
    let now = cx.now();
    let device = Device {
        key: key.to_owned(),
        user_id: cx.user.id.clone(),
        group_key: device::group_key(&cx.pool().id),
        name,
        remembered: !tracking.only_remembered_on_user_prompt,
        last_ip: cx.caller.ip.to_string(),
        user_agent: user_agent(cx),
        created_at: now,
        modified_at: now,
        authenticated_at: cx.session.auth_time,
    };
    let mut batch = vec![
        users::hold(cx.pool_ref(), &cx.user.id),
        // Forgetting the device ends this session, so that nobody confirms its key again.
        sessions::lives(cx.pool_ref(), &cx.session.id),
    ];
    batch.extend(devices::insert(cx.db(), cx.pool_ref(), &device, srp));
    let refusal = |guard| match guard {
        users::EXISTS => Some(Error::UserNotFound),
        sessions::LIVES => Some(Error::AccessTokenRevoked),
        devices::KEY_FREE => Some(Error::DeviceKeyExists),
        _ => None,
    };
    cx.apply(batch, refusal).await?;
    Ok(tracking.only_remembered_on_user_prompt)
}

/// UpdateDeviceStatus and AdminUpdateDeviceStatus.
pub async fn set_remembered(cx: &PoolCx, user: &User, key: &str, remembered: bool) -> Result<()> {
    let change = devices::set_remembered(cx.pool_ref(), &user.id, key, remembered, cx.now());
    cx.apply([change], not_found).await
}

/// ForgetDevice and AdminForgetDevice: the device and every session begun on it.
pub async fn forget(cx: &PoolCx, user: &User, key: &str) -> Result<()> {
    cx.apply(devices::delete(cx.pool_ref(), &user.id, key), not_found).await
}

/// The program that a request comes from, as far as it is kept.
pub(crate) fn user_agent(cx: &PoolCx) -> Option<String> {
    cx.caller.user_agent.as_ref().map(|text| text.chars().take(device::MAX_USER_AGENT).collect())
}

fn not_found(guard: &str) -> Option<Error> {
    (guard == devices::EXISTS).then_some(Error::DeviceNotFound)
}
