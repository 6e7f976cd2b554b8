//! Cryptography without clock or I/O: SRP, password hashes, sealed values, JWS. Randomness comes in as a
//! [`random::Random`]; what is secret is wiped on drop and hidden from `Debug`.

mod bignum;
pub mod jose;
pub mod mac;
pub mod password_hash;
pub mod random;
pub mod secret_box;
pub mod secret_hash;
pub mod srp;
pub mod totp;
