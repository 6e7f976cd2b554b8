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
            format!("{{\"kid\":\"{kid}\",\"alg\":\"RS256\",\"alg\":\"none\"}}"),
            format!("{{\"kid\":\"{}\",\"alg\":\"RS256\"}}", other.kid()),
            format!("{{\"kid\":\"{}\",\"alg\":\"RS256\"}}", kid.to_lowercase()),
            format!("{{\"kid\":\"{kid}\", \"alg\":\"RS256\"}}"),
            "{\"alg\":\"RS256\"}".to_owned(),
            String::new(),
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

    /// A token whose MAC is keyed with the public key, which a verifier that believes `alg` would accept.
    #[test]
    fn the_public_key_is_no_shared_secret() {
        let key = SigningKey::generate().unwrap();
        let public = key.verifying_key().unwrap();
        for alg in ["HS256", "RS256"] {
            let header = format!("{{\"kid\":\"{}\",\"alg\":\"{alg}\"}}", key.kid());
            let signed = format!("{}.e30", BASE64URL_NOPAD.encode(header.as_bytes()));
            let mac = crate::mac::hmac_sha256(key.public_der(), &[signed.as_bytes()]);
            let token = format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac));
            let expected = if alg == "HS256" { JwsError::UnknownHeader } else { JwsError::Signature };
            assert_eq!(verify(&token, [&public]), Err(expected));
        }
    }

    /// Several texts that decode to the same bytes would be several tokens of one signature.
    #[test]
    fn base64_must_be_canonical() {
        let key = SigningKey::generate().unwrap();
        let public = key.verifying_key().unwrap();
        // 256 bytes of signature leave four bits of its last character unused.
        let token = key.sign(b"{}").unwrap();
        let (rest, last) = token.split_at(token.len() - 1);
        let altered = format!("{rest}{}", char::from(last.as_bytes()[0] + 1));
        assert_eq!(verify(&altered, [&public]), Err(JwsError::Malformed));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        for bad in [
            format!("{signed}..{signature}"),
            format!("{signed}.{signature}.{signature}"),
            format!("{signed}.{}", signature.replace('_', "/").replace('-', "+") + "=="),
            format!("{signed}.{signature}\n"),
            format!(".{token}"),
        ] {
            assert!(verify(&bad, [&public]).is_err(), "{bad}");
        }
    }

    #[test]
    fn rs256_as_in_rfc_7515_appendix_a_2() {
        let header = "eyJhbGciOiJSUzI1NiJ9";
        let payload =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        let modulus = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        let modulus = BASE64URL_NOPAD.decode(modulus.as_bytes()).unwrap();
        // RSAPublicKey (RFC 8017 A.1.1): a sequence of the modulus and the exponent 65537.
        let mut der = vec![0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];
        der.extend(modulus);
        der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        let key = VerifyingKey::new(header.to_owned(), &der).unwrap();
        let claims = verify(&format!("{header}.{payload}.{signature}"), [&key]).unwrap();
        assert!(claims.starts_with(b"{\"iss\":\"joe\","));
        let altered = format!("{header}.{}.{signature}", payload.replacen("eyJ", "eyK", 1));
        assert_eq!(verify(&altered, [&key]), Err(JwsError::Signature));
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
