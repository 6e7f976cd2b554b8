//! AdminGetDevice.

use domain::Result;
use flows::cx::PoolCx;
use flows::{devices, users};
use wire::cognito_idp::shapes::{AdminGetDeviceRequest, AdminGetDeviceResponse};

pub async fn handle(cx: PoolCx, input: AdminGetDeviceRequest) -> Result<AdminGetDeviceResponse> {
    let user = users::find(&cx, &input.username).await?;
    let device = devices::find(&cx, &user, &input.device_key).await?;
    Ok(AdminGetDeviceResponse { device: super::describe_to_administrator(cx.pool(), &user, &device) })
}
