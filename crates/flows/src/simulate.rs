//! What clients that hide who exists are told of names nobody has: as much work, the same shape, the same
//! answer each time.

use domain::ids::UserId;
use domain::message::{Medium, MessagePurpose};
use domain::time::Time;
use domain::user::{Attributes, User, UserStatus};
use domain::{Error, Result};
use storage::codes::Purpose;
use wire::cognito_idp::shapes::{CodeDeliveryDetailsType, VerifiedAttributeType};

use crate::codes;
use crate::cx::ClientCx;
use crate::messages::Destination;
use crate::subject;

/// Somebody of that name who does not exist. What is kept under the id is shared by many such names.
pub(crate) fn nobody(cx: &ClientCx, name: &str) -> User {
    let never = Time::from_millis(0);
    User {
        id: UserId::new(subject::unknown_key(cx, name)),
        username: name.to_owned(),
        status: UserStatus::Unconfirmed,
        enabled: true,
        attributes: Attributes::new(),
        pending: Attributes::new(),
        version: 1,
        credential_version: 1,
        factors: Default::default(),
        created_at: never,
        modified_at: never,
    }
}

/// Sends a code to nobody, within the limits of sending; where it would have gone.
pub(crate) async fn send(
    cx: &ClientCx,
    name: &str,
    purpose: Purpose,
    message: MessagePurpose,
) -> Result<CodeDeliveryDetailsType> {
    let nobody = nobody(cx, name);
    let destination = destination(cx, name);
    let mut batch = vec![codes::charge_send(cx, &nobody, purpose)];
    batch.extend(codes::issue_to_nobody(cx, &nobody, purpose, message, &destination)?);
    cx.apply(batch, codes::refusal).await?;
    Ok(destination.details())
}

/// The refusal of any code, within the limits of trying.
pub(crate) async fn redeem(cx: &ClientCx, name: &str, purpose: Purpose, code: &str) -> Error {
    match codes::redeem(cx, &nobody(cx, name), purpose, code).await {
        Ok(_) | Err(Error::CodeExpired) => Error::CodeMismatch,
        Err(error) => error,
    }
}

/// An address as users of this pool have it.
fn destination(cx: &ClientCx, name: &str) -> Destination {
    let by_phone = cx.pool().auto_verified_attributes() == [VerifiedAttributeType::PhoneNumber];
    let medium = if by_phone || matches_medium(name, Medium::Sms) { Medium::Sms } else { Medium::Email };
    delivery_by(cx, name, medium)
}

/// The address that a name nobody has would have.
pub(crate) fn delivery_by(cx: &ClientCx, name: &str, medium: Medium) -> Destination {
    if matches_medium(name, medium) {
        return Destination { medium, address: name.to_owned() };
    }
    let digest = subject::name_digest(cx, name);
    let letter = |byte: u8| char::from(b'a' + byte % 26);
    let address = match medium {
        Medium::Sms => format!("+1206555{:04}", u16::from_be_bytes([digest[2], digest[3]]) % 10_000),
        Medium::Email => format!("{}@{}", letter(digest[4]), letter(digest[5])),
    };
    Destination { medium, address }
}

fn matches_medium(name: &str, medium: Medium) -> bool {
    match medium {
        Medium::Email => domain::names::is_email(name),
        Medium::Sms => domain::names::is_phone_number(name),
    }
}

/// The refusals of a known user that would tell it exists.
pub(crate) fn tells_existence(error: &Error) -> bool {
    matches!(
        error,
        Error::UserNotFound
            | Error::UsernameClientCombinationNotFound
            | Error::UserAlreadyConfirmed
            | Error::AutoVerificationOff
            | Error::UserDisabled
            | Error::PasswordCannotBeReset
            | Error::NoVerifiedRecoveryAttribute
            | Error::UserNotConfirmed
    )
}
