//! Devices that users sign in from.
//!
//! Users are shown the devices that are remembered, administrators all of them and more about each.

pub mod admin_forget_device;
pub mod admin_get_device;
pub mod admin_list_devices;
pub mod admin_update_device_status;
pub mod confirm_device;
pub mod forget_device;
pub mod get_device;
pub mod list_devices;
pub mod update_device_status;

use domain::device::Device;
use domain::{Error, Pool, Result, User};
use flows::cx::PoolCx;
use wire::Timestamp;
use wire::cognito_idp::shapes::{AttributeType, DeviceRememberedStatusType, DeviceType};

use crate::pagination::{self, Listing};

/// A device as its user sees it.
fn describe(device: &Device) -> DeviceType {
    DeviceType {
        device_key: Some(device.key.clone()),
        device_attributes: Some(vec![
            attribute("device_status", "valid"),
            attribute("device_name", device.shown_name().unwrap_or_default()),
            attribute("last_ip_used", &device.last_ip),
        ]),
        device_create_date: Some(Timestamp(device.created_at.millis())),
        device_last_modified_date: Some(Timestamp(device.modified_at.millis())),
        device_last_authenticated_date: Some(Timestamp(device.authenticated_at.secs() * 1000)),
    }
}

/// A device as an administrator sees it.
fn describe_to_administrator(pool: &Pool, user: &User, device: &Device) -> DeviceType {
    let owner = format!("{}.{}", user.username, pool.id);
    let arn =
        format!("arn:aws:cognito-idp:{}:{}:owner/{owner}/device/{}", pool.region, pool.account, device.key);
    let mut described = describe(device);
    described.device_attributes.get_or_insert_default().extend([
        attribute("dev:device_arn", &arn),
        attribute("dev:device_owner", &owner),
        attribute("dev:device_remembered_status", status(device.remembered).as_str()),
    ]);
    described
}

fn attribute(name: &str, value: &str) -> AttributeType {
    AttributeType { name: name.to_owned(), value: Some(value.to_owned()) }
}

fn status(remembered: bool) -> DeviceRememberedStatusType {
    if remembered {
        DeviceRememberedStatusType::Remembered
    } else {
        DeviceRememberedStatusType::NotRemembered
    }
}

/// `DeviceRememberedStatus`, which the model lets be absent and which nothing else could stand for.
fn is_remembered(status: Option<DeviceRememberedStatusType>) -> Result<bool> {
    let status = status.ok_or(Error::MissingParameter("DeviceRememberedStatus"))?;
    Ok(status == DeviceRememberedStatusType::Remembered)
}

/// One page of a user's devices, in the order of their keys, and the token of the next.
async fn page(
    cx: &PoolCx,
    operation: &str,
    user: &User,
    only_remembered: bool,
    limit: Option<i32>,
    token: Option<&str>,
) -> Result<(Vec<Device>, Option<String>)> {
    let name = format!("{operation}/{}", user.id);
    let listing = Listing::of_pool(&name, cx);
    let after = listing.position(&cx.services, token)?;
    let limit = pagination::limit(limit);
    let devices =
        storage::devices::list(cx.db(), cx.pool_ref(), &user.id, only_remembered, &after, limit + 1).await?;
    Ok(pagination::cut(&listing, &cx.services, devices, limit.unsigned_abs() as usize, |d| d.key.clone()))
}
