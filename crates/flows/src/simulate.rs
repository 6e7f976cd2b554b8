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
    let digest = subject::name_digest(cx, name);
    let letter = |byte: u8| char::from(b'a' + byte % 26);
    let automatic = cx.pool().auto_verified_attributes();
    let by_phone = automatic == [VerifiedAttributeType::PhoneNumber];
    if domain::names::is_email(name) && !by_phone {
        Destination { medium: Medium::Email, address: name.to_owned() }
    } else if domain::names::is_phone_number(name) {
        Destination { medium: Medium::Sms, address: name.to_owned() }
    } else if by_phone {
        let last = u16::from_be_bytes([digest[2], digest[3]]) % 10_000;
        Destination { medium: Medium::Sms, address: format!("+1206555{last:04}") }
    } else {
        Destination { medium: Medium::Email, address: format!("{}@{}", letter(digest[4]), letter(digest[5])) }
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
