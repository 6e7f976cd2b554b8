//! IAM's JSON policy language: documents are read strictly and compiled once, requests are evaluated against
//! them, and the answer names the statement that decided. No clock, no I/O, nothing of user pools.
//!
//! A [`Policy`] says what its holder may do, a [`TrustPolicy`] who may become a role. [`evaluate`] answers a
//! [`Request`] by the policies of whoever asks, [`assume_role`] the requests of STS, [`simulate`] shows how an
//! answer came about.

mod action;
mod assume;
mod condition;
mod context;
mod document;
mod evaluate;
mod json;
mod malformed;
mod pattern;
mod policy;
mod principal;
mod resource;
mod simulate;
mod statement;
mod trust;

pub use assume::assume_role;
pub use context::{Context, Facts, Values};
pub use evaluate::{Decided, Decision, Denial, Policies, Request, Source, evaluate};
pub use malformed::Malformed;
pub use policy::Policy;
pub use principal::Principal;
pub use simulate::{BadQuestion, Question, Report, simulate};
pub use statement::Effect;
pub use trust::TrustPolicy;
