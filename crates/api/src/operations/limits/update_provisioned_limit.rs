//! UpdateProvisionedLimit.

use domain::{Error, Result};
use flows::cx::AccountCx;
use storage::provisioned_limits::{self, ProvisionedLimit};
use wire::cognito_idp::shapes::{UpdateProvisionedLimitRequest, UpdateProvisionedLimitResponse};

/// The limit holds on this node when the answer is given, on the others within a second.
pub async fn handle(
    cx: AccountCx,
    input: UpdateProvisionedLimitRequest,
) -> Result<UpdateProvisionedLimitResponse> {
    let category = super::category(&input.limit_definition)?;
    let name = category.name();
    if !category.is_adjustable() {
        return Err(Error::invalid(format!("The limit of {name} cannot be adjusted.")));
    }
    let rate = cx.services.quotas.settings().rate(category);
    let default = super::shown(rate.default);
    let requested = match u32::try_from(input.requested_limit_value) {
        Ok(requested) if input.requested_limit_value >= default => requested,
        _ => return Err(Error::invalid(format!("The limit of {name} must be at least {default}."))),
    };
    let maximum = rate.maximum.max(rate.default);
    if requested > maximum && rate.default > 0 {
        return Err(Error::ServiceQuotaExceeded(format!(
            "The limit of {name} can be {maximum} at most in this account."
        )));
    }
    let limit = ProvisionedLimit {
        account: cx.account.clone(),
        region: cx.region.clone(),
        category: name.to_owned(),
        value: requested,
    };
    cx.db().apply([provisioned_limits::put(&limit)], |_| None).await?;
    cx.services.quotas.provision(&limit);
    let limit = super::limit(input.limit_definition, rate, Some(requested));
    Ok(UpdateProvisionedLimitResponse { limit })
}
