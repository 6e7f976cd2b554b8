//! ListGroups, in the order of their names.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{ListGroupsRequest, ListGroupsResponse};

use crate::pagination::{self, Listing};

pub async fn handle(cx: PoolCx, input: ListGroupsRequest) -> Result<ListGroupsResponse> {
    let listing = Listing::of_pool("ListGroups", &cx);
    let after = listing.position(&cx.services, input.next_token.as_deref())?;
    let limit = pagination::limit(input.limit);
    let groups = storage::groups::list(cx.db(), cx.pool_ref(), &after, limit + 1).await?;
    let (groups, next_token) =
        pagination::cut(&listing, &cx.services, groups, limit.unsigned_abs() as usize, |g| g.name.clone());
    let groups = groups.into_iter().map(|group| super::describe(cx.pool(), group)).collect();
    Ok(ListGroupsResponse { groups: Some(groups), next_token })
}
