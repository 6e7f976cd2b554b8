//! SRP-6a as Cognito does it: RFC 3526 group 15 with generator 2, SHA-256, and a signature over a key from
//! HKDF with the label `Caldera Derived Key`.
//!
//! One piece of arithmetic serves users (`pool name`, username) and devices (device group key, device key);
//! here they are called `realm` and `identity`.

pub mod client;

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use crate::bignum::{Element, Failed, Modulus, Number};
use crate::mac::{self, hkdf_expand, hkdf_extract, hmac_sha256, sha256};
use crate::random::{self, Random};

/// 2^3072 − 2^3008 − 1 + 2^64·(⌊2^2942·π⌋ + 1690314).
pub(crate) const PRIME: [u8; 384] = prime();
const K: [u8; 32] = [
    0x53, 0x82, 0x82, 0xc4, 0x35, 0x47, 0x42, 0xd7, 0xcb, 0xbd, 0xe2, 0x35, 0x9f, 0xcf, 0x67, 0xf9, 0xf5,
    0xb3, 0xa6, 0xb0, 0x87, 0x91, 0xe5, 0x01, 0x1b, 0x43, 0xb8, 0xa5, 0xb6, 0x6d, 0x9e, 0xe6,
];
const INFO: &[u8] = b"Caldera Derived Key";
/// Bytes of a client's own salt; those known make 16.
const MAX_SALT: usize = 64;

/// Why an SRP step was refused. Says nothing about which part was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrpError {
    /// Not a number that SRP can go on with.
    #[error("not an acceptable SRP value")]
    BadValue,
    /// The signature does not prove knowledge of the password.
    #[error("the proof is wrong")]
    WrongProof,
    #[error("arithmetic failed")]
    Arithmetic,
}

impl From<Failed> for SrpError {
    fn from(_: Failed) -> Self {
        Self::Arithmetic
    }
}

type Result<T> = std::result::Result<T, SrpError>;

/// What is stored of a password: salt and `g^x`.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    /// Hex of an integer below 2^128 without leading zeros, the form that every client reads alike.
    pub salt: String,
    /// Big-endian.
    pub verifier: Vec<u8>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(<redacted>)")
    }
}

impl Verifier {
    /// What a client made by itself (ConfirmDevice): base64 of two unsigned big-endian numbers, leading zeros
    /// allowed. Refuses a salt that is zero or longer than any client makes, and a verifier outside `2..N-1`,
    /// whose password would be known without being known.
    pub fn from_client(salt: &str, verifier: &str) -> Result<Self> {
        let read = |text: &str| -> Result<Vec<u8>> {
            let bytes = BASE64.decode(text.as_bytes()).map_err(|_| SrpError::BadValue)?;
            let start = bytes.iter().position(|b| *b != 0).ok_or(SrpError::BadValue)?;
            Ok(bytes[start..].to_vec())
        };
        let (salt, verifier) = (read(salt)?, read(verifier)?);
        let largest = PRIME.len();
        let last = PRIME[largest - 1] - 1;
        let below = verifier.len() < largest || (verifier.len() == largest && verifier[..] < PRIME[..]);
        let minus_one = below && verifier[..] == [&PRIME[..largest - 1], &[last]].concat();
        if salt.len() > MAX_SALT || !below || minus_one || verifier == [1] {
            return Err(SrpError::BadValue);
        }
        Ok(Self { salt: plain_hex(&salt), verifier })
    }
}

/// A verifier for a new password, with a fresh salt.
pub fn verifier(realm: &str, identity: &str, password: &str, random: &dyn Random) -> Result<Verifier> {
    let salt = plain_hex(&random::bytes::<16>(random));
    let verifier = verifier_with_salt(realm, identity, password, &salt)?;
    Ok(Verifier { salt, verifier })
}

