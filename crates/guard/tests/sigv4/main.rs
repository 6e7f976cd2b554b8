//! The verifier against signers that are not ours, and against everything that must not pass.

mod refusals;
mod signers;
mod support;
