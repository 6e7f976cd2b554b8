//! A device that a user signs in from: how a pool tracks them, and how their keys look.

use std::fmt;

use crypto::random::Random;

use crate::Pool;
use crate::ids::{PoolId, Region, UserId};
use crate::time::Time;

/// Devices a user can have; a further one takes the place of the one that was not used for longest.
pub const MAX_PER_USER: i64 = 100;

/// Characters of a user agent that are kept, as many as a `DeviceName` may have.
pub const MAX_USER_AGENT: usize = 1024;

/// A confirmed device. What it proves itself with is kept beside it.
#[derive(Clone, PartialEq)]
pub struct Device {
    /// `<region>_<uuid>`; the SRP identity.
    pub key: String,
    pub user_id: UserId,
    /// The SRP realm.
    pub group_key: String,
    /// `DeviceName` of ConfirmDevice.
    pub name: Option<String>,
    /// `DeviceRememberedStatus`: only a remembered device may stand in for a second factor.
    pub remembered: bool,
    pub last_ip: String,
    pub user_agent: Option<String>,
    pub created_at: Time,
    pub modified_at: Time,
    /// The last sign-in that the device had part in.
    pub authenticated_at: Time,
}

impl Device {
    /// The name given to it, or else the program it was last used by.
    pub fn shown_name(&self) -> Option<&str> {
        self.name.as_deref().or(self.user_agent.as_deref())
    }
}

/// Ids and states only: where and by what it is used is personal data.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("key", &self.key)
            .field("user_id", &self.user_id)
            .field("remembered", &self.remembered)
            .finish_non_exhaustive()
    }
}

/// `DeviceConfiguration` of a pool that tracks devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// `ChallengeRequiredOnNewDevice`: a remembered device may stand in for a second factor.
    pub challenge_required_on_new_device: bool,
    /// `DeviceOnlyRememberedOnUserPrompt`: a confirmed device is not remembered until the user says so.
    pub only_remembered_on_user_prompt: bool,
}

impl Tracking {
    /// How the pool tracks devices: any member of its `DeviceConfiguration`, even `false`, turns it on.
    pub fn of(pool: &Pool) -> Option<Self> {
        let set = pool.settings.device_configuration.as_ref()?;
        let members = (set.challenge_required_on_new_device, set.device_only_remembered_on_user_prompt);
        if members == (None, None) {
            return None;
        }
        Some(Self {
            challenge_required_on_new_device: members.0.unwrap_or(false),
            only_remembered_on_user_prompt: members.1.unwrap_or(false),
        })
    }
}

/// A key that no device has.
pub fn new_key(region: &Region, random: &dyn Random) -> String {
    format!("{region}_{}", crypto::random::uuid(random))
}

/// The `DeviceGroupKey` of a pool's devices: `-` and 8 alphanumerics. No secret, like the pool's id in the SRP of
/// passwords, but made from it, so that a key given out needs nothing stored.
pub fn group_key(pool: &PoolId) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digest = crypto::mac::sha256(&[b"device group\0", pool.as_str().as_bytes()]);
    let letters = digest.iter().take(8).map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
    std::iter::once('-').chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_cognitos_forms() {
        let random = crypto::random::SeededRandom::new(1);
        let key = new_key(&Region::new("eu-west-1"), &random);
        assert!(key.starts_with("eu-west-1_") && key.len() == 46, "{key}");
        assert_ne!(key, new_key(&Region::new("eu-west-1"), &random));
        let group = group_key(&PoolId::new("eu-west-1_aBcD3fGhI"));
        assert!(group.len() == 9 && group.starts_with('-'), "{group}");
        assert!(group[1..].bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(group, group_key(&PoolId::new("eu-west-1_aBcD3fGhJ")));
    }
}
