//! ListDevices: those that are remembered, in the order of their keys.

use domain::Result;
use flows::cx::UserCx;
use wire::cognito_idp::shapes::{ListDevicesRequest, ListDevicesResponse};

pub async fn handle(cx: UserCx, input: ListDevicesRequest) -> Result<ListDevicesResponse> {
    let (devices, pagination_token) =
        super::page(&cx, "ListDevices", &cx.user, true, input.limit, input.pagination_token.as_deref())
            .await?;
    let devices = devices.iter().map(super::describe).collect();
    Ok(ListDevicesResponse { devices: Some(devices), pagination_token })
}
