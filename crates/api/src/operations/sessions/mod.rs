//! Tracked sessions and the configuration of their tracking.

pub mod admin_list_user_sessions;
pub mod admin_revoke_user_session;
pub mod get_user_pool_client_session_configuration;
pub mod get_user_pool_session_configuration;
pub mod list_user_sessions;
pub mod revoke_user_session;
pub mod set_user_pool_client_session_configuration;
pub mod set_user_pool_session_configuration;

use domain::ids::SessionId;
use domain::session_tracking::SessionRecord;
use domain::{Error, Result};
use wire::Timestamp;
use wire::cognito_idp::shapes::{SessionDescriptionType, SessionTypeType};

/// A session as lists show it. Its place is not derived from its address, and none came from single sign-on.
fn describe(record: SessionRecord, current: Option<&SessionId>) -> SessionDescriptionType {
    SessionDescriptionType {
        is_current_session: Some(current == Some(&record.session_id)),
        session_id: Some(record.public_id),
        session_type: Some(SessionTypeType::Token),
        client_id: Some(record.client_id.into_string()),
        create_date: Some(Timestamp(record.created_at.millis())),
        last_active_date: Some(Timestamp(record.last_active.at.millis())),
        device_type: Some(record.last_active.device_type),
        last_ip_address: Some(record.last_active.ip_address),
        last_location: None,
        origin_session_id: None,
    }
}

/// Every list fits on one page, so no token for another was ever issued.
fn refuse_next_token(token: Option<&str>) -> Result<()> {
    token.map_or(Ok(()), |_| Err(Error::invalid("Invalid pagination token")))
}
