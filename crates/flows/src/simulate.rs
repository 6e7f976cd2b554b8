//! What clients that hide who exists are told of names nobody has: as much work, the same shape, the same
//! answer each time.

use domain::message::Medium;
use domain::time::hours;
use domain::{Error, Result};
use storage::attempts::{self, Subject};
use wire::cognito_idp::shapes::{CodeDeliveryDetailsType, VerifiedAttributeType};

use crate::cx::ClientCx;
use crate::messages::Destination;
use crate::subject;

/// Charges what a known user would be charged, to a counter that such names share.
pub(crate) async fn charge(cx: &ClientCx, name: &str, purpose: &str, limit: i64) -> Result<()> {
    let key = subject::unknown_key(cx, name);
    attempts::charge_within_window(cx.db(), cx.pool_ref(), Subject(&key), purpose, limit, hours(1), cx.now())
        .await
}

/// A masked destination as users of this pool have it.
pub(crate) fn delivery(cx: &ClientCx, name: &str) -> CodeDeliveryDetailsType {
    let by_phone = cx.pool().auto_verified_attributes() == [VerifiedAttributeType::PhoneNumber];
    let medium = if by_phone || matches_medium(name, Medium::Sms) { Medium::Sms } else { Medium::Email };
    delivery_by(cx, name, medium).details()
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
