//! Time-based one-time passwords (RFC 6238) as Cognito has them: HMAC-SHA-1, six digits, steps of 30 seconds.

use data_encoding::BASE32_NOPAD;
use totp_rs::{Algorithm, TOTP};
use zeroize::Zeroizing;

use crate::mac;
use crate::random::{self, Random};

/// Bytes of a secret: what HMAC-SHA-1 makes use of.
const SECRET: usize = 20;
/// Seconds of a step.
const STEP: u64 = 30;
const DIGITS: usize = 6;

/// A shared secret.
pub struct Secret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(<redacted>)")
    }
}

impl Secret {
    pub fn generate(random: &dyn Random) -> Self {
        Self(Zeroizing::new(random::bytes::<SECRET>(random).to_vec()))
    }

    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// `SecretCode`: base32 without padding, as authenticator apps take it.
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The time step whose code this is, of the present one and its neighbours at `seconds` since 1970.
    /// All three are computed, so that the time does not tell which it was.
    pub fn step_of(&self, code: &str, seconds: u64) -> Option<i64> {
        let totp = TOTP::new_unchecked(Algorithm::SHA1, DIGITS, 1, STEP, self.0.to_vec());
        let now = seconds / STEP;
        let matching = [now.saturating_sub(1), now, now + 1]
            .map(|step| (step, mac::equal(totp.generate(step * STEP).as_bytes(), code.as_bytes())));
        matching.into_iter().rev().find(|(_, equal)| *equal).and_then(|(step, _)| i64::try_from(step).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> Secret {
        Secret::from_bytes(b"12345678901234567890")
    }

    /// RFC 6238 appendix B, of whose eight digits the last six are ours.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().step_of(code, seconds), Some(i64::try_from(seconds / 30).unwrap()), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_the_two_beside_it() {
        let at = 1_111_111_111;
        let step = i64::try_from(at / 30).ok();
        for (seconds, found) in [(at - 60, None), (at - 30, step), (at + 30, step), (at + 60, None)] {
            assert_eq!(rfc().step_of("050471", seconds), found, "{seconds}");
        }
        for wrong in ["", "50471", "0504710", "050472", " 050471", "14050471", "٠٥٠٤٧١"] {
            assert_eq!(rfc().step_of(wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_shown_in_base32_and_nowhere_else() {
        assert_eq!(rfc().to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(format!("{:?}", rfc()), "Secret(<redacted>)");
    }
}
