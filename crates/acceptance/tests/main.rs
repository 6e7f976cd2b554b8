//! Black-box tests of the wire protocol; the tree mirrors the operations.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod api;
mod upkeep;
