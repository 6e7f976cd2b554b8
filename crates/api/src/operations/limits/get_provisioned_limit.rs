//! GetProvisionedLimit.

use domain::Result;
use flows::cx::AccountCx;
use storage::provisioned_limits;
use wire::cognito_idp::shapes::{GetProvisionedLimitRequest, GetProvisionedLimitResponse};

pub async fn handle(cx: AccountCx, input: GetProvisionedLimitRequest) -> Result<GetProvisionedLimitResponse> {
    let category = super::category(&input.limit_definition)?;
    let provisioned = provisioned_limits::find(cx.db(), &cx.account, &cx.region, category.name()).await?;
    let rate = cx.services.quotas.settings().rate(category);
    let limit = super::limit(input.limit_definition, rate, provisioned.map(|limit| limit.value));
    Ok(GetProvisionedLimitResponse { limit })
}
