//! The verifier against signers that are not ours, and against everything that must not pass.

#![allow(clippy::unwrap_used)]

mod refusals;
mod signers;
mod support;
