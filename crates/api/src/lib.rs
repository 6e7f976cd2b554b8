//! The surface of AWS: its JSON 1.1 protocol, the order of checks, one file per operation; and STS beside it.

pub mod authenticate;
mod authorize;
mod dispatch;
pub mod errors;
pub mod operations;
pub mod pagination;
pub mod protocol;
mod seed;
mod sts;

pub use dispatch::{Api, MAX_BODY};
pub use seed::Seeder;
pub use sts::is_query as is_sts;
