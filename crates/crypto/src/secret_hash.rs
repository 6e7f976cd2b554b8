//! `SECRET_HASH`: base64(HMAC-SHA-256(client secret, username ‖ client id)).

use data_encoding::BASE64;

use crate::mac;

pub fn compute(secret: &str, username: &str, client_id: &str) -> String {
    BASE64.encode(&mac::hmac_sha256(secret.as_bytes(), &[username.as_bytes(), client_id.as_bytes()]))
}

/// Whether `hash` is right for the secret, compared in constant time.
pub fn verify(secret: &str, username: &str, client_id: &str, hash: &str) -> bool {
    mac::equal(compute(secret, username, client_id).as_bytes(), hash.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef";
    const CLIENT: &str = "1example23456789abcdefghij";

    #[test]
    fn vectors() {
        let typed = "5X3t8gJ3S/Yf7V9PqafCy2KGr2iWk2UFSWhfeQ9JxF8=";
        let real = "VVzOMLx3F+HcTq8qIErufdIQ2ANjxzTSCNn/czKWNl8=";
        assert_eq!(compute(SECRET, "alice@example.com", CLIENT), typed);
        assert_eq!(compute(SECRET, "34c84488-e0e1-70ae-d2ee-991ad1a898c8", CLIENT), real);
        assert!(verify(SECRET, "alice@example.com", CLIENT, typed));
        for wrong in ["", real, &typed[..43], &format!("{typed}=")] {
            assert!(!verify(SECRET, "alice@example.com", CLIENT, wrong));
        }
    }
}
