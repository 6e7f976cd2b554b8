//! What an attempt takes along from its first request to its last, whatever steps lie between.

use domain::acr::Goal;
use domain::ids::SessionId;
use serde::{Deserialize, Serialize};

/// Sealed into every Session and secret block of an attempt; short where there is nothing to take along.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Course {
    /// The device that the client named, if the user remembers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_key: Option<String>,
    #[serde(skip_serializing_if = "Goal::is_none")]
    pub(super) goal: Goal,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credited: Option<Credited>,
}

/// The session whose access token gives the goal its credit. It must live until tokens are granted.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Credited {
    pub(super) session: SessionId,
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
}
