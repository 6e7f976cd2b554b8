//! What every engine of the storage seam does, one suite over both, and what each does on its own.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod birth;
mod concurrency;
mod contents;
mod fixture;
mod guards;
mod postgres_only;
mod principals;
mod proxy;
mod sqlite_only;
mod values;
