//! Who signs an administrative call.

use domain::ids::{AccountId, Region};
use domain::time::Time;
use guard::sigv4::{self, SigV4Error};
use http::{HeaderMap, StatusCode};

use crate::errors::ApiError;

/// An administrator: the account its credentials are of, and the region it asks for.
#[derive(Clone, Debug)]
pub struct Administrator {
    pub account: AccountId,
    pub region: Region,
}

/// In `poolhouse dev` any AWS credentials pass. The signature must still be one: well-formed, for this
/// service, made within five minutes. An access key id of 12 digits is the account, any other the default.
pub fn any_credentials(
    headers: &HeaderMap,
    service: &str,
    real_now: Time,
) -> Result<Administrator, ApiError> {
    let header = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    };
    let signed = sigv4::read(header)
        .and_then(|signed| signed.check_scope(service).map(|()| signed))
        .and_then(|signed| signed.check_time(real_now.secs()).map(|()| signed))
        .map_err(refused)?;
    let account =
        if guard::arn::is_account_id(signed.access_key_id) { signed.access_key_id } else { "000000000000" };
    Ok(Administrator { account: AccountId::new(account), region: Region::new(signed.region) })
}

fn refused(error: SigV4Error) -> ApiError {
    ApiError::named(StatusCode::BAD_REQUEST, error.type_name(), error.to_string())
}
