//! DeleteUserAttributes.

use domain::Result;
use domain::attributes::Writer;
use flows::cx::UserCx;
use flows::profile;
use wire::cognito_idp::shapes::{DeleteUserAttributesRequest, DeleteUserAttributesResponse};

pub async fn handle(cx: UserCx, input: DeleteUserAttributesRequest) -> Result<DeleteUserAttributesResponse> {
    profile::delete(&cx, Writer::Client(&cx.client), &cx.user, &input.user_attribute_names).await?;
    Ok(DeleteUserAttributesResponse::default())
}
