//! What the generated wire accepts and refuses, and the words in which it refuses.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod bodies;
mod examples;
mod limits;
mod operations;
mod properties;
mod redaction;
mod sites;
mod texts;
