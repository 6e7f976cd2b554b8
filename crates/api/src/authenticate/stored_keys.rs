//! In `poolhouse serve` a request is signed by a key that was given out.
//!
//! What needs no secret is judged first and costs no read. A key of nobody takes the same steps as any other, with a
//! decoy for its secret, so that neither answer nor time says which keys there are.

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
    let signer = found.signer.ok_or(SigV4Error::UnrecognizedClient)?;
    verified?;
    if signer.expires_at().is_some_and(|end| end <= now) {
        return Err(SigV4Error::ExpiredToken.into());
    }
    Ok((Region::new(signed.signed.region), signer))
}
