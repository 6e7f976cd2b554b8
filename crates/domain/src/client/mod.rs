//! An app client: its settings as AWS shapes them, and what sign-in asks of them.

pub mod settings;

use std::time::Duration;

use wire::cognito_idp::shapes::{
    ExplicitAuthFlowsType, FeatureType, PreventUserExistenceErrorTypes, TimeUnitsType, UserPoolClientType,
};

use crate::ids::{ClientId, PoolId};
use crate::time::{Time, days, hours, minutes};

/// An app client. `settings` never holds the secrets; those are rows of their own.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: ClientId,
    pub pool_id: PoolId,
    pub settings: UserPoolClientType,
    /// `SSOSession.MaxValidityMinutes`, 0 to 129600. Dormant while the pool does not track sessions.
    pub sso_validity: i32,
    /// Whether it has secrets.
    pub has_secret: bool,
    pub version: i64,
    pub created_at: Time,
    pub modified_at: Time,
}

impl Client {
    pub fn allows(&self, flow: ExplicitAuthFlowsType) -> bool {
        settings::allows(&self.settings, flow)
    }

    /// `PreventUserExistenceErrors` ENABLED: unknown names must look like known ones.
    pub fn hides_user_existence(&self) -> bool {
        self.settings.prevent_user_existence_errors == Some(PreventUserExistenceErrorTypes::Enabled)
    }

    pub fn revocation_enabled(&self) -> bool {
        self.settings.enable_token_revocation.unwrap_or(false)
    }

    /// How long each challenge can be answered (`AuthSessionValidity`, 3 to 15 minutes, default 3).
    pub fn auth_session_validity(&self) -> Duration {
        minutes(self.settings.auth_session_validity.unwrap_or(3).unsigned_abs().into())
    }

    pub fn access_token_validity(&self) -> Duration {
        let unit = self.settings.token_validity_units.as_ref().and_then(|u| u.access_token);
        validity(self.settings.access_token_validity, unit, TimeUnitsType::Hours).unwrap_or(hours(1))
    }

    pub fn id_token_validity(&self) -> Duration {
        let unit = self.settings.token_validity_units.as_ref().and_then(|u| u.id_token);
        validity(self.settings.id_token_validity, unit, TimeUnitsType::Hours).unwrap_or(hours(1))
    }

    pub fn refresh_token_validity(&self) -> Duration {
        let unit = self.settings.token_validity_units.as_ref().and_then(|u| u.refresh_token);
        validity(self.settings.refresh_token_validity, unit, TimeUnitsType::Days).unwrap_or(days(30))
    }

    /// The retry grace period when refresh tokens rotate, `None` when they do not.
    pub fn rotation_grace(&self) -> Option<Duration> {
        let rotation = self.settings.refresh_token_rotation.as_ref()?;
        (rotation.feature == FeatureType::Enabled).then(|| {
            Duration::from_secs(rotation.retry_grace_period_seconds.unwrap_or(0).unsigned_abs().into())
        })
    }
}

/// A validity member in its unit; 0 and absent mean the default.
fn validity(n: Option<i32>, unit: Option<TimeUnitsType>, default_unit: TimeUnitsType) -> Option<Duration> {
    let n = u64::try_from(n?).ok().filter(|n| *n > 0)?;
    Some(match unit.unwrap_or(default_unit) {
        TimeUnitsType::Seconds => Duration::from_secs(n),
        TimeUnitsType::Minutes => minutes(n),
        TimeUnitsType::Hours => hours(n),
        TimeUnitsType::Days => days(n),
    })
}
