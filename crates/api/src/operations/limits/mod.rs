//! The request rates that an account has, and how far it raised them.

pub mod get_provisioned_limit;
pub mod update_provisioned_limit;

use domain::{Error, Result};
use flows::quotas::Rate;
use wire::cognito_idp::shapes::{LimitDefinitionType, LimitType};
use wire::quota::QuotaCategory;

/// The category that a definition names; of the one class there is.
fn category(definition: &LimitDefinitionType) -> Result<QuotaCategory> {
    if let Some(other) = definition.attributes.keys().find(|name| *name != "Category") {
        return Err(Error::invalid(format!("Unknown limit attribute {other}.")));
    }
    let name = definition
        .attributes
        .get("Category")
        .ok_or_else(|| Error::invalid("The limit attribute Category is required."))?;
    QuotaCategory::from_name(name)
        .ok_or_else(|| Error::invalid(format!("{name} is not a category of API operations.")))
}

fn limit(limit_definition: LimitDefinitionType, rate: Rate, provisioned: Option<u32>) -> LimitType {
    LimitType {
        limit_definition,
        provisioned_limit_value: shown(provisioned.map_or(rate.default, |value| rate.within(value))),
        free_limit_value: shown(rate.default),
    }
}

/// Where there is no limit, the largest number says so.
fn shown(rate: u32) -> i32 {
    if rate == 0 { i32::MAX } else { i32::try_from(rate).unwrap_or(i32::MAX) }
}
