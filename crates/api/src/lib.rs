//! The AWS JSON 1.1 surface: protocol, order of checks, one file per operation.

mod authenticate;
mod dispatch;
pub mod errors;
pub mod operations;
pub mod pagination;
pub mod protocol;
mod seed;

pub use dispatch::{Api, MAX_BODY};
pub use seed::Seeder;
