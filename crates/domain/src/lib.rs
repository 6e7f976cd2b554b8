//! The nouns and rules of a user pool: what is true of pools, clients, users and sign-in, and of who administers them,
//! without SQL or HTTP.

pub mod acr;
pub mod attributes;
pub mod auth;
pub mod client;
pub mod device;
pub mod device_type;
pub mod error;
pub mod factors;
pub mod group;
pub mod ids;
pub mod message;
pub mod names;
pub mod passkeys;
pub mod password_policy;
pub mod pool;
pub mod ports;
pub mod principal;
pub mod recovery;
pub mod session;
pub mod session_tracking;
pub mod time;
pub mod user;
pub mod user_filter;
pub mod username;

pub use client::Client;
pub use error::{Error, Result};
pub use pool::Pool;
pub use user::User;
