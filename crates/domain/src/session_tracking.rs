//! Session tracking: a pool's setting, and the record of a session that users and administrators see.

use crypto::random::Random;
use wire::cognito_idp::shapes::{UserPoolTierType, UserPoolType};

use crate::error::{Error, Result};
use crate::ids::{ClientId, SessionId};
use crate::time::Time;

/// `SSOSession.MaxValidityMinutes` of a client that never set it.
pub const DEFAULT_SSO_VALIDITY: i32 = 60;

/// What SetUserPoolSessionConfiguration sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTracking {
    pub enabled: bool,
    /// `TokenSession.MaxPerUser`, 1 to 100.
    pub max_per_user: i32,
}

impl Default for SessionTracking {
    fn default() -> Self {
        Self { enabled: false, max_per_user: 20 }
    }
}

/// Refuses session configuration in a feature plan that has none.
pub fn check_tier(settings: &UserPoolType) -> Result<()> {
    match settings.user_pool_tier {
        Some(tier @ UserPoolTierType::Lite) => Err(Error::FeatureUnavailableInTier(format!(
            "Session tracking is not available in the feature plan {}.",
            tier.as_str()
        ))),
        _ => Ok(()),
    }
}

/// A tracked session as it is shown (`SessionDescriptionType`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    pub public_id: String,
    /// Stands in tokens; never shown.
    pub session_id: SessionId,
    pub client_id: ClientId,
    pub created_at: Time,
    pub last_active: Activity,
}

/// The latest sign-in or refresh of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub at: Time,
    pub ip_address: String,
    /// [`crate::device_type::of`] the user agent.
    pub device_type: String,
}

/// A new public id of a token session: `tkn` and 25 of `[a-z0-9]`.
pub fn new_public_id(random: &dyn Random) -> String {
    format!("tkn{}", crypto::random::alphanumeric_lower(random, 25))
}

#[cfg(test)]
mod tests {
    use crypto::random::SeededRandom;

    use super::*;

    #[test]
    fn a_public_id_has_the_form_of_the_model() {
        let id = new_public_id(&SeededRandom::new(1));
        let shape = wire::cognito_idp::Operation::RevokeUserSession.input();
        let input = serde_json::json!({ "AccessToken": "a", "SessionId": id });
        wire::check_constraints(shape, input.as_object().unwrap()).unwrap();
    }

    #[test]
    fn only_the_smallest_plan_is_refused() {
        let of = |tier| check_tier(&UserPoolType { user_pool_tier: tier, ..Default::default() });
        assert!(matches!(of(Some(UserPoolTierType::Lite)), Err(Error::FeatureUnavailableInTier(_))));
        for tier in [None, Some(UserPoolTierType::Essentials), Some(UserPoolTierType::Plus)] {
            of(tier).unwrap();
        }
    }
}
