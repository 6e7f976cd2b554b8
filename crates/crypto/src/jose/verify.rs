//! Verification of tokens that this product issued. Its own header is the only one accepted, byte for byte,
//! so there is no algorithm to confuse and no header member to interpret.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use data_encoding::BASE64URL_NOPAD;

use super::key::KeyError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three parts of canonical base64url.
    #[error("not a compact JWS")]
    Malformed,
    /// The header is none that any of the keys gives its tokens.
    #[error("the header names no key of ours")]
    UnknownHeader,
    #[error("the signature is wrong")]
    Signature,
}

/// The public part of a signing key, with the header its tokens carry.
pub struct VerifyingKey {
    header: String,
    key: ParsedPublicKey,
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyingKey").field("header", &self.header).finish_non_exhaustive()
    }
}

impl VerifyingKey {
    pub(super) fn new(header: String, public_der: &[u8]) -> Result<Self, KeyError> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_der).map_err(|_| KeyError)?;
        Ok(Self { header, key })
    }
}

/// The payload of a token signed by one of `keys`.
pub fn verify<'k>(
    token: &str,
    keys: impl IntoIterator<Item = &'k VerifyingKey>,
) -> Result<Vec<u8>, JwsError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| JwsError::Malformed);
    let (payload, signature) = (decode(payload)?, decode(signature)?);
    let key = keys.into_iter().find(|key| key.header == header).ok_or(JwsError::UnknownHeader)?;
    key.key.verify_sig(signed.as_bytes(), &signature).map_err(|_| JwsError::Signature)?;
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::super::SigningKey;
    use super::*;

    fn forged(header: &str, rest: &str) -> String {
        format!("{}.{rest}", BASE64URL_NOPAD.encode(header.as_bytes()))
    }

    #[test]
    fn only_tokens_of_our_own_header_and_key_pass() {
        let key = SigningKey::generate().unwrap();
        let other = SigningKey::generate().unwrap();
        let public = key.verifying_key().unwrap();
        let check = |token: &str| verify(token, [&public]);
        let token = key.sign(b"{\"sub\":\"x\"}").unwrap();
        assert_eq!(check(&token).unwrap(), b"{\"sub\":\"x\"}");

        let (_, rest) = token.split_once('.').unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let kid = key.kid();
        for header in [
            format!("{{\"kid\":\"{kid}\",\"alg\":\"none\"}}"),
            format!("{{\"kid\":\"{kid}\",\"alg\":\"HS256\"}}"),
            format!("{{\"alg\":\"RS256\",\"kid\":\"{kid}\"}}"),
            format!("{{\"kid\":\"{kid}\",\"alg\":\"RS256\",\"crit\":[]}}"),
            "{\"alg\":\"RS256\"}".to_owned(),
        ] {
            assert_eq!(check(&forged(&header, rest)), Err(JwsError::UnknownHeader), "{header}");
        }
        assert_eq!(check(&other.sign(b"{}").unwrap()), Err(JwsError::UnknownHeader));
        assert_eq!(check(&format!("{signed}.")), Err(JwsError::Signature));
        assert_eq!(check(&format!("{signed}.AAAA")), Err(JwsError::Signature));
        let (header, _) = token.split_once('.').unwrap();
        let altered = format!("{header}.{}.{signature}", BASE64URL_NOPAD.encode(b"{\"sub\":\"y\"}"));
        assert_eq!(check(&altered), Err(JwsError::Signature));
        for bad in ["", "a", "a.b", &format!("{token}="), &format!("{token}.x"), &format!(" {token}")] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_survives_its_document() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(key.kid(), again.kid());
        assert_eq!(key.to_jwk(), again.to_jwk());
        assert_eq!((key.kid().len(), key.to_jwk().e.as_str()), (44, "AQAB"));
        let token = again.sign(b"{}").unwrap();
        assert!(verify(&token, [&key.verifying_key().unwrap()]).is_ok());
    }
}
