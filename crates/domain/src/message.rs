//! Messages to users: what they say, where they go, and how long they are worth delivering.

use crate::ids::UserId;
use crate::time::Time;

/// `DeliveryMedium`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    Email,
    Sms,
}

impl Medium {
    /// The stored form, and the one the inbox shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|m| m.as_str() == text)
    }

    /// The attribute that holds the address.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "phone_number",
        }
    }

    pub fn of_attribute(attribute: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|m| m.attribute() == attribute)
    }
}

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessagePurpose {
    SignUp,
    ResendCode,
    ForgotPassword,
    VerifyUserAttribute,
    UpdateUserAttribute,
    Invitation,
    Authentication,
}

impl MessagePurpose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::ResendCode => "resend_code",
            Self::ForgotPassword => "forgot_password",
            Self::VerifyUserAttribute => "verify_user_attribute",
            Self::UpdateUserAttribute => "update_user_attribute",
            Self::Invitation => "invitation",
            Self::Authentication => "authentication",
        }
    }
}

/// A message on its way to one address.
#[derive(Clone, Debug)]
pub struct Message {
    pub user_id: UserId,
    pub recipient: String,
    pub medium: Medium,
    pub content: MessageContent,
    /// The code it carries, by id: it is not delivered once that code is no longer live.
    pub code_id: Option<String>,
    pub not_after: Time,
}

/// What the message says. All of it is secret: it carries codes and passwords.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MessageContent {
    pub purpose: MessagePurpose,
    pub username: String,
    pub subject: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub code: Option<String>,
    pub link: Option<String>,
}

impl std::fmt::Debug for MessageContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageContent").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}
