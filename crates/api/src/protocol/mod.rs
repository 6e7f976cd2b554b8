//! AWS JSON 1.1 over HTTP: which operation a request names, and how answers are written.

pub mod cors;
pub mod respond;
pub mod target;
