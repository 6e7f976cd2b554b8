//! Black-box tests of the wire protocol, one binary.
