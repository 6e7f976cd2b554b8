//! A passkey in software: what browser and authenticator would answer to the options of a ceremony, and, for
//! refusals, what they would not.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "only tests and the bench give it options"
)]

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// Flags of authenticator data (WebAuthn §6.1).
pub const USER_PRESENT: u8 = 0x01;
pub const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// COSE algorithm numbers.
pub const ES256: i8 = -7;
pub const EDDSA: i8 = -8;

/// A credential without attestation.
#[derive(Debug)]
pub struct SoftPasskey {
    key: Key,
    pub id: Vec<u8>,
}

#[derive(Debug)]
enum Key {
    Es256(EcdsaKeyPair),
    Rs256(rsa::KeyPair),
}

/// Everything an answer says, to be bent before it is made.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: &'static str,
    pub challenge: String,
    pub origin: String,
    pub cross_origin: Option<bool>,
    pub rp_id: String,
    pub flags: u8,
    pub counter: u32,
    pub algorithm: i8,
    pub user_handle: Option<String>,
}

impl Answer {
    /// To `PublicKeyCredentialCreationOptionsJSON`, from a page of `origin`.
    pub fn to_creation(options: &Value, origin: &str) -> Self {
        Self::new("webauthn.create", options, options["rp"]["id"].as_str().unwrap(), origin)
    }

    /// To `PublicKeyCredentialRequestOptionsJSON`, from a page of `origin`.
    pub fn to_request(options: &Value, origin: &str) -> Self {
        Self::new("webauthn.get", options, options["rpId"].as_str().unwrap(), origin)
    }

    fn new(kind: &'static str, options: &Value, rp_id: &str, origin: &str) -> Self {
        Self {
            kind,
            challenge: options["challenge"].as_str().unwrap().to_owned(),
            origin: origin.to_owned(),
            cross_origin: Some(false),
            rp_id: rp_id.to_owned(),
            flags: USER_PRESENT | USER_VERIFIED,
            counter: 0,
            algorithm: ES256,
            user_handle: None,
        }
    }

    fn client_data(&self) -> Vec<u8> {
        let mut data = json!({ "type": self.kind, "challenge": self.challenge, "origin": self.origin });
        if let Some(cross_origin) = self.cross_origin {
            data["crossOrigin"] = cross_origin.into();
        }
        data.to_string().into_bytes()
    }

    /// `rpIdHash ‖ flags ‖ signCount`.
    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

impl SoftPasskey {
    /// One that signs by ES256.
    pub fn new() -> Self {
        Self::of(Key::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()))
    }

    /// One that signs by RS256, as some TPMs do.
    pub fn rsa() -> Self {
        Self::of(Key::Rs256(rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap()))
    }

    fn of(key: Key) -> Self {
        let id: [u8; 16] = crypto::random::bytes(&crypto::random::SystemRandom);
        Self { key, id: id.to_vec() }
    }

    /// The credential id as browsers write it.
    pub fn name(&self) -> String {
        BASE64URL_NOPAD.encode(&self.id)
    }

    /// `RegistrationResponseJSON`.
    pub fn register(&self, answer: &Answer) -> Value {
        self.registration_of(answer, &attestation_object("none", &self.attested_data(answer)))
    }

    /// As [`SoftPasskey::register`], around an attestation object of the test's own.
    pub fn registration_of(&self, answer: &Answer, attestation_object: &[u8]) -> Value {
        json!({
            "id": self.name(),
            "rawId": self.name(),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(&answer.client_data()),
                "attestationObject": BASE64URL_NOPAD.encode(attestation_object),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// Authenticator data with the credential in it.
    pub fn attested_data(&self, answer: &Answer) -> Vec<u8> {
        let mut data = answer.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key(answer.algorithm));
        data
    }

    /// `AuthenticationResponseJSON`.
    pub fn assert(&self, answer: &Answer) -> Value {
        let (client_data, authenticator_data) = (answer.client_data(), answer.authenticator_data(0));
        let mut signed = authenticator_data.clone();
        signed.extend(digest(&SHA256, &client_data).as_ref());
        let signature = self.sign(&signed);
        json!({
            "id": self.name(),
            "rawId": self.name(),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
                "authenticatorData": BASE64URL_NOPAD.encode(&authenticator_data),
                "signature": BASE64URL_NOPAD.encode(&signature),
                "userHandle": answer.user_handle.as_ref().map(|user| BASE64URL_NOPAD.encode(user.as_bytes())),
            },
        })
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out).unwrap();
                out
            }
        }
    }

    /// The COSE key (RFC 9053, RFC 8230). An EC2 key is on P-256, whatever algorithm it claims.
    fn public_key(&self, algorithm: i8) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                let mut out = vec![0xa5, 0x01, 0x02, 0x03, 0x1f_u8.wrapping_sub(algorithm as u8)];
                out.extend([0x20, 0x01, 0x21, 0x58, 0x20]);
                out.extend(&point[1..33]);
                out.extend([0x22, 0x58, 0x20]);
                out.extend(&point[33..]);
                out
            }
            Key::Rs256(key) => {
                let mut out = vec![0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00];
                out.extend(key.public_key().modulus().big_endian_without_leading_zero());
                out.extend([0x21, 0x43, 0x01, 0x00, 0x01]);
                out
            }
        }
    }
}

impl Default for SoftPasskey {
    fn default() -> Self {
        Self::new()
    }
}

/// `{ fmt, attStmt: {}, authData }` in CBOR.
pub fn attestation_object(format: &str, authenticator_data: &[u8]) -> Vec<u8> {
    let text = |text: &str| {
        let mut out = vec![0x60 | u8::try_from(text.len()).unwrap()];
        out.extend(text.as_bytes());
        out
    };
    let mut out = vec![0xa3];
    out.extend(text("fmt"));
    out.extend(text(format));
    out.extend(text("attStmt"));
    out.push(0xa0);
    out.extend(text("authData"));
    out.push(0x59);
    out.extend(u16::try_from(authenticator_data.len()).unwrap().to_be_bytes());
    out.extend(authenticator_data);
    out
}
