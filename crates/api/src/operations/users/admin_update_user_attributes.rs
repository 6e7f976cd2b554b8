//! AdminUpdateUserAttributes.

use domain::Result;
use flows::cx::PoolCx;
use flows::{profile, users};
use wire::cognito_idp::shapes::{AdminUpdateUserAttributesRequest, AdminUpdateUserAttributesResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminUpdateUserAttributesRequest,
) -> Result<AdminUpdateUserAttributesResponse> {
    let user = users::find(&cx, &input.username).await?;
    profile::update_by_administrator(&cx, &user, &input.user_attributes).await?;
    Ok(AdminUpdateUserAttributesResponse::default())
}
