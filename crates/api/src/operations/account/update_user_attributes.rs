//! UpdateUserAttributes.

use domain::Result;
use flows::cx::UserCx;
use flows::profile;
use wire::cognito_idp::shapes::{UpdateUserAttributesRequest, UpdateUserAttributesResponse};

pub async fn handle(cx: UserCx, input: UpdateUserAttributesRequest) -> Result<UpdateUserAttributesResponse> {
    let sent = profile::update_own(&cx, &input.user_attributes).await?;
    Ok(UpdateUserAttributesResponse { code_delivery_details_list: Some(sent) })
}
