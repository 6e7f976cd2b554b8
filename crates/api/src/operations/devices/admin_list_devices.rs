//! AdminListDevices, in the order of their keys.

use domain::Result;
use flows::cx::PoolCx;
use flows::users;
use wire::cognito_idp::shapes::{AdminListDevicesRequest, AdminListDevicesResponse};

pub async fn handle(cx: PoolCx, input: AdminListDevicesRequest) -> Result<AdminListDevicesResponse> {
    let user = users::find(&cx, &input.username).await?;
    let (devices, pagination_token) =
        super::page(&cx, "AdminListDevices", &user, false, input.limit, input.pagination_token.as_deref())
            .await?;
    let devices =
        devices.iter().map(|device| super::describe_to_administrator(cx.pool(), &user, device)).collect();
    Ok(AdminListDevicesResponse { devices: Some(devices), pagination_token })
}
