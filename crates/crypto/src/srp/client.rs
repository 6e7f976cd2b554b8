//! The client's half, for tests and load: what an SDK does.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{K, PublicA, Result, derive_key, generator, plain_hex, private_x, scramble, sign};
use crate::bignum::{Modulus, Number};
use crate::random::{self, Random};

/// A client's attempt: private `a` and public `A`.
pub struct Attempt {
    private: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempt(<redacted>)")
    }
}

impl Attempt {
    pub fn new(random: &dyn Random) -> Result<Self> {
        Self::with_private(&random::bytes::<32>(random))
    }

    pub fn with_private(private: &[u8]) -> Result<Self> {
        let public = Modulus::group_15()?.power(&generator()?, &Number::from_bytes(private)?)?;
        Ok(Self { private: Zeroizing::new(private.to_vec()), public: public.to_bytes().to_vec() })
    }

    /// `SRP_A`.
    pub fn public_hex(&self) -> String {
        plain_hex(&self.public)
    }

    /// `PASSWORD_CLAIM_SIGNATURE` for a challenge.
    #[expect(clippy::too_many_arguments, reason = "the protocol's inputs")]
    pub fn signature(
        &self,
        realm: &str,
        identity: &str,
        password: &str,
        salt: &str,
        srp_b: &str,
        secret_block: &[u8],
        timestamp: &str,
    ) -> Result<String> {
        let group = Modulus::group_15()?;
        let b = PublicA::parse(srp_b)?.0;
        let u = scramble(&self.public, &b);
        let x = private_x(realm, identity, password, salt)?;
        let g_x = group.power(&generator()?, &x)?;
        let k_g_x = group.multiply(&group.element(&K)?, &g_x)?;
        let base = group.subtract(&group.element(&b)?, &k_g_x)?;
        // base^(a + u·x) = base^a · (base^u)^x
        let base_a = group.power(&base, &Number::from_bytes(&self.private)?)?;
        let base_u = group.power(&base, &Number::from_bytes(&u)?)?;
        let s = group.multiply(&base_a, &group.power(&base_u, &x)?)?;
        let key = derive_key(&s.to_bytes(), &u);
        Ok(BASE64.encode(&sign(&key, realm, identity, secret_block, timestamp)))
    }
}
