//! `poolhouse serve`, the built program: what it refuses, and how it starts, answers and ends.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod administration;
mod configuration;
mod ending;
mod iam;
mod operations;
mod program;
mod root_keys;
mod stores;
mod tls;
