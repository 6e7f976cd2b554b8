//! Passkeys: whether a pool takes them, for which relying party, and from which origins (W3C WebAuthn).

use std::fmt;

use crate::time::Time;
use crate::{Error, Pool, Result};

/// Passkeys a user can have.
pub const MAX_PER_USER: i64 = 20;

/// A passkey of a user.
#[derive(Clone)]
pub struct Passkey {
    /// Base64url without padding, as browsers name it.
    pub credential_id: String,
    /// Public key and flags, in the form of the WebAuthn library.
    pub credential: String,
    /// The authenticator's signature counter; 0 where it has none.
    pub sign_count: u32,
    /// `FriendlyCredentialName`.
    pub name: String,
    /// The relying party it was made for; it signs for no other.
    pub rp_id: String,
    /// `platform` or `cross-platform`, where the browser said.
    pub attachment: Option<String>,
    pub transports: Vec<String>,
    pub created_at: Time,
}

impl Passkey {
    /// Whether it was registered as one that moves from machine to machine (WebAuthn §5.4.5).
    pub fn is_roaming(&self) -> bool {
        self.attachment.as_deref() == Some("cross-platform")
    }
}

impl fmt::Debug for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkey")
            .field("name", &self.name)
            .field("rp_id", &self.rp_id)
            .finish_non_exhaustive()
    }
}

/// `WebAuthnConfiguration.RelyingPartyId`; a pool without one has no passkeys.
pub fn relying_party(pool: &Pool) -> Option<&str> {
    pool.mfa.web_authn.as_ref()?.relying_party_id.as_deref()
}

/// Refuses what cannot be a relying party id: anything but a domain name of at least two labels, in lower
/// case, or `localhost`. An IP address is none (WebAuthn §5.1.3, "valid domain string").
pub fn check_relying_party(id: &str) -> Result<()> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let labels = id.split('.').collect::<Vec<_>>();
    let numeric = labels.last().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if id == "localhost" || (labels.len() > 1 && labels.iter().all(|l| label(l)) && !numeric) {
        Ok(())
    } else {
        Err(Error::invalid(format!("{id} is not a valid relying party ID.")))
    }
}

/// Whether pages of `origin` may use passkeys of the relying party: https on its domain or a subdomain, on
/// any port, and plain http where the relying party is `localhost`.
pub fn allows_origin(rp_id: &str, origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| {
        (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0')
    };
    if !port.is_none_or(is_port) {
        return false;
    }
    let beneath = host.strip_suffix(rp_id).is_some_and(|above| {
        above.is_empty()
            || above.strip_suffix('.').is_some_and(|labels| {
                labels.split('.').all(|label| {
                    !label.is_empty()
                        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
                })
            })
    });
    beneath && (scheme == "https" || (scheme == "http" && rp_id == "localhost"))
}

/// `FriendlyCredentialName`, which the server makes.
pub fn friendly_name(attachment: Option<&str>) -> &'static str {
    match attachment {
        Some("platform") => "Passkey on a device",
        Some("cross-platform") => "Security key",
        _ => "Passkey",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_lie_beneath_the_relying_party() {
        let allowed = [
            ("example.com", "https://example.com"),
            ("example.com", "https://example.com:8443"),
            ("example.com", "https://login.example.com"),
            ("example.com", "https://a.b-c.example.com"),
            ("localhost", "http://localhost"),
            ("localhost", "http://localhost:3000"),
            ("localhost", "http://app.localhost:3000"),
            ("localhost", "https://localhost:3000"),
        ];
        for (rp_id, origin) in allowed {
            assert!(allows_origin(rp_id, origin), "{rp_id} {origin}");
        }
        let refused = [
            ("example.com", "http://example.com"),
            ("example.com", "http://localhost:3000"),
            ("example.com", "https://evilexample.com"),
            ("example.com", "https://example.com.evil.org"),
            ("example.com", "https://com"),
            ("example.com", "https://example.org"),
            ("example.com", "https://evil.org/.example.com"),
            ("example.com", "https://evil.org#.example.com"),
            ("example.com", "https://evil.org?.example.com"),
            ("example.com", "https://user@example.com"),
            ("example.com", "https://evil.org:443@example.com"),
            ("example.com", "https://.example.com"),
            ("example.com", "https://a..example.com"),
            ("example.com", "https://example.com/"),
            ("example.com", "https://example.com:"),
            ("example.com", "https://example.com:0"),
            ("example.com", "https://example.com:443:443"),
            ("example.com", "https://example.com."),
            ("example.com", "https://EXAMPLE.com"),
            ("example.com", "HTTPS://example.com"),
            ("example.com", "wss://example.com"),
            ("example.com", "android:apk-key-hash:abc"),
            ("example.com", "example.com"),
            ("example.com", "null"),
            ("example.com", ""),
            ("login.example.com", "https://example.com"),
            ("localhost", "http://127.0.0.1"),
            ("localhost", "http://notlocalhost"),
        ];
        for (rp_id, origin) in refused {
            assert!(!allows_origin(rp_id, origin), "{rp_id} {origin}");
        }
    }

    #[test]
    fn a_relying_party_is_a_domain() {
        for good in ["example.com", "a.b-c.example", "localhost", "xn--bcher-kva.example", "1.example"] {
            assert!(check_relying_party(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "com",
            "127.0.0.1",
            "::1",
            "[::1]",
            "Example.com",
            "example.com.",
            ".example.com",
            "a..b",
            "-a.example",
            "a-.example",
            "https://example.com",
            "example.com:443",
            "exa mple.com",
            "bücher.example",
        ] {
            assert!(check_relying_party(bad).is_err(), "{bad}");
        }
        assert!(check_relying_party(&format!("{}.example", "a".repeat(64))).is_err());
    }
}
