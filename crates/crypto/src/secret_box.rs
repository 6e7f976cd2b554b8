//! Sealed values: XChaCha20-Poly1305 under keys derived from a root key, bound to the place where they lie.
//!
//! An envelope is `version (1) ‖ root key id (4) ‖ nonce (24) ‖ ciphertext and tag`. New envelopes use the
//! current root key, old ones open with whichever key made them.

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

/// What is needed of a root key; the key itself is not kept.
struct RootKey {
    id: [u8; 4],
    check: [u8; 32],
    /// What HKDF extracts from it, which derived keys are expanded from.
    prk: Zeroizing<[u8; 32]>,
}

impl RootKey {
    fn new(key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let [a, b, c, d, ..] = mac::hmac_sha256(key.as_ref(), &[b"poolhouse root key id"]);
        Self {
            id: [a, b, c, d],
            check: mac::hmac_sha256(key.as_ref(), &[b"poolhouse check value"]),
            prk: mac::hkdf_extract(b"poolhouse", key.as_ref()),
        }
    }

    fn mark(&self) -> RootKeyMark {
        RootKeyMark { id: HEXLOWER.encode(&self.id), check_value: HEXLOWER.encode(&self.check) }
    }

    fn sealing_key(&self, context: &Context<'_>) -> Zeroizing<[u8; 32]> {
        mac::hkdf_expand(&self.prk, &[context.purpose.as_bytes(), &[0], context.pool.as_bytes()])
    }

    fn mac_key(&self, purpose: &str, pool: &str) -> Zeroizing<[u8; 32]> {
        mac::hkdf_expand(&self.prk, &[b"mac\0", purpose.as_bytes(), &[0], pool.as_bytes()])
    }
}

/// What a root key is recognised by: neither tells anything about the key. In hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootKeyMark {
    pub id: String,
    pub check_value: String,
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
    pub fn current_mark(&self) -> RootKeyMark {
        self.current.mark()
    }

    /// The marks of all root keys, the current one first.
    pub fn marks(&self) -> Vec<RootKeyMark> {
        self.all().map(RootKey::mark).collect()
    }

    /// Whether an envelope was sealed under the current root key.
    pub fn is_current(&self, envelope: &[u8]) -> bool {
        envelope.first() == Some(&VERSION) && envelope.get(1..5) == Some(&self.current.id[..])
    }

    fn all(&self) -> impl Iterator<Item = &RootKey> {
        std::iter::once(&self.current).chain(&self.old)
    }

    /// A key for HMACs of one purpose in one pool, from the current root key; never one that seals.
    pub fn mac_key(&self, purpose: &str, pool: &str) -> Zeroizing<[u8; 32]> {
        self.current.mac_key(purpose, pool)
    }

    /// Seals a value for one place, under the current root key. 45 bytes longer than the plaintext.
    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
        let nonce: [u8; 24] = random::bytes(random);
        let key = self.current.sealing_key(context);
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

    /// The value of an envelope that was sealed for this very place, under any of the root keys.
    pub fn open(&self, context: &Context<'_>, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (header, ciphertext) = envelope.split_at_checked(HEADER).ok_or(OpenError)?;
        if header[0] != VERSION {
            return Err(OpenError);
        }
        let root = self.all().find(|root| root.id == header[1..5]).ok_or(OpenError)?;
        let nonce: [u8; 24] = header[5..].try_into().map_err(|_| OpenError)?;
        let aad = context.encode();
        let key = root.sealing_key(context);
        cipher(&key)
            .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| OpenError)
    }

    /// [`RootKeys::seal`] as URL-safe text, for what travels through clients.
    pub fn seal_text(&self, context: &Context<'_>, plaintext: &[u8], random: &dyn Random) -> String {
        BASE64URL_NOPAD.encode(&self.seal(context, plaintext, random))
    }

    /// [`RootKeys::open`] for what [`RootKeys::seal_text`] gave.
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

    #[test]
    fn the_cipher_is_that_of_the_xchacha_draft() {
        // draft-irtf-cfrg-xchacha-03 appendix A.3.1
        let hex = |text: &str| HEXLOWER.decode(text.as_bytes()).unwrap();
        let key: [u8; 32] = std::array::from_fn(|i| 0x80 + i as u8);
        let nonce: [u8; 24] = std::array::from_fn(|i| 0x40 + i as u8);
        let msg = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let aad = hex("50515253c0c1c2c3c4c5c6c7");
        let sealed = cipher(&key).encrypt(&XNonce::from(nonce), Payload { msg, aad: &aad }).unwrap();
        assert_eq!(sealed[..16], hex("bd6d179d3e83d43b9576579493c0e939"));
        assert_eq!(sealed[msg.len()..], hex("c0875924c1c7987947deafd8780acf49"));
    }

    #[test]
    fn the_form_stays() {
        // Made with libsodium: what is stored today must open tomorrow.
        let sealed = "01730f8a8f44855bb0b52ac10572bdd0830a16de5ab98e055680fdc757695548c9391f32163cd4f792cadca5bf9de0fb2c692d";
        assert_eq!(HEXLOWER.encode(&keys().seal(&HERE, b"secret", &SeededRandom::new(1))), sealed);
    }

    #[test]
    fn keys_differ_by_use_purpose_pool_and_root() {
        let (one, two) = (keys(), RootKeys::new([2; 32], [[1; 32]]));
        let made = [
            one.mac_key("p", "o"),
            one.current.sealing_key(&HERE),
            one.mac_key("q", "o"),
            one.mac_key("p", "x"),
            one.mac_key("po", ""),
            two.mac_key("p", "o"),
        ];
        for (i, key) in made.iter().enumerate() {
            assert!(!made[..i].contains(key), "{i}");
        }
        let (one, two) = (one.marks(), two.marks());
        assert_ne!((&one[0].id, &one[0].check_value), (&two[0].id, &two[0].check_value));
        assert_eq!(one[0], two[1]);
    }

    #[test]
    fn other_forms_and_texts_do_not_open() {
        let random = SeededRandom::new(1);
        let mut sealed = keys().seal(&HERE, b"secret", &random);
        sealed[0] = 2;
        assert_eq!(keys().open(&HERE, &sealed), Err(OpenError));
        let text = keys().seal_text(&HERE, b"secret!", &random);
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        assert_eq!(keys().open_text(&HERE, &text).unwrap().as_slice(), b"secret!");
        // The last character's four low bits lie beyond the last byte; `AQgw` are those that leave them zero.
        let (rest, last) = text.split_at(text.len() - 1);
        let uncanonical = format!("{rest}{}", char::from(last.as_bytes()[0] + 1));
        for bad in ["", "AQ", &format!("{text}="), &format!("{text}A"), &format!(" {text}"), &uncanonical] {
            assert_eq!(keys().open_text(&HERE, bad), Err(OpenError), "{bad}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", RootKeys::new([0xab; 32], [[0xcd; 32]]));
        assert_eq!(shown, format!("RootKeys(current {}, 1 old)", RootKeys::new([0xab; 32], []).current_id()));
    }

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
