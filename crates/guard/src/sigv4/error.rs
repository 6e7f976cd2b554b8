//! What AWS calls a request whose signature does not do.

/// Why a request does not count as signed. The list is closed: the common errors of the JSON services.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigV4Error {
    #[error("Missing Authentication Token")]
    MissingAuthenticationToken,
    /// Malformed: a part is missing, stands twice or cannot be read.
    #[error("{0}")]
    IncompleteSignature(String),
    /// Nobody's access key id, or a session token that is not its own. For the caller, who knows the keys.
    #[error("The security token included in the request is invalid.")]
    UnrecognizedClient,
    /// Well-formed, and wrong: signature, scope, time, body or what it covers.
    #[error("{0}")]
    InvalidSignature(String),
    /// A session token past its end. For the caller, who knows the sessions.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
}

impl SigV4Error {
    /// The name AWS gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature(_) => "IncompleteSignatureException",
            Self::UnrecognizedClient => "UnrecognizedClientException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
            Self::ExpiredToken => "ExpiredTokenException",
        }
    }

    /// AWS's text. Holds no secret, and of the request only characters of printable ASCII.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// The HTTP status: JSON services answer all of these with 400.
    pub fn status(&self) -> u16 {
        400
    }

    /// The code and HTTP status by which the query services (STS) answer it.
    pub fn query(&self) -> (&'static str, u16) {
        match self {
            Self::MissingAuthenticationToken => ("MissingAuthenticationToken", 403),
            Self::IncompleteSignature(_) => ("IncompleteSignature", 400),
            Self::UnrecognizedClient => ("InvalidClientTokenId", 403),
            Self::InvalidSignature(_) => ("SignatureDoesNotMatch", 403),
            Self::ExpiredToken => ("ExpiredToken", 403),
        }
    }

    pub(super) fn incomplete(text: impl Into<String>) -> Self {
        Self::IncompleteSignature(text.into())
    }

    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::InvalidSignature(text.into())
    }

    pub(super) fn mismatch() -> Self {
        Self::invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details.",
        )
    }
}
