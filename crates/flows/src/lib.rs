//! Acts that the API and the login pages share: whatever sends a message, grants a token or spends an attempt.

pub mod access_token;
pub mod auth_factors;
pub mod client_auth;
pub mod codes;
pub mod cx;
pub mod devices;
pub mod directory;
mod hasher;
pub mod invitation;
mod key_maker;
pub mod messages;
pub mod mfa_preference;
pub mod names;
pub mod passkeys;
pub mod passwords;
pub mod pools;
pub mod principals;
pub mod profile;
pub mod quotas;
pub mod recovery;
pub mod services;
pub mod session_tracking;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
mod simulate;
pub mod software_token;
mod subject;
pub mod tokens;
mod turnstile;
pub mod upkeep;
pub mod users;
pub mod web_identity;

pub use services::Services;
