//! argon2id, with the memory passed in so that a pool of workers can reuse it.
//!
//! A user's hashes share one salt: the output of one computation is compared with the present password's
//! hash and, as a tag, with former ones.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64_NOPAD;
use zeroize::{Zeroize, Zeroizing};

use crate::mac;
use crate::random::{self, Random};

/// What a hash costs. The default is 19 MiB, two passes, one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB.
    pub memory: u32,
    pub passes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2 }
    }
}

/// Working memory of one hash at a time; grows to what is needed and is kept, then wiped on drop.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    fn of(&mut self, blocks: usize) -> &mut [Block] {
        if self.0.len() < blocks {
            *self = Self(vec![Block::default(); blocks]);
        }
        &mut self.0[..blocks]
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Memory({} blocks)", self.0.len())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    #[error("not a password hash of a known form")]
    Form,
    #[error("hashing failed")]
    Failed,
}

/// The raw result of one computation. Wiped on drop.
#[derive(Clone)]
pub struct Output(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Output(<redacted>)")
    }
}

impl Output {
    /// The tag by which a former password is recognised.
    pub fn history_tag(&self) -> String {
        BASE64_NOPAD.encode(&mac::hmac_sha256(self.0.as_ref(), &[b"password history"]))
    }
}

/// A password's stored hash, in the PHC text form `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
#[derive(Clone)]
pub struct StoredHash {
    cost: Cost,
    salt: [u8; 16],
    output: Output,
}

impl std::fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredHash(<redacted>)")
    }
}

impl StoredHash {
    pub fn parse(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let ["", "argon2id", "v=19", cost, salt, output] = fields[..] else { return Err(HashError::Form) };
        let number = |field: Option<&str>, name: &str| {
            field.and_then(|f| f.strip_prefix(name)).and_then(|n| n.parse().ok()).ok_or(HashError::Form)
        };
        let mut costs = cost.split(',');
        let cost = Cost { memory: number(costs.next(), "m=")?, passes: number(costs.next(), "t=")? };
        if costs.next() != Some("p=1") || costs.next().is_some() {
            return Err(HashError::Form);
        }
        Ok(Self { cost, salt: decode(salt)?, output: Output(Zeroizing::new(decode(output)?)) })
    }

    pub fn to_text(&self) -> String {
        format!(
            "$argon2id$v=19$m={},t={},p=1${}${}",
            self.cost.memory,
            self.cost.passes,
            BASE64_NOPAD.encode(&self.salt),
            BASE64_NOPAD.encode(self.output.0.as_ref())
        )
    }

    /// A hash that no password has but that costs as much to check.
    pub fn nobody(cost: Cost) -> Self {
        Self { cost, salt: [0; 16], output: Output(Zeroizing::new([0; 32])) }
    }

    /// The salt that this user's hashes share.
    pub fn salt(&self) -> [u8; 16] {
        self.salt
    }

    /// Whether `password` is the one that was hashed. One computation, whatever the answer.
    pub fn matches(&self, password: &str, memory: &mut Memory) -> Result<bool, HashError> {
        let output = compute(password, &self.salt, self.cost, memory)?;
        Ok(mac::equal(output.0.as_ref(), self.output.0.as_ref()))
    }

    pub fn output(&self) -> &Output {
        &self.output
    }
}

pub fn new_salt(random: &dyn Random) -> [u8; 16] {
    random::bytes(random)
}

/// Hashes a password under a salt. Fails with [`HashError::Form`] for a cost that argon2 does not allow.
pub fn hash(
    password: &str,
    salt: [u8; 16],
    cost: Cost,
    memory: &mut Memory,
) -> Result<StoredHash, HashError> {
    let output = compute(password, &salt, cost, memory)?;
    Ok(StoredHash { cost, salt, output })
}

fn compute(password: &str, salt: &[u8; 16], cost: Cost, memory: &mut Memory) -> Result<Output, HashError> {
    let params = Params::new(cost.memory, cost.passes, 1, Some(32)).map_err(|_| HashError::Form)?;
    let blocks = memory.of(params.block_count());
    let mut output = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, output.as_mut(), blocks)
        .map_err(|_| HashError::Failed)?;
    Ok(Output(output))
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], HashError> {
    BASE64_NOPAD.decode(text.as_bytes()).ok().and_then(|b| b.try_into().ok()).ok_or(HashError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory: 64, passes: 1 };

    #[test]
    fn only_the_right_password_matches() {
        let mut memory = Memory::default();
        let stored = hash("correct horse", [1; 16], CHEAP, &mut memory).unwrap();
        let stored = StoredHash::parse(&stored.to_text()).unwrap();
        assert!(stored.matches("correct horse", &mut memory).unwrap());
        for wrong in ["", "correct horse ", "Correct horse", "correct hors"] {
            assert!(!stored.matches(wrong, &mut memory).unwrap(), "{wrong}");
        }
    }

    #[test]
    fn tags_tell_former_passwords_under_the_same_salt() {
        let mut memory = Memory::default();
        let tag = |password: &str, memory: &mut Memory| {
            hash(password, [1; 16], CHEAP, memory).unwrap().output().history_tag()
        };
        assert_eq!(tag("a", &mut memory), tag("a", &mut memory));
        assert_ne!(tag("a", &mut memory), tag("b", &mut memory));
    }

    #[test]
    fn other_texts_are_not_hashes() {
        let good = hash("a", [1; 16], CHEAP, &mut Memory::default()).unwrap().to_text();
        for bad in [
            "",
            "$",
            &good[..good.len() - 1],
            &good.replace("argon2id", "argon2i"),
            &good.replace("p=1", "p=2"),
        ] {
            assert!(StoredHash::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hashes_are_those_of_the_reference_implementation() {
        // Made with libargon2. The second computation reuses the larger memory of the first.
        let mut memory = Memory::default();
        for (password, memory_kib, expected) in [
            (
                "password",
                65536,
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$/DO3gTkjHTS3Fia9YkXB1y76GQrWBcPYFmpyrc7fosI",
            ),
            (
                "Correct-Horse 7!\u{e9}",
                19456,
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Bn0ww6gi8hmyKmOc+z/6sJ0OQzXZ8a+ac50fEOuiIOs",
            ),
        ] {
            let cost = Cost { memory: memory_kib, passes: 2 };
            let stored = hash(password, *b"somesaltsomesalt", cost, &mut memory).unwrap();
            assert_eq!(stored.to_text(), expected);
            assert!(StoredHash::parse(expected).unwrap().matches(password, &mut memory).unwrap());
        }
    }

    #[test]
    fn the_default_cost_is_19_mib_and_two_passes() {
        assert_eq!(Cost::default(), Cost { memory: 19456, passes: 2 });
    }

    #[test]
    fn nobody_has_the_hash_of_nobody() {
        let mut memory = Memory::default();
        for password in ["", "password"] {
            assert!(!StoredHash::nobody(CHEAP).matches(password, &mut memory).unwrap());
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let mut memory = Memory::default();
        let stored = hash("a", [1; 16], CHEAP, &mut memory).unwrap();
        let shown = format!("{stored:?} {:?} {memory:?}", stored.output());
        assert_eq!(shown, "StoredHash(<redacted>) Output(<redacted>) Memory(64 blocks)");
    }
}
