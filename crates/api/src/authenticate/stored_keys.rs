//! In `poolhouse serve` a request is signed by a key that was given out.
//!
//! What needs no secret is judged first and costs no read. A key of nobody takes the same steps as any other up to the
//! proof, with a decoy for its secret. Policies are read only for who has proved the signature, so that a stranger can
//! neither make us read them nor learn that one cannot be read. As on AWS, the answers tell a key that counts
//! (InvalidSignatureException) from one that does not (UnrecognizedClientException): ids of keys are not secret.

use domain::ids::{AccessKeyId, Region};
use flows::Services;
use flows::principals::{Signer, credentials};
use guard::sigv4::{SigV4Error, SignedRequest, SigningKey};

use super::Fault;

pub(super) async fn signer(
    services: &Services,
    signed: &SignedRequest<'_>,
    body: &[u8],
    service: &str,
) -> Result<(Region, Signer), Fault> {
    let now = services.clock.real();
    let checked = signed.check(service, body, now.secs())?;
    let id = AccessKeyId::new(signed.signed.access_key_id);
    let found = credentials::find(services, &id, signed.session_token()).await?;
    let key = SigningKey::derive(&found.secret_access_key, signed.signed.scope());
    let verified = checked.verify(&key);
    if let Err(fault) = verified {
        return Err(if found.is_of_nobody() { SigV4Error::UnrecognizedClient } else { fault }.into());
    }
    let signer = found.signer(services)?.ok_or(SigV4Error::UnrecognizedClient)?;
    if signer.expires_at().is_some_and(|end| end <= now) {
        return Err(SigV4Error::ExpiredToken.into());
    }
    Ok((Region::new(signed.signed.region), signer))
}
