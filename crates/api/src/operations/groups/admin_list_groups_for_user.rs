//! AdminListGroupsForUser, in the order of the groups' names.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{AdminListGroupsForUserRequest, AdminListGroupsForUserResponse};

use crate::pagination::{self, Listing};

pub async fn handle(
    cx: PoolCx,
    input: AdminListGroupsForUserRequest,
) -> Result<AdminListGroupsForUserResponse> {
    let user = flows::users::find(&cx, &input.username).await?;
    let name = format!("AdminListGroupsForUser/{}", user.id);
    let listing = Listing::of_pool(&name, &cx);
    let after = listing.position(&cx.services, input.next_token.as_deref())?;
    let limit = pagination::limit(input.limit);
    let groups = storage::groups::list_of_user(cx.db(), cx.pool_ref(), &user.id, &after, limit + 1).await?;
    let (groups, next_token) =
        pagination::cut(&listing, &cx.services, groups, limit.unsigned_abs() as usize, |g| g.name.clone());
    let groups = groups.into_iter().map(|group| super::describe(cx.pool(), group)).collect();
    Ok(AdminListGroupsForUserResponse { groups: Some(groups), next_token })
}
