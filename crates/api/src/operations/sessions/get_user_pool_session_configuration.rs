//! GetUserPoolSessionConfiguration.

use domain::Result;
use domain::session_tracking::SessionTracking;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{
    GetUserPoolSessionConfigurationRequest, GetUserPoolSessionConfigurationResponse,
    UserPoolTokenSessionConfigType, UserSessionTrackingType,
};

pub async fn handle(
    cx: PoolCx,
    input: GetUserPoolSessionConfigurationRequest,
) -> Result<GetUserPoolSessionConfigurationResponse> {
    let SessionTracking { enabled, max_per_user } = cx.pool().session_tracking;
    Ok(GetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        user_session_tracking: Some(match enabled {
            true => UserSessionTrackingType::Enabled,
            false => UserSessionTrackingType::Disabled,
        }),
        token_session: Some(UserPoolTokenSessionConfigType { max_per_user }),
    })
}
