//! Public sign-up.

pub mod confirm_sign_up;
pub mod resend_confirmation_code;
#[expect(clippy::module_inception, reason = "an operation's file has the operation's own name")]
pub mod sign_up;
