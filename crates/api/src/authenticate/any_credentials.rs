//! In `poolhouse dev` any AWS credentials pass. The signature must still be one: well-formed, over everything that
//! must be signed, for this service and body, made within five minutes. An access key id of 12 digits is the
//! account, any other the default.

use domain::ids::{AccountId, Region};
use flows::Services;
use guard::sigv4::{self, SignedRequest};

use super::{Administrator, Fault, Rights};

pub(super) fn administrator(
    services: &Services,
    signed: &SignedRequest<'_>,
    body: &[u8],
    service: &str,
) -> Result<Administrator, Fault> {
    signed.check(service, body, services.clock.real().secs())?;
    let account = sigv4::account_of(signed.signed.access_key_id).unwrap_or(guard::arn::AccountId::DEFAULT);
    Ok(Administrator {
        account: AccountId::new(account.as_str()),
        region: Region::new(signed.signed.region),
        rights: Rights::All,
    })
}
