//! Cryptography without clock or I/O: SRP, password hashes, sealed values, JWS.