/// `g^x` for a password under a given salt.
pub fn verifier_with_salt(realm: &str, identity: &str, password: &str, salt: &str) -> Result<Vec<u8>> {
    let x = private_x(realm, identity, password, salt)?;
    Ok(Modulus::group_15()?.power(&generator()?, &x)?.to_bytes().to_vec())
}

/// A verifier for a name that nobody has: always the same for the same key and name, and like a real one.
pub fn simulated_verifier(key: &[u8; 32], name: &str) -> Verifier {
    let salt = hmac_sha256(key, &[b"salt\0", name.as_bytes()]);
    let mut verifier = Vec::with_capacity(384);
    for block in 0..12u8 {
        verifier.extend(hmac_sha256(key, &[b"verifier\0", &[block], name.as_bytes()]));
    }
    // Below the prime, which begins with 64 one bits.
    verifier[0] &= 0x7f;
    Verifier { salt: plain_hex(&salt[..16]), verifier }
}

/// The client's public value `A`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicA(Vec<u8>);

impl PublicA {
    /// Reads hex of any length up to that of the prime; refuses what is not hex and `A mod N = 0`.
    pub fn parse(hex: &str) -> Result<Self> {
        let digits = hex.trim_start_matches('0');
        if digits.is_empty() || digits.len() > 2 * PRIME.len() {
            return Err(SrpError::BadValue);
        }
        let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
        let bytes = HEXLOWER_PERMISSIVE.decode(even.as_bytes()).map_err(|_| SrpError::BadValue)?;
        if Modulus::group_15()?.element(&bytes)?.is_zero() {
            return Err(SrpError::BadValue);
        }
        Ok(Self(bytes))
    }

    /// From what [`PublicA::as_bytes`] gave.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The server's half of an attempt: private `b` and public `B`.
#[derive(Clone)]
pub struct Ephemeral {
    pub private: Zeroizing<[u8; 32]>,
    /// Big-endian without leading zeros.
    pub public: Vec<u8>,
}

impl std::fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ephemeral(<redacted>)")
    }
}

impl Ephemeral {
    /// `B = k·v + g^b`. One exponentiation.
    pub fn new(verifier: &[u8], random: &dyn Random) -> Result<Self> {
        loop {
            let private = Zeroizing::new(random::bytes::<32>(random));
            let made = Self::with_private(verifier, private)?;
            if !made.public.is_empty() {
                return Ok(made);
            }
        }
    }

    fn with_private(verifier: &[u8], private: Zeroizing<[u8; 32]>) -> Result<Self> {
        let group = Modulus::group_15()?;
        let g_b = group.power(&generator()?, &Number::from_bytes(private.as_ref())?)?;
        let k_v = group.multiply(&group.element(&K)?, &usable(verifier)?)?;
        Ok(Self { private, public: group.add(&k_v, &g_b)?.to_bytes().to_vec() })
    }

    /// `SRP_B` as clients read it.
    pub fn public_hex(&self) -> String {
        plain_hex(&self.public)
    }
}

/// Everything a proof is checked against.
pub struct Proof<'a> {
    pub realm: &'a str,
    pub identity: &'a str,
    pub verifier: &'a [u8],
    pub a: &'a PublicA,
    pub ephemeral: &'a Ephemeral,
    /// The decoded secret block.
    pub secret_block: &'a [u8],
    pub timestamp: &'a str,
    /// `PASSWORD_CLAIM_SIGNATURE`, base64.
    pub signature: &'a str,
}

impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(<redacted>)")
    }
}

impl Proof<'_> {
    /// Whether the signature proves knowledge of the password. Two exponentiations, whatever the answer.
    pub fn check(&self) -> Result<()> {
        let key = server_key(self.verifier, self.a, self.ephemeral)?;
        let expected = sign(&key, self.realm, self.identity, self.secret_block, self.timestamp);
        let given = BASE64.decode(self.signature.as_bytes()).unwrap_or_default();
        if mac::equal(&expected, &given) { Ok(()) } else { Err(SrpError::WrongProof) }
    }
}

