//! The server's half of one SRP sign-in, which it can compute again and again.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use crypto::srp::{self, Ephemeral, Proof, PublicA};

use crate::Result;

pub struct SrpExample {
    verifier: Vec<u8>,
    public_a: String,
    ephemeral: Ephemeral,
    signature: String,
}

impl SrpExample {
    pub fn new() -> Result<Self> {
        let stored = srp::verifier("pool", "user", "password", &SystemRandom)?;
        let attempt = Attempt::new(&SystemRandom)?;
        let ephemeral = Ephemeral::new(&stored.verifier, &SystemRandom)?;
        let b = ephemeral.public_hex();
        let signature = attempt.signature("pool", "user", "password", &stored.salt, &b, b"block", "now")?;
        Ok(Self { verifier: stored.verifier, public_a: attempt.public_hex(), ephemeral, signature })
    }

    /// One exponentiation.
    pub fn challenge(&self) -> Result<()> {
        Ephemeral::new(&self.verifier, &SystemRandom)?;
        Ok(())
    }

    /// Two exponentiations.
    pub fn prove(&self) -> Result<()> {
        let proof = Proof {
            realm: "pool",
            identity: "user",
            verifier: &self.verifier,
            a: &PublicA::parse(&self.public_a)?,
            ephemeral: &self.ephemeral,
            secret_block: b"block",
            timestamp: "now",
            signature: &self.signature,
        };
        Ok(proof.check()?)
    }
}
