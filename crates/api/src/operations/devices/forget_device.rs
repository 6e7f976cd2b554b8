//! ForgetDevice.

use domain::Result;
use flows::cx::UserCx;
use flows::devices;
use wire::Empty;
use wire::cognito_idp::shapes::ForgetDeviceRequest;

pub async fn handle(cx: UserCx, input: ForgetDeviceRequest) -> Result<Empty> {
    devices::forget(&cx, &cx.user, &input.device_key).await?;
    Ok(Empty {})
}
