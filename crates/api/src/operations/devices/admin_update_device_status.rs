//! AdminUpdateDeviceStatus.

use domain::Result;
use flows::cx::PoolCx;
use flows::{devices, users};
use wire::cognito_idp::shapes::{AdminUpdateDeviceStatusRequest, AdminUpdateDeviceStatusResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminUpdateDeviceStatusRequest,
) -> Result<AdminUpdateDeviceStatusResponse> {
    let user = users::find(&cx, &input.username).await?;
    let remembered = super::is_remembered(input.device_remembered_status)?;
    devices::set_remembered(&cx, &user, &input.device_key, remembered).await?;
    Ok(AdminUpdateDeviceStatusResponse {})
}
