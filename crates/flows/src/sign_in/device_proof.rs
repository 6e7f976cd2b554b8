//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device proves that it is the one the user confirmed.
//! SRP with the device group key as realm and the device key as identity.
//!
//! A device proves nothing about the password. So an attempt carries what was proved before it, sealed in the
//! secret block: [`begin`] is for a user who has proved the password, and [`prove`] gives back what was carried.

use crypto::srp::PublicA;
use domain::device::{Device, Tracking};
use domain::ids::UserId;
use domain::time::Time;
use domain::user::SrpVerifier;
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};
use storage::engine::Statement;
use storage::{attempts, devices, spent, users};

use super::srp_exchange::{self, Claim, Exchange};
use super::{Parameters, grant, required};
use crate::cx::{ClientCx, PoolCx};
use crate::{client_auth, subject};

const PURPOSE: &str = "device-srp-attempt";

/// An attempt between challenge and proof. Sealed, it is the secret block.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempt {
    client: String,
    user: UserId,
    credential_version: i64,
    device: String,
    carried: String,
    exchange: Exchange,
    nonce: String,
    expires_at: Time,
}

/// The DEVICE_PASSWORD_VERIFIER challenge.
pub struct Begun {
    /// SALT, SRP_B, SECRET_BLOCK, USERNAME and DEVICE_KEY.
    pub parameters: Parameters,
    /// Spent by the proof; a Session given beside the challenge shares it.
    pub nonce: String,
    pub expires_at: Time,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A proof that was right.
pub struct Proved {
    /// As the attempt was begun for, of the same credential version.
    pub user: User,
    /// Remembered. The batch that follows must contain [`noted`] for it.
    pub device: Device,
    /// For the batch that follows: the proof is still known to be used up.
    pub spent: Statement,
    /// What [`begin`] was given.
    pub carried: String,
}

impl std::fmt::Debug for Proved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proved").field("device", &self.device).finish_non_exhaustive()
    }
}

/// Answers DEVICE_SRP_AUTH for a user who proved the password. `carried` is what the sign-in stands at, in whatever
/// form the caller reads again after the proof.
pub async fn begin(
    cx: &ClientCx,
    user: &User,
    device_key: &str,
    srp_a: &str,
    carried: String,
) -> Result<Begun> {
    let a = srp_exchange::read_a(srp_a)?;
    let (device, srp) = remembered(cx, user, device_key).await?;
    let (exchange, srp_b) = Exchange::begin(cx, &a, &srp.verifier)?;
    let attempt = Attempt {
        client: cx.client.id.to_string(),
        user: user.id.clone(),
        credential_version: user.credential_version,
        device: device.key.clone(),
        carried,
        exchange,
        nonce: crypto::random::uuid(cx.random()),
        expires_at: cx.now() + cx.client.auth_session_validity(),
    };
    let parameters = [
        ("SALT", srp.salt),
        ("SRP_B", srp_b),
        ("SECRET_BLOCK", srp_exchange::seal(cx, PURPOSE, &attempt)?),
        ("USERNAME", user.username.clone()),
        ("DEVICE_KEY", device.key),
    ];
    Ok(Begun {
        parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into(),
        nonce: attempt.nonce,
        expires_at: attempt.expires_at,
    })
}

/// For the batch that ends the step of the password, where DEVICE_SRP_AUTH follows it: some clients answer that without
/// a Session, but with the `SRP_A` by which they proved the password.
pub fn await_proof(cx: &PoolCx, device: &Device, password_a: &PublicA, session: &str) -> Statement {
    devices::await_proof(cx.pool_ref(), device, &srp_exchange::a_digest(password_a), session)
}

/// The Session of a DEVICE_SRP_AUTH that came without one. It is judged like one that was sent: whoever repeats the
/// `SRP_A` of another's attempt lacks its private half, and fails the proof.
pub async fn awaited_session(cx: &PoolCx, user: &User, device_key: &str, srp_a: &str) -> Result<String> {
    let digest = srp_exchange::a_digest(&srp_exchange::read_a(srp_a)?);
    let kept = devices::awaited_session(cx.db(), cx.pool_ref(), &user.id, device_key, &digest).await?;
    kept.ok_or(Error::InvalidSession)
}

/// Checks the answer to DEVICE_PASSWORD_VERIFIER. `session_nonce` is that of the Session sent with it, if one was;
/// the secret block alone identifies the attempt. A wrong proof counts as a wrong password; of a right one the
/// granting batch gives the attempt back.
pub async fn prove(cx: &ClientCx, session_nonce: Option<&str>, responses: &Parameters) -> Result<Proved> {
    let typed = required(responses, "USERNAME")?;
    let device_key = required(responses, "DEVICE_KEY")?;
    let claim = Claim::read(responses)?;
    let attempt: Attempt = claim.open(cx, PURPOSE).ok_or(Error::IncorrectUsernameOrPassword)?;
    if attempt.client != cx.client.id.as_str() {
        return Err(Error::IncorrectUsernameOrPassword);
    }
    let user = users::find(cx.db(), cx.pool_ref(), &attempt.user).await?.ok_or(Error::InvalidSession)?;
    let hash = responses.get("SECRET_HASH").map(String::as_str);
    client_auth::check_hash(cx, &[typed, &user.username], hash).await?;
    if session_nonce.is_some_and(|nonce| nonce != attempt.nonce)
        || !subject::is_named(cx, &user, typed).await?
    {
        return Err(Error::InvalidSession);
    }
    if cx.now() >= attempt.expires_at {
        return Err(Error::SessionExpired);
    }
    if user.credential_version != attempt.credential_version {
        return Err(Error::InvalidSession);
    }
    if device_key != attempt.device {
        return Err(Error::DeviceNotFound);
    }
    if !claim.is_fresh(cx) {
        return Err(Error::IncorrectUsernameOrPassword);
    }
    let (device, srp) = remembered(cx, &user, device_key).await?;
    let _turn = grant::turn(cx, Some(&user), typed).await?;
    let refusal = |guard| match guard {
        attempts::ALLOWED => Some(Error::PasswordAttemptsExceeded),
        spent::UNSPENT => Some(Error::SessionAlreadyUsed),
        _ => None,
    };
    let charge = [
        spent::spend(cx.pool_ref(), &attempt.nonce, attempt.expires_at),
        subject::charge(cx, Some(&user), typed),
    ];
    cx.charge(charge, refusal).await?;
    if !attempt.exchange.check(&device.group_key, &device.key, &srp.verifier, &claim)? {
        return Err(Error::IncorrectUsernameOrPassword);
    }
    let spent = spent::is_spent(cx.pool_ref(), &attempt.nonce);
    Ok(Proved { user, device, spent, carried: attempt.carried })
}

/// For the batch that grants: the device is still remembered, and was last used now and from here. Fails by
/// [`devices::UNCHANGED`].
pub fn noted(cx: &PoolCx, device: &Device) -> Statement {
    let (ip, user_agent) = (cx.caller.ip.to_string(), crate::devices::user_agent(cx));
    devices::authenticated(cx.pool_ref(), device, &ip, user_agent, cx.now())
}

/// The device, if it may stand for something: the pool tracks devices and this one is remembered.
async fn remembered(cx: &PoolCx, user: &User, key: &str) -> Result<(Device, SrpVerifier)> {
    Tracking::of(cx.pool()).ok_or(Error::DeviceNotFound)?;
    let found = devices::find_with_verifier(cx.db(), cx.pool_ref(), &user.id, key).await?;
    found.filter(|(device, _)| device.remembered).ok_or(Error::DeviceNotFound)
}
