//! UpdateDeviceStatus.

use domain::Result;
use flows::cx::UserCx;
use flows::devices;
use wire::cognito_idp::shapes::{UpdateDeviceStatusRequest, UpdateDeviceStatusResponse};

pub async fn handle(cx: UserCx, input: UpdateDeviceStatusRequest) -> Result<UpdateDeviceStatusResponse> {
    let remembered = super::is_remembered(input.device_remembered_status)?;
    devices::set_remembered(&cx, &cx.user, &input.device_key, remembered).await?;
    Ok(UpdateDeviceStatusResponse {})
}
