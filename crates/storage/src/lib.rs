//! All SQL: one text, two engines, guarded batches.

pub mod access_keys;
pub mod accounts;
pub mod attempts;
pub mod client_secrets;
pub mod clients;
pub mod codes;
mod columns;
mod db;
pub mod devices;
pub mod engine;
pub mod groups;
pub mod installation;
pub mod login_names;
pub mod outbox;
pub mod passkey_registrations;
pub mod passkeys;
pub mod passwords;
pub mod pools;
pub mod principal_policies;
pub mod principals;
pub mod provisioned_limits;
pub mod quota_leases;
pub mod reseal;
pub mod session_records;
pub mod sessions;
pub mod signing_keys;
pub mod software_tokens;
pub mod spent;
pub mod user_pages;
pub mod users;

pub use db::{Db, PoolRef};
