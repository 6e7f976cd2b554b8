//! What clients that hide who exists are told of names nobody has: as much work, the same shape, the same
//! answer each time.

use domain::message::Medium;
use domain::{Error, Result};
use wire::cognito_idp::shapes::{CodeDeliveryDetailsType, VerifiedAttributeType};

use crate::cx::ClientCx;
use crate::messages::Destination;
use crate::subject;

/// Charges what a known user would be charged, to a counter that such names share.
pub(crate) async fn charge(cx: &ClientCx, name: &str, purpose: &str, limit: i64) -> Result<()> {
    subject::charge_hourly(cx, &subject::unknown_key(cx, name), purpose, limit).await
}

/// A masked destination as users of this pool have it.
pub(crate) fn delivery(cx: &ClientCx, name: &str) -> CodeDeliveryDetailsType {
    let digest = subject::name_digest(cx, name);
    let letter = |byte: u8| char::from(b'a' + byte % 26);
    let automatic = cx.pool().auto_verified_attributes();
    let by_phone = automatic == [VerifiedAttributeType::PhoneNumber];
    let destination = if domain::names::is_email(name) && !by_phone {
        Destination { medium: Medium::Email, address: name.to_owned() }
    } else if domain::names::is_phone_number(name) {
        Destination { medium: Medium::Sms, address: name.to_owned() }
    } else if by_phone {
        let last = u16::from_be_bytes([digest[2], digest[3]]) % 10_000;
        Destination { medium: Medium::Sms, address: format!("+1206555{last:04}") }
    } else {
        Destination { medium: Medium::Email, address: format!("{}@{}", letter(digest[4]), letter(digest[5])) }
    };
    destination.details()
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
