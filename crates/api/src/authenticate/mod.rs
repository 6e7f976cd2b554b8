//! Who signs an administrative call: the one seam between requests and credentials.

mod any_credentials;
mod stored_keys;

use domain::ids::{AccountId, Region};
use flows::Services;
use flows::principals::Signer;
use guard::sigv4::{self, SigV4Error, SignedRequest};
use http::StatusCode;
use http::request::Parts;

use crate::errors::ApiError;

/// An administrator: the account its credentials are of, and the region it asks for.
#[derive(Clone, Debug)]
pub struct Administrator {
    pub account: AccountId,
    pub region: Region,
    pub rights: Rights,
}

/// What an administrator may do.
#[derive(Clone, Debug)]
pub enum Rights {
    /// Everything in its account: inside the program, and in `poolhouse dev`.
    All,
    /// What the policies of whoever signed allow.
    Of(Box<Signature>),
}

/// A verified signature, with what policies may ask about the request that carried it.
#[derive(Clone, Debug)]
pub struct Signature {
    pub signer: Signer,
    /// Whether the request came over TLS.
    pub secure_transport: bool,
}

/// Put into a request's extensions by the listener: it came over TLS, to us or to a proxy that we trust.
#[derive(Clone, Copy, Debug)]
pub struct SecureTransport;

/// Whose signatures count.
#[derive(Clone, Copy, Debug)]
pub enum Authenticator {
    /// Everyone's: `poolhouse dev`.
    AnyCredentials,
    /// Those of keys that were given out: `poolhouse serve`.
    StoredKeys,
}

impl Authenticator {
    /// Who signed the request, for this service and at this time.
    pub async fn administrator(
        self,
        services: &Services,
        request: &Parts,
        body: &[u8],
        service: &str,
    ) -> Result<Administrator, Fault> {
        let signed = read(request)?;
        match self {
            Self::AnyCredentials => any_credentials::administrator(services, &signed, body, service),
            Self::StoredKeys => {
                let secure_transport = request.extensions.get::<SecureTransport>().is_some();
                let (region, signer) = stored_keys::signer(services, &signed, body, service).await?;
                let account = signer.account().clone();
                let rights = Rights::Of(Box::new(Signature { signer, secure_transport }));
                Ok(Administrator { account, region, rights })
            }
        }
    }
}

fn read(request: &Parts) -> Result<SignedRequest<'_>, SigV4Error> {
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let query = request.uri.query().unwrap_or_default();
    sigv4::parse(request.method.as_str(), request.uri.path(), query, headers)
}

/// Why a request does not count as an administrator's.
#[derive(Debug)]
pub enum Fault {
    Signature(SigV4Error),
    /// Ours: the store did not answer, or not sensibly.
    Failed(domain::Error),
}

impl From<SigV4Error> for Fault {
    fn from(error: SigV4Error) -> Self {
        Self::Signature(error)
    }
}

impl From<domain::Error> for Fault {
    fn from(error: domain::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Signature(error) => {
                ApiError::named(StatusCode::BAD_REQUEST, error.type_name(), error.message())
            }
            Fault::Failed(error) => error.into(),
        }
    }
}
