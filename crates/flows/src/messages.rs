//! What messages say, from the pool's templates or Cognito's defaults.

use domain::ids::UserId;
use domain::message::{Medium, Message, MessageContent, MessagePurpose};
use domain::time::Time;
use domain::{Error, Pool, Result, User};
use storage::engine::Statement;
use storage::outbox;
use wire::cognito_idp::shapes::{CodeDeliveryDetailsType, DeliveryMediumType};

use crate::cx::PoolCx;
use crate::services::Transport;

const CODE_TEXT: &str = "Your verification code is {####}. ";
const CODE_SUBJECT: &str = "Your verification code";
const AUTHENTICATION_TEXT: &str = "Your authentication code is {####}. ";
const AUTHENTICATION_SUBJECT: &str = "Your authentication code";
const INVITATION_TEXT: &str = "Your username is {username} and temporary password is {####}. ";
const INVITATION_SUBJECT: &str = "Your temporary password";

/// The statement that queues a message. Refused where nobody carries it out: whoever waits for it would wait
/// for ever.
pub(crate) fn queue(cx: &PoolCx, id: &str, message: &Message) -> Result<Statement> {
    match cx.services.transport {
        Transport::Inbox => outbox::queue(cx.db(), cx.pool_ref(), id, message, cx.now()),
        Transport::None => Err(Error::NoTransport),
    }
}

/// Where a code goes: the channel, and the address on the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub medium: Medium,
    pub address: String,
}

impl Destination {
    /// `CodeDeliveryDetails`, the address masked.
    pub fn details(&self) -> CodeDeliveryDetailsType {
        let (medium, masked) = match self.medium {
            Medium::Email => (DeliveryMediumType::Email, domain::names::mask_email(&self.address)),
            Medium::Sms => (DeliveryMediumType::Sms, domain::names::mask_phone_number(&self.address)),
        };
        CodeDeliveryDetailsType {
            destination: Some(masked),
            delivery_medium: Some(medium),
            attribute_name: Some(self.medium.attribute().to_owned()),
        }
    }
}

/// A message that carries a verification code.
pub fn verification(
    pool: &Pool,
    user: &User,
    destination: &Destination,
    purpose: MessagePurpose,
    code: (&str, &str),
    not_after: Time,
) -> Message {
    let (code_id, code) = code;
    let settings = &pool.settings;
    let (template, subject) = match destination.medium {
        Medium::Email => {
            (settings.email_verification_message.as_deref(), settings.email_verification_subject.as_deref())
        }
        Medium::Sms => (settings.sms_verification_message.as_deref(), None),
    };
    let fill = |text: &str| text.replace("{####}", code).replace("{username}", &user.username);
    Message {
        user_id: user.id.clone(),
        recipient: destination.address.clone(),
        medium: destination.medium,
        content: content(
            destination.medium,
            purpose,
            &user.username,
            &fill(template.unwrap_or(CODE_TEXT)),
            subject.unwrap_or(CODE_SUBJECT),
            code,
        ),
        code_id: Some(code_id.to_owned()),
        not_after,
    }
}

/// A message that carries the code of a sign-in.
pub fn authentication(
    pool: &Pool,
    user: &User,
    destination: &Destination,
    code: &str,
    not_after: Time,
) -> Message {
    let (template, subject) = match destination.medium {
        Medium::Email => {
            let email = pool.mfa.email.as_ref();
            (email.and_then(|e| e.message.as_deref()), email.and_then(|e| e.subject.as_deref()))
        }
        Medium::Sms => (pool.settings.sms_authentication_message.as_deref(), None),
    };
    let text = template.unwrap_or(AUTHENTICATION_TEXT).replace("{####}", code);
    Message {
        user_id: user.id.clone(),
        recipient: destination.address.clone(),
        medium: destination.medium,
        content: content(
            destination.medium,
            MessagePurpose::Authentication,
            &user.username,
            &text,
            subject.unwrap_or(AUTHENTICATION_SUBJECT),
            code,
        ),
        code_id: None,
        not_after,
    }
}

/// The message that invites a user made by an administrator. `code` in it is the temporary password.
pub fn invitation(
    pool: &Pool,
    user_id: &UserId,
    username: &str,
    destination: &Destination,
    password: &str,
    not_after: Time,
) -> Message {
    let template =
        pool.settings.admin_create_user_config.as_ref().and_then(|c| c.invite_message_template.as_ref());
    let (text, subject) = match destination.medium {
        Medium::Email => (
            template.and_then(|t| t.email_message.as_deref()),
            template.and_then(|t| t.email_subject.as_deref()),
        ),
        Medium::Sms => (template.and_then(|t| t.sms_message.as_deref()), None),
    };
    // The password goes in last, so that a password containing a placeholder stays as it is.
    let text = text.unwrap_or(INVITATION_TEXT).replace("{username}", username).replace("{####}", password);
    Message {
        user_id: user_id.clone(),
        recipient: destination.address.clone(),
        medium: destination.medium,
        content: content(
            destination.medium,
            MessagePurpose::Invitation,
            username,
            &text,
            subject.unwrap_or(INVITATION_SUBJECT),
            password,
        ),
        code_id: None,
        not_after,
    }
}

fn content(
    medium: Medium,
    purpose: MessagePurpose,
    username: &str,
    text: &str,
    subject: &str,
    code: &str,
) -> MessageContent {
    MessageContent {
        purpose,
        username: username.to_owned(),
        subject: (medium == Medium::Email).then(|| subject.to_owned()),
        text: text.to_owned(),
        html: None,
        code: Some(code.to_owned()),
        link: None,
    }
}
