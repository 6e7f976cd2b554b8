//! ListUsers: all, or those that pass a filter in the order of its attribute.

use domain::user_filter::UserFilter;
use domain::{Error, Result, User, attributes};
use flows::cx::PoolCx;
use storage::user_pages::{self, Last};
use wire::cognito_idp::shapes::{ListUsersRequest, ListUsersResponse};

use crate::pagination::{self, Listing};

pub async fn handle(cx: PoolCx, input: ListUsersRequest) -> Result<ListUsersResponse> {
    let text = input.filter.unwrap_or_default();
    let filter = UserFilter::parse(&text)?;
    let asked = input.attributes_to_get;
    if asked.iter().flatten().any(|name| attributes::find(cx.pool(), name).is_none()) {
        return Err(attribute_missing());
    }
    let name = format!("ListUsers/{text}");
    let listing = Listing::of_pool(&name, &cx);
    let position = listing.position(&cx.services, input.pagination_token.as_deref())?;
    let limit = pagination::limit(input.limit);
    let users = read(&cx, filter.as_ref(), &position, limit + 1).await?;
    let (users, pagination_token) =
        pagination::cut(&listing, &cx.services, users, limit.unsigned_abs() as usize, |user| {
            position_of(filter.as_ref(), user)
        });
    // As Cognito does, which refuses the page when a user on it lacks what was asked for.
    let lacks = |user: &User| asked.iter().flatten().any(|name| user.attribute(name).is_none());
    if users.iter().any(lacks) {
        return Err(attribute_missing());
    }
    let visible = |name: &str| asked.as_ref().is_none_or(|asked| asked.iter().any(|a| a == name));
    let users = users.iter().map(|user| super::describe_user(user, visible)).collect();
    Ok(ListUsersResponse { users: Some(users), pagination_token })
}

async fn read(cx: &PoolCx, filter: Option<&UserFilter>, position: &str, limit: i64) -> Result<Vec<User>> {
    match filter {
        None => user_pages::all(cx.db(), cx.pool_ref(), position, limit).await,
        Some(filter) => {
            let last = position.split_once('/').map(|(user_id, value)| Last { value, user_id });
            user_pages::search(cx.db(), cx.pool_ref(), filter, last, limit).await
        }
    }
}

/// `<id>`, or `<id>/<value of the filter's attribute>`.
fn position_of(filter: Option<&UserFilter>, user: &User) -> String {
    match filter {
        None => user.id.to_string(),
        Some(filter) => format!("{}/{}", user.id, filter.attribute.value_of(user).unwrap_or_default()),
    }
}

fn attribute_missing() -> Error {
    Error::invalid("One or more requested attributes do not exist.")
}
