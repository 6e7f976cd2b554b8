//! Who signs an administrative call.

use domain::ids::{AccountId, Region};
use domain::time::Time;
use guard::sigv4::{self, SigV4Error};
use http::StatusCode;
use http::request::Parts;

use crate::errors::ApiError;

/// An administrator: the account its credentials are of, and the region it asks for.
#[derive(Clone, Debug)]
pub struct Administrator {
    pub account: AccountId,
    pub region: Region,
}

/// Whose signatures count.
#[derive(Clone, Copy, Debug)]
pub enum Authenticator {
    /// Everyone's: `poolhouse dev`.
    AnyCredentials,
    /// Those of keys that were given out: `poolhouse serve`.
    StoredKeys,
}

impl Authenticator {
    /// Who signed the request, for this service and by this time.
    pub fn administrator(
        self,
        request: &Parts,
        body: &[u8],
        service: &str,
        real_now: Time,
    ) -> Result<Administrator, ApiError> {
        let well_formed = any_credentials(request, body, service, real_now)?;
        match self {
            Self::AnyCredentials => Ok(well_formed),
            // None were given out yet, so whatever key this is, it is nobody's.
            Self::StoredKeys => Err(refused(SigV4Error::UnrecognizedClient)),
        }
    }
}

/// In `poolhouse dev` any AWS credentials pass. The signature must still be one: well-formed, over everything
/// that must be signed, for this service and body, made within five minutes. An access key id of 12 digits is
/// the account, any other the default.
fn any_credentials(
    request: &Parts,
    body: &[u8],
    service: &str,
    real_now: Time,
) -> Result<Administrator, ApiError> {
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let query = request.uri.query().unwrap_or_default();
    let signed =
        sigv4::parse(request.method.as_str(), request.uri.path(), query, headers).map_err(refused)?;
    signed.check(service, body, real_now.secs()).map_err(refused)?;
    let account = sigv4::account_of(signed.signed.access_key_id).unwrap_or(guard::arn::AccountId::DEFAULT);
    Ok(Administrator { account: AccountId::new(account.as_str()), region: Region::new(signed.signed.region) })
}

fn refused(error: SigV4Error) -> ApiError {
    ApiError::named(StatusCode::BAD_REQUEST, error.type_name(), error.message())
}
