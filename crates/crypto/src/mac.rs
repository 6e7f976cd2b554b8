//! SHA-256, HMAC and HKDF over it, and comparison in constant time.

use aws_lc_rs::{constant_time, digest, hmac};
use zeroize::Zeroizing;

/// HMAC-SHA-256 (RFC 2104) of the concatenated parts.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    fixed(context.sign().as_ref())
}

/// SHA-256 of the concatenated parts.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    fixed(context.finish().as_ref())
}

/// HKDF-Extract with SHA-256 (RFC 5869 section 2.2).
pub(crate) fn hkdf_extract(salt: &[u8], key: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac_sha256(salt, &[key]))
}

/// The first block of HKDF-Expand (section 2.3), which is all that 32 bytes and fewer need, and cannot fail.
pub(crate) fn hkdf_expand(prk: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut parts = info.to_vec();
    parts.push(&[1]);
    Zeroizing::new(hmac_sha256(prk, &parts))
}

/// Whether two byte strings are equal, in time that depends only on their lengths.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

fn fixed(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn sha256_as_in_fips_180() {
        let abc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sha256(&[b"a", b"", b"bc"])[..], abc);
    }

    #[test]
    fn hmac_as_in_rfc_4231() {
        let case_2 = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"])[..], case_2);
    }

    #[test]
    fn hkdf_as_in_rfc_5869() {
        let prk = hkdf_extract(&hex("000102030405060708090a0b0c"), &[0x0b; 22]);
        let expected = hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        assert_eq!(prk[..], expected);
        let okm = hkdf_expand(&prk, &[&hex("f0f1f2f3f4"), &hex("f5f6f7f8f9")]);
        assert_eq!(okm[..], hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
    }

    #[test]
    fn only_equal_strings_are_equal() {
        assert!(equal(b"", b"") && equal(b"ab", b"ab"));
        for other in [&b""[..], b"a", b"aB", b"abc", b"bb"] {
            assert!(!equal(b"ab", other));
        }
    }
}
