//! AdminDeleteUserAttributes.

use domain::Result;
use domain::attributes::Writer;
use flows::cx::PoolCx;
use flows::{profile, users};
use wire::cognito_idp::shapes::{AdminDeleteUserAttributesRequest, AdminDeleteUserAttributesResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminDeleteUserAttributesRequest,
) -> Result<AdminDeleteUserAttributesResponse> {
    let user = users::find(&cx, &input.username).await?;
    profile::delete(&cx, Writer::Administrator, &user, &input.user_attribute_names).await?;
    Ok(AdminDeleteUserAttributesResponse::default())
}
