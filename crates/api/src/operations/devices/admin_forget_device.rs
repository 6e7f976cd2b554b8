//! AdminForgetDevice.

use domain::Result;
use flows::cx::PoolCx;
use flows::{devices, users};
use wire::Empty;
use wire::cognito_idp::shapes::AdminForgetDeviceRequest;

pub async fn handle(cx: PoolCx, input: AdminForgetDeviceRequest) -> Result<Empty> {
    let user = users::find(&cx, &input.username).await?;
    devices::forget(&cx, &user, &input.device_key).await?;
    Ok(Empty {})
}
