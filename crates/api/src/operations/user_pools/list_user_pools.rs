//! ListUserPools.

use domain::Result;
use flows::cx::AccountCx;
use wire::Timestamp;
use wire::cognito_idp::shapes::{ListUserPoolsRequest, ListUserPoolsResponse, UserPoolDescriptionType};

use crate::pagination::{self, Listing};

pub async fn handle(cx: AccountCx, input: ListUserPoolsRequest) -> Result<ListUserPoolsResponse> {
    let name = format!("ListUserPools/{}", cx.region);
    let listing = Listing { name: &name, account: cx.account.as_str(), pool: "" };
    let after = listing.position(&cx.services, input.next_token.as_deref())?;
    let limit = i64::from(input.max_results);
    let pools = storage::pools::list(cx.db(), &cx.account, &cx.region, &after, limit + 1).await?;
    let (pools, next_token) =
        pagination::cut(&listing, &cx.services, pools, limit.unsigned_abs() as usize, |pool| {
            pool.id.to_string()
        });
    let describe = |pool: domain::Pool| UserPoolDescriptionType {
        id: Some(pool.id.into_string()),
        name: pool.settings.name,
        lambda_config: pool.settings.lambda_config,
        creation_date: Some(Timestamp(pool.created_at.millis())),
        last_modified_date: Some(Timestamp(pool.modified_at.millis())),
        ..Default::default()
    };
    Ok(ListUserPoolsResponse { user_pools: Some(pools.into_iter().map(describe).collect()), next_token })
}
