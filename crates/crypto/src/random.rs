//! Randomness as a parameter.

use std::sync::Mutex;

use crate::mac::hmac_sha256;

/// A source of random bytes.
pub trait Random: Send + Sync {
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator; the only place that touches it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place")]
    #[expect(clippy::expect_used, reason = "a machine without randomness must not go on")]
    fn fill(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).expect("the operating system has randomness");
    }
}

/// A predictable source for tests: HMAC-SHA-256 in counter mode over a seed.
#[derive(Debug)]
pub struct SeededRandom {
    seed: [u8; 8],
    state: Mutex<(u64, Vec<u8>)>,
}

impl SeededRandom {
    pub fn new(seed: u64) -> Self {
        Self { seed: seed.to_be_bytes(), state: Mutex::default() }
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (counter, left) = &mut *state;
        for byte in buffer {
            if left.is_empty() {
                *counter += 1;
                left.extend(hmac_sha256(&self.seed, &[&counter.to_be_bytes()]));
            }
            *byte = left.pop().unwrap_or_default();
        }
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut out = [0; N];
    random.fill(&mut out);
    out
}

/// A code of `n` decimal digits, each uniform.
pub fn digits(random: &dyn Random, n: usize) -> String {
    from_alphabet(random, b"0123456789", n)
}

/// `n` characters of `[0-9a-z]`.
pub fn alphanumeric_lower(random: &dyn Random, n: usize) -> String {
    from_alphabet(random, b"0123456789abcdefghijklmnopqrstuvwxyz", n)
}

/// `n` characters of `[0-9A-Za-z]`.
pub fn alphanumeric(random: &dyn Random, n: usize) -> String {
    from_alphabet(random, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", n)
}

/// `n` characters of base32 (RFC 4648).
pub fn base32(random: &dyn Random, n: usize) -> String {
    from_alphabet(random, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n)
}

/// A version 4 UUID in lower-case hex.
pub fn uuid(random: &dyn Random) -> String {
    uuid_of(bytes(random))
}

/// The UUID (version 4) that these bytes make.
pub fn uuid_of(mut b: [u8; 16]) -> String {
    b[6] = b[6] & 0x0f | 0x40;
    b[8] = b[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&b);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Uniform by rejection of the bytes that would favour the first characters.
fn from_alphabet(random: &dyn Random, alphabet: &[u8], n: usize) -> String {
    let limit = 256 - 256 % alphabet.len();
    let mut out = String::with_capacity(n);
    let mut buffer = [0u8; 32];
    while out.len() < n {
        random.fill(&mut buffer);
        for byte in buffer.into_iter().map(usize::from).filter(|b| *b < limit) {
            if out.len() < n {
                out.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let random = SeededRandom::new(1);
        assert_eq!(digits(&random, 6).len(), 6);
        assert!(
            alphanumeric_lower(&random, 26).bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        );
        assert!(alphanumeric(&random, 200).bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!((0..50).all(|_| matches!(uuid(&random).as_bytes()[19], b'8' | b'9' | b'a' | b'b')));
        let id = uuid(&random);
        assert_eq!((id.len(), &id[14..15], id.matches('-').count()), (36, "4", 4));
        assert_ne!(uuid(&random), id);
    }

    #[test]
    fn digits_are_uniform() {
        let random = SeededRandom::new(2);
        let mut counts = [0; 10];
        for digit in digits(&random, 1_000_000).bytes() {
            counts[usize::from(digit - b'0')] += 1;
        }
        // Three standard deviations; bytes modulo ten would be off by five and more.
        assert!(counts.iter().all(|n| (99_000..101_000).contains(n)), "{counts:?}");
    }
}
