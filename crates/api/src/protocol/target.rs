//! `X-Amz-Target: <service prefix>.<Operation>` and the content type that goes with it.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::errors::ApiError;

/// The operation a request names, in one of the JSON services spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    CognitoIdp(wire::cognito_idp::Operation),
    CognitoIdentity(wire::cognito_identity::Operation),
    Wafv2(wire::wafv2::Operation),
}

impl Target {
    /// Reads the target. Unknown services and operations, a missing or repeated header and a body that is
    /// not declared as JSON are all an `UnknownOperationException`: none of them names an operation.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut values = headers.get_all("x-amz-target").iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(ApiError::unknown_operation());
        };
        if !is_json(headers) {
            return Err(ApiError::unknown_operation());
        }
        value
            .to_str()
            .ok()
            .and_then(|text| text.split_once('.'))
            .and_then(|(service, operation)| Self::named(service, operation))
            .ok_or_else(ApiError::unknown_operation)
    }

    fn named(service: &str, operation: &str) -> Option<Self> {
        match service {
            wire::cognito_idp::TARGET_PREFIX => {
                wire::cognito_idp::Operation::from_name(operation).map(Self::CognitoIdp)
            }
            wire::cognito_identity::TARGET_PREFIX => {
                wire::cognito_identity::Operation::from_name(operation).map(Self::CognitoIdentity)
            }
            wire::wafv2::TARGET_PREFIX => wire::wafv2::Operation::from_name(operation).map(Self::Wafv2),
            _ => None,
        }
    }
}

/// `application/x-amz-json-1.1` and, leniently, 1.0 and plain `application/json`, with any parameters. The
/// types that a browser sends to another origin without asking first are not among them.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim();
    ["application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json"]
        .iter()
        .any(|accepted| essence.eq_ignore_ascii_case(accepted))
}
