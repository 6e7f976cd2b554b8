//! What an attempt takes along from its first request to its last, whatever steps lie between.

use domain::User;
use domain::acr::{Goal, Level, Methods};
use domain::ids::{SessionId, UserId};
use domain::time::Time;
use serde::{Deserialize, Serialize};

/// Sealed into every Session and secret block of an attempt; short where there is nothing to take along.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Course {
    /// The device that the client named, if the user remembers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_key: Option<String>,
    /// The level to reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credited: Option<Credited>,
}

/// What the session of an access token proved, of whom, and with which credentials.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credited {
    pub(super) session: SessionId,
    pub(super) user: UserId,
    pub(super) credential_version: i64,
    pub(super) methods: Methods,
    /// When the oldest of them was proved.
    pub(super) proved_at: Time,
    /// The device that the session is of, and the one that follows it.
    pub(super) device_key: Option<String>,
}

impl Course {
    /// Of an attempt that asks for no level.
    pub(super) fn plain(device_key: Option<String>) -> Self {
        Self { device_key, ..Self::default() }
    }

    /// The same course with the device that it named, as far as the user remembers it.
    #[must_use]
    pub(super) fn on(&self, device_key: Option<String>) -> Self {
        Self { device_key, ..self.clone() }
    }

    /// What counts toward the level: nothing that was proved by another user or with other credentials. While an
    /// attempt is judged, its user can be read anew at any step.
    pub(super) fn credit(&self, user: &User) -> Option<&Credited> {
        self.credited
            .as_ref()
            .filter(|c| c.user == user.id && c.credential_version == user.credential_version)
    }

    /// The level to reach, and what of it this user need not prove.
    pub(super) fn goal(&self, user: &User) -> Goal {
        Goal { target: self.target, credit: self.credit(user).map_or(Methods::NONE, |c| c.methods) }
    }
}
