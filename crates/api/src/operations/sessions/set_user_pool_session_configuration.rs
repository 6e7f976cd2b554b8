//! SetUserPoolSessionConfiguration: replaces both settings.

use domain::Result;
use domain::session_tracking::SessionTracking;
use flows::cx::PoolCx;
use flows::session_tracking;
use wire::cognito_idp::shapes::{
    SetUserPoolSessionConfigurationRequest, SetUserPoolSessionConfigurationResponse, UserSessionTrackingType,
};

pub async fn handle(
    cx: PoolCx,
    input: SetUserPoolSessionConfigurationRequest,
) -> Result<SetUserPoolSessionConfigurationResponse> {
    let tracking = SessionTracking {
        enabled: input.user_session_tracking == UserSessionTrackingType::Enabled,
        max_per_user: input.token_session.max_per_user,
    };
    session_tracking::configure(&cx, tracking).await?;
    Ok(SetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        user_session_tracking: Some(input.user_session_tracking),
        token_session: Some(input.token_session),
    })
}
