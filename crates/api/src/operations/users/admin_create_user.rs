//! AdminCreateUser, and its RESEND.

use domain::Result;
use flows::cx::PoolCx;
use flows::invitation::{self, Invitation};
use wire::cognito_idp::shapes::{AdminCreateUserRequest, AdminCreateUserResponse, MessageActionType};

pub async fn handle(cx: PoolCx, input: AdminCreateUserRequest) -> Result<AdminCreateUserResponse> {
    let asked = Invitation {
        username: input.username,
        attributes: input.user_attributes.unwrap_or_default(),
        temporary_password: input.temporary_password,
        mediums: input.desired_delivery_mediums,
        suppress: input.message_action == Some(MessageActionType::Suppress),
        force_alias: input.force_alias_creation.unwrap_or(false),
    };
    let user = match input.message_action {
        Some(MessageActionType::Resend) => invitation::resend(&cx, asked).await?,
        _ => invitation::create(&cx, asked).await?,
    };
    Ok(AdminCreateUserResponse { user: Some(super::describe_user(&user, |_| true)) })
}
