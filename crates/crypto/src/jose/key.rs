//! Signing keys: RSA-2048, named by a digest of their public part.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use zeroize::Zeroizing;

use super::verify::VerifyingKey;
use crate::mac;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key could not be made, read or used")]
pub struct KeyError;

/// A private key, parsed once, with everything that its tokens repeat.
pub struct SigningKey {
    pair: KeyPair,
    kid: String,
    /// `{"kid":"…","alg":"RS256"}` in base64url.
    header: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A fresh RSA-2048 key; takes tens of milliseconds.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self::of(KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError)?))
    }

    /// Reads what [`SigningKey::to_pkcs8`] wrote.
    pub fn from_pkcs8(document: &[u8]) -> Result<Self, KeyError> {
        Ok(Self::of(KeyPair::from_pkcs8(document).map_err(|_| KeyError)?))
    }

    /// The private key as DER (RFC 5208), to be sealed.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = self.pair.as_der().map_err(|_| KeyError)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    fn of(pair: KeyPair) -> Self {
        let kid = BASE64.encode(&mac::sha256(&[pair.public_key().as_ref()]));
        let header = BASE64URL_NOPAD.encode(format!("{{\"kid\":\"{kid}\",\"alg\":\"RS256\"}}").as_bytes());
        Self { pair, kid, header }
    }

    #[cfg(test)]
    pub(super) fn public_der(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// 44 characters of base64.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The compact serialization of a token with these claims (JSON).
    pub fn sign(&self, claims: &[u8]) -> Result<String, KeyError> {
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 350);
        token.push_str(&self.header);
        token.push('.');
        BASE64URL_NOPAD.encode_append(claims, &mut token);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, token.as_bytes(), &mut signature).map_err(|_| KeyError)?;
        token.push('.');
        BASE64URL_NOPAD.encode_append(&signature, &mut token);
        Ok(token)
    }

    /// What checks this key's tokens.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::new(self.header.clone(), self.pair.public_key().as_ref())
    }

    /// Its entry in a JWKS document, with the members in Cognito's order.
    pub fn to_jwk(&self) -> Jwk {
        let public = self.pair.public_key();
        Jwk {
            alg: "RS256",
            e: BASE64URL_NOPAD.encode(public.exponent().big_endian_without_leading_zero()),
            kid: self.kid.clone(),
            kty: "RSA",
            n: BASE64URL_NOPAD.encode(public.modulus().big_endian_without_leading_zero()),
            r#use: "sig",
        }
    }
}

/// A public key as JWKS documents list it (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Jwk {
    pub alg: &'static str,
    pub e: String,
    pub kid: String,
    pub kty: &'static str,
    pub n: String,
    pub r#use: &'static str,
}
