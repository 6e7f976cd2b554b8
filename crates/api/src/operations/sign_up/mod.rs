//! Public sign-up.

pub mod confirm_sign_up;
pub mod resend_confirmation_code;
pub mod sign_up;
