//! GetDevice, for devices that are remembered.

use domain::{Error, Result};
use flows::cx::UserCx;
use flows::devices;
use wire::cognito_idp::shapes::{GetDeviceRequest, GetDeviceResponse};

pub async fn handle(cx: UserCx, input: GetDeviceRequest) -> Result<GetDeviceResponse> {
    let device = devices::find(&cx, &cx.user, &input.device_key).await?;
    if !device.remembered {
        return Err(Error::DeviceNotFound);
    }
    Ok(GetDeviceResponse { device: super::describe(&device) })
}
