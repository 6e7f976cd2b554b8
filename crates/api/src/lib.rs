//! The AWS JSON 1.1 surface: protocol, order of checks, one file per operation.
