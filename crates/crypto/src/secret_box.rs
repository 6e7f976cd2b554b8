//! Sealed values: XChaCha20-Poly1305 under keys derived from a root key, bound to the place where they lie.
//!
//! An envelope is `version (1) ‖ root key id (4) ‖ nonce (24) ‖ ciphertext and tag`. New envelopes use the
//! current root key, old ones open with whichever key made them.

use aws_lc_rs::hkdf;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

use crate::mac;
use crate::random::{self, Random};

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + 24;

/// Where a sealed value lies; it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub purpose: &'a str,
    pub table: &'a str,
    pub column: &'a str,
    pub account: &'a str,
    pub pool: &'a str,
    pub row: &'a str,
}

impl Context<'_> {
    /// Length-prefixed, so that no two contexts share an encoding.
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        for part in [self.purpose, self.table, self.column, self.account, self.pool, self.row] {
            out.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend(part.as_bytes());
        }
        out
    }
}

/// The envelope was altered, lies elsewhere, or its root key is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct OpenError;

struct RootKey {
    id: [u8; 4],
    key: Zeroizing<[u8; 32]>,
}

impl RootKey {
    fn new(key: [u8; 32]) -> Self {
        let digest = mac::hmac_sha256(&key, &[b"poolhouse root key id"]);
        Self { id: [digest[0], digest[1], digest[2], digest[3]], key: Zeroizing::new(key) }
    }

    fn derive(&self, purpose: &str, pool: &str) -> Zeroizing<[u8; 32]> {
        let info: [&[u8]; 3] = [purpose.as_bytes(), &[0], pool.as_bytes()];
        let mut out = Zeroizing::new([0; 32]);
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"poolhouse").extract(self.key.as_ref());
        // Fails only for outputs longer than 255 blocks; 32 bytes are one.
        if let Ok(okm) = prk.expand(&info, hkdf::HKDF_SHA256) {
            let _ = okm.fill(out.as_mut());
        }
        out
    }
}

/// The root keys of an installation: one that seals, and older ones that still open.
pub struct RootKeys {
    current: RootKey,
    old: Vec<RootKey>,
}

impl std::fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootKeys(current {}, {} old)", self.current_id(), self.old.len())
    }
}

impl RootKeys {
    pub fn new(current: [u8; 32], old: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self { current: RootKey::new(current), old: old.into_iter().map(RootKey::new).collect() }
    }

    /// The name of the current root key, in hex.
    pub fn current_id(&self) -> String {
        HEXLOWER.encode(&self.current.id)
    }

    /// What the store keeps to recognise the current root key.
    pub fn check_value(&self) -> String {
        HEXLOWER.encode(&mac::hmac_sha256(self.current.key.as_ref(), &[b"poolhouse check value"]))
    }

    /// A key for HMACs of one purpose in one pool, from the current root key.
    pub fn mac_key(&self, purpose: &str, pool: &str) -> Zeroizing<[u8; 32]> {
        self.current.derive(purpose, pool)
    }

    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
        let nonce: [u8; 24] = random::bytes(random);
        let key = self.current.derive(context.purpose, context.pool);
        let aad = context.encode();
        let payload = Payload { msg: plaintext, aad: &aad };
        let mut out = Vec::with_capacity(HEADER + plaintext.len() + 16);
        out.push(VERSION);
        out.extend(self.current.id);
        out.extend(nonce);
        // Fails only for plaintexts of 256 GiB; an envelope without ciphertext never opens.
        out.extend(cipher(&key).encrypt(&XNonce::from(nonce), payload).unwrap_or_default());
        out
    }

    pub fn open(&self, context: &Context<'_>, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (header, ciphertext) = envelope.split_at_checked(HEADER).ok_or(OpenError)?;
        if header[0] != VERSION {
            return Err(OpenError);
        }
        let root = std::iter::once(&self.current)
            .chain(&self.old)
            .find(|root| root.id == header[1..5])
            .ok_or(OpenError)?;
        let nonce: [u8; 24] = header[5..].try_into().map_err(|_| OpenError)?;
        let aad = context.encode();
        let key = root.derive(context.purpose, context.pool);
        cipher(&key)
            .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| OpenError)
    }

    /// [`RootKeys::seal`] as URL-safe text, for what travels through clients.
    pub fn seal_text(&self, context: &Context<'_>, plaintext: &[u8], random: &dyn Random) -> String {
        BASE64URL_NOPAD.encode(&self.seal(context, plaintext, random))
    }

    pub fn open_text(&self, context: &Context<'_>, text: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let envelope = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| OpenError)?;
        self.open(context, &envelope)
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::SeededRandom;

    const HERE: Context<'static> =
        Context { purpose: "p", table: "t", column: "c", account: "a", pool: "o", row: "r" };

    fn keys() -> RootKeys {
        RootKeys::new([1; 32], [])
    }

    #[test]
    fn opens_only_where_it_was_sealed() {
        let sealed = keys().seal(&HERE, b"secret", &SeededRandom::new(1));
        assert_eq!(keys().open(&HERE, &sealed).unwrap().as_slice(), b"secret");
        let elsewhere = [
            Context { purpose: "q", ..HERE },
            Context { table: "u", ..HERE },
            Context { column: "d", ..HERE },
            Context { account: "b", ..HERE },
            Context { pool: "x", ..HERE },
            Context { row: "s", ..HERE },
            Context { table: "tc", column: "", ..HERE },
        ];
        for context in elsewhere {
            assert_eq!(keys().open(&context, &sealed), Err(OpenError), "{context:?}");
        }
    }

    #[test]
    fn old_keys_open_and_unknown_keys_do_not() {
        let sealed = keys().seal(&HERE, b"secret", &SeededRandom::new(1));
        assert!(RootKeys::new([2; 32], [[1; 32]]).open(&HERE, &sealed).is_ok());
        assert_eq!(RootKeys::new([2; 32], [[3; 32]]).open(&HERE, &sealed), Err(OpenError));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_noticed(plaintext: Vec<u8>, seed: u64, at: prop::sample::Index, bit in 0..8u8) {
            let mut sealed = keys().seal(&HERE, &plaintext, &SeededRandom::new(seed));
            let opened = keys().open(&HERE, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
            let i = at.index(sealed.len());
            sealed[i] ^= 1 << bit;
            prop_assert_eq!(keys().open(&HERE, &sealed), Err(OpenError));
        }

        #[test]
        fn truncation_is_noticed(plaintext: Vec<u8>, seed: u64, at: prop::sample::Index) {
            let sealed = keys().seal(&HERE, &plaintext, &SeededRandom::new(seed));
            prop_assert_eq!(keys().open(&HERE, &sealed[..at.index(sealed.len())]), Err(OpenError));
        }
    }
}
