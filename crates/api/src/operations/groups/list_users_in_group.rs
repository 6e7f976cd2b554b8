//! ListUsersInGroup.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{ListUsersInGroupRequest, ListUsersInGroupResponse};

use crate::operations::users::describe_user;
use crate::pagination::{self, Listing};

pub async fn handle(cx: PoolCx, input: ListUsersInGroupRequest) -> Result<ListUsersInGroupResponse> {
    let group = super::find(&cx, &input.group_name).await?;
    let name = format!("ListUsersInGroup/{}", group.name);
    let listing = Listing::of_pool(&name, &cx);
    let after = listing.position(&cx.services, input.next_token.as_deref())?;
    let limit = pagination::limit(input.limit);
    let users = storage::user_pages::of_group(cx.db(), cx.pool_ref(), &group.name, &after, limit + 1).await?;
    let (users, next_token) =
        pagination::cut(&listing, &cx.services, users, limit.unsigned_abs() as usize, |u| u.id.to_string());
    let users = users.iter().map(|user| describe_user(user, |_| true)).collect();
    Ok(ListUsersInGroupResponse { users: Some(users), next_token })
}