/// `S = (A·v^u)^b`, then the 16-byte key.
fn server_key(verifier: &[u8], a: &PublicA, ephemeral: &Ephemeral) -> Result<Zeroizing<[u8; 16]>> {
    let group = Modulus::group_15()?;
    let u = scramble(&a.0, &ephemeral.public);
    let u_number = Number::from_bytes(&u)?;
    if u_number.is_zero() {
        return Err(SrpError::BadValue);
    }
    let v_u = group.power(&usable(verifier)?, &u_number)?;
    let base = group.multiply(&group.element(&a.0)?, &v_u)?;
    let s = group.power(&base, &Number::from_bytes(ephemeral.private.as_ref())?)?;
    Ok(derive_key(&s.to_bytes(), &u))
}

/// A verifier as a number. One that is zero would let in whoever knows it is.
fn usable(verifier: &[u8]) -> Result<Element> {
    let number = Modulus::group_15()?.element(verifier)?;
    if number.is_zero() { Err(SrpError::BadValue) } else { Ok(number) }
}

/// `u = H(pad(A) ‖ pad(B))`.
fn scramble(a: &[u8], b: &[u8]) -> [u8; 32] {
    sha256(&[&pad(a), &pad(b)])
}

/// HKDF-SHA-256, salt `pad(u)`, 16 bytes.
fn derive_key(s: &[u8], u: &[u8; 32]) -> Zeroizing<[u8; 16]> {
    let padded = Zeroizing::new(pad(s));
    let okm = hkdf_expand(&hkdf_extract(&pad(u), &padded), &[INFO]);
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&okm[..16]);
    key
}

fn sign(key: &[u8; 16], realm: &str, identity: &str, secret_block: &[u8], timestamp: &str) -> [u8; 32] {
    hmac_sha256(key, &[realm.as_bytes(), identity.as_bytes(), secret_block, timestamp.as_bytes()])
}

fn private_x(realm: &str, identity: &str, password: &str, salt: &str) -> Result<Number> {
    Ok(Number::from_bytes(private_x_bytes(realm, identity, password, salt)?.as_ref())?)
}

/// `x = H(pad(salt) ‖ H(realm ‖ identity ‖ ":" ‖ password))`.
fn private_x_bytes(realm: &str, identity: &str, password: &str, salt: &str) -> Result<Zeroizing<[u8; 32]>> {
    let even = if salt.len().is_multiple_of(2) { salt.to_owned() } else { format!("0{salt}") };
    let salt = HEXLOWER_PERMISSIVE.decode(even.as_bytes()).map_err(|_| SrpError::BadValue)?;
    let inner = Zeroizing::new(sha256(&[realm.as_bytes(), identity.as_bytes(), b":", password.as_bytes()]));
    Ok(Zeroizing::new(sha256(&[&pad(&salt), inner.as_ref()])))
}

fn generator() -> Result<Element> {
    Ok(Modulus::group_15()?.element(&[2])?)
}

/// Minimal big-endian two's complement: no leading zeros, but one where the top bit is set.
fn pad(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|b| *b != 0).unwrap_or(number.len());
    let digits = &number[start..];
    let mut out = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        out.push(0);
    }
    out.extend_from_slice(digits);
    out
}

/// Hex of a number without leading zeros, possibly of odd length.
fn plain_hex(number: &[u8]) -> String {
    let hex = HEXLOWER.encode(number);
    let trimmed = hex.trim_start_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

const fn prime() -> [u8; 384] {
    const HEX: &[u8; 768] = b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
    let mut out = [0u8; 384];
    let mut i = 0;
    while i < 384 {
        out[i] = nibble(HEX[2 * i]) << 4 | nibble(HEX[2 * i + 1]);
        i += 1;
    }
    out
}

const fn nibble(digit: u8) -> u8 {
    if digit.is_ascii_digit() { digit - b'0' } else { digit - b'A' + 10 }
}

#[cfg(test)]
mod tests;
