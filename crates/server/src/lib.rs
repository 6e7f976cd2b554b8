//! The poolhouse program: wiring only.
