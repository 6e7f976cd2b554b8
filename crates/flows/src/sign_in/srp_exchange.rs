//! What the SRP proofs of passwords and of devices share: the exchange of public values, the claim that answers
//! it, and the sealing of the attempt in between.

use crypto::secret_box::Context;
use crypto::srp::{Ephemeral, Proof, PublicA};
use data_encoding::BASE64;
use domain::time::{Time, minutes};
use domain::{Error, Result};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Parameters, required};
use crate::cx::PoolCx;

/// The public values of an attempt and the server's private one. For sealing only.
#[derive(Serialize, Deserialize)]
pub(super) struct Exchange {
    a: String,
    b: String,
    public_b: String,
}

/// What tells one client's attempts from another's: nobody else knows the private half of its `SRP_A`.
pub(super) fn a_digest(a: &PublicA) -> [u8; 32] {
    crypto::mac::sha256(&[a.as_bytes()])
}

/// `SRP_A` as the client sends it.
pub(super) fn read_a(text: &str) -> Result<PublicA> {
    PublicA::parse(text).map_err(|_| Error::invalid("Invalid SRP_A"))
}

impl Exchange {
    /// Answers `SRP_A` under a verifier; beside it the `SRP_B` for the client.
    pub(super) fn begin(cx: &PoolCx, a: &PublicA, verifier: &[u8]) -> Result<(Self, String)> {
        let ephemeral = Ephemeral::new(verifier, cx.random()).map_err(Error::internal)?;
        let exchange = Self {
            a: BASE64.encode(a.as_bytes()),
            b: BASE64.encode(ephemeral.private.as_ref()),
            public_b: BASE64.encode(&ephemeral.public),
        };
        Ok((exchange, ephemeral.public_hex()))
    }

    /// The client's `SRP_A`.
    pub(super) fn a(&self) -> Result<PublicA> {
        let bytes = BASE64.decode(self.a.as_bytes()).map_err(Error::internal)?;
        Ok(PublicA::from_bytes(bytes))
    }

    /// Whether the claim proves that the client knows the secret behind the verifier.
    pub(super) fn check(
        &self,
        realm: &str,
        identity: &str,
        verifier: &[u8],
        claim: &Claim<'_>,
    ) -> Result<bool> {
        let decode = |text: &str| BASE64.decode(text.as_bytes()).map_err(Error::internal);
        let private =
            decode(&self.b)?.try_into().map_err(|_| Error::internal("an SRP attempt is damaged"))?;
        let proof = Proof {
            realm,
            identity,
            verifier,
            a: &self.a()?,
            ephemeral: &Ephemeral { private: Zeroizing::new(private), public: decode(&self.public_b)? },
            secret_block: &claim.block,
            timestamp: claim.timestamp,
            signature: claim.signature,
        };
        Ok(proof.check().is_ok())
    }
}

/// `PASSWORD_CLAIM_SECRET_BLOCK`, `PASSWORD_CLAIM_SIGNATURE` and `TIMESTAMP`.
pub(super) struct Claim<'a> {
    block: Vec<u8>,
    signature: &'a str,
    timestamp: &'a str,
}

impl<'a> Claim<'a> {
    pub(super) fn read(responses: &'a Parameters) -> Result<Self> {
        let block = required(responses, "PASSWORD_CLAIM_SECRET_BLOCK")?;
        let signature = required(responses, "PASSWORD_CLAIM_SIGNATURE")?;
        let timestamp = required(responses, "TIMESTAMP")?;
        let block = BASE64.decode(block.as_bytes()).map_err(|_| Error::IncorrectUsernameOrPassword)?;
        Ok(Self { block, signature, timestamp })
    }

    /// The attempt that its secret block is, if [`seal`] made it for this pool and purpose.
    pub(super) fn open<T: DeserializeOwned>(&self, cx: &PoolCx, purpose: &'static str) -> Option<T> {
        let opened = cx.services.keys.open(&context(cx, purpose), &self.block).ok()?;
        serde_json::from_slice(&opened).ok()
    }

    /// Whether its TIMESTAMP lies within five minutes of the machine's clock.
    pub(super) fn is_fresh(&self, cx: &PoolCx) -> bool {
        is_fresh(self.timestamp, cx.services.clock.real())
    }
}

/// An attempt as SECRET_BLOCK.
pub(super) fn seal<T: Serialize>(cx: &PoolCx, purpose: &'static str, attempt: &T) -> Result<String> {
    let text = Zeroizing::new(serde_json::to_vec(attempt).map_err(Error::internal)?);
    Ok(BASE64.encode(&cx.services.keys.seal(&context(cx, purpose), &text, cx.random())))
}

fn context<'a>(cx: &'a PoolCx, purpose: &'static str) -> Context<'a> {
    Context {
        purpose,
        table: "",
        column: "",
        account: cx.pool().account.as_str(),
        pool: cx.pool().id.as_str(),
        row: "",
    }
}

/// Whether a TIMESTAMP (`Sat Mar 7 09:05:03 UTC 2026`) lies within five minutes of `now`.
fn is_fresh(text: &str, now: Time) -> bool {
    let Ok(time) = DateTime::strptime("%a %b %d %H:%M:%S UTC %Y", text) else { return false };
    let Ok(at) = TimeZone::UTC.to_timestamp(time) else { return false };
    let at = Time::from_millis(at.as_millisecond());
    at + minutes(5) >= now && at <= now + minutes(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_fresh_for_five_minutes_either_way() {
        let at = Time::from_secs(1_772_874_303);
        let text = "Sat Mar 7 09:05:03 UTC 2026";
        assert!(is_fresh(text, at) && is_fresh(text, at + minutes(5)) && is_fresh(text, at - minutes(5)));
        assert!(!is_fresh(text, at + minutes(6)) && !is_fresh(text, at - minutes(6)));
        for bad in ["", "2026-03-07T09:05:03Z", "Sat Mar 7 09:05:03 CET 2026", "Mon Mar 7 09:05:03 UTC 2026"]
        {
            assert!(!is_fresh(bad, at), "{bad}");
        }
    }
}
