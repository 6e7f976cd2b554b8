//! Acts that the API and the login pages share: whatever sends a message, grants a token or spends an attempt.

pub mod access_token;
pub mod cx;
pub mod directory;
mod hasher;
mod key_maker;
pub mod pools;
pub mod services;

pub use services::Services;
