//! A signed request as a whole: what its signature covers, and whether it fits.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::canonical::{self, Header, Parameter};
use super::signed::{self, Signed};
use super::{ALGORITHM, SigV4Error, SigningKey};

const TOKEN: &str = "x-amz-security-token";
const TOKEN_PARAMETER: &[u8] = b"X-Amz-Security-Token";

/// A request with a well-formed signature that covers `host` and every `x-amz-*` header. Nothing is verified.
pub struct SignedRequest<'a> {
    pub signed: Signed<'a>,
    method: &'a str,
    path: &'a str,
    query: Vec<Parameter<'a>>,
    headers: Vec<Header<'a>>,
    session_token: Option<Cow<'a, str>>,
}

/// Reads a request: method, path and query as they stand on the request line, and all headers, in order; names
/// in any case. HTTP/2 callers pass `:authority` as `host`.
/// The signature is in the `Authorization` header or, presigned, in the query.
pub fn parse<'a>(
    method: &'a str,
    path: &'a str,
    raw_query: &'a str,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<SignedRequest<'a>, SigV4Error> {
    let headers: Vec<Header<'a>> = headers.into_iter().collect();
    let query = canonical::parameters(raw_query);
    let authorization = only(&headers, "authorization")?;
    let (signed, session_token) = match (authorization, signed::is_presigned(&query)) {
        (None, false) => return Err(SigV4Error::MissingAuthenticationToken),
        (Some(_), true) => {
            return Err(SigV4Error::incomplete(
                "A request is signed by its Authorization header or by its query string, not by both.",
            ));
        }
        (Some(_), false) => {
            let date = only(&headers, "x-amz-date")?;
            let signed = signed::read(|name| if name == "x-amz-date" { date } else { authorization })?;
            (signed, only(&headers, TOKEN)?.map(Cow::Borrowed))
        }
        (None, true) => (signed::read_query(&query)?, token_parameter(&query, &headers)?),
    };
    only(&headers, "host")?;
    for (name, _) in &headers {
        let name = name.to_ascii_lowercase();
        if name.starts_with("x-amz-") {
            signed.must_sign(&name)?;
        }
    }
    for name in &signed.signed_headers {
        if canonical::values(&headers, name).next().is_none() {
            return Err(SigV4Error::invalid(format!("The request lacks its signed header '{name}'.")));
        }
    }
    Ok(SignedRequest { signed, method, path, query, headers, session_token })
}

/// The only value of a header, in printable ASCII.
fn only<'a>(headers: &[Header<'a>], name: &str) -> Result<Option<&'a str>, SigV4Error> {
    let mut values = canonical::values(headers, name);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(SigV4Error::incomplete(format!("The request holds the header '{name}' twice.")));
    }
    let printable = |text: &&str| text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    match std::str::from_utf8(value).ok().map(|text| text.trim_matches([' ', '\t'])).filter(printable) {
        Some(text) => Ok(Some(text)),
        None => Err(SigV4Error::incomplete(format!("The header '{name}' is not printable ASCII."))),
    }
}

/// The session token of a presigned request, which stands in the query only.
fn token_parameter<'a>(
    query: &[Parameter<'a>],
    headers: &[Header<'a>],
) -> Result<Option<Cow<'a, str>>, SigV4Error> {
    let mut values = query.iter().filter(|p| *p.name == *TOKEN_PARAMETER);
    let token = values.next().map(|p| canonical::decode(p.value));
    if values.next().is_some() || only(headers, TOKEN)?.is_some() {
        return Err(SigV4Error::incomplete("The request holds a security token twice, or in a header."));
    }
    let Some(token) = token else { return Ok(None) };
    let token = String::from_utf8(token.into_owned())
        .map_err(|_| SigV4Error::incomplete("X-Amz-Security-Token is not text."))?;
    Ok(Some(Cow::Owned(token)))
}

impl<'a> SignedRequest<'a> {
    /// `x-amz-security-token`: to be checked by the caller against the access key id.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// Judges all that needs no secret: the scope is for `service` and fits the timestamp, `now` (epoch
    /// seconds) is within the signature's time, and a hash of the body that the request states is right.
    pub fn check(&self, service: &str, body: &[u8], now: i64) -> Result<Checked<'_, 'a>, SigV4Error> {
        self.signed.check_scope(service)?;
        self.signed.check_time(now)?;
        let payload_hash = HEXLOWER.encode(digest(&SHA256, body).as_ref());
        if let Some(stated) = only(&self.headers, "x-amz-content-sha256")? {
            if stated == "UNSIGNED-PAYLOAD" || stated.starts_with("STREAMING-") {
                return Err(SigV4Error::invalid("The signature must cover the body: x-amz-content-sha256."));
            }
            if stated != payload_hash {
                return Err(SigV4Error::invalid(
                    "The value of x-amz-content-sha256 is not the SHA-256 of the body.",
                ));
            }
        }
        Ok(Checked { request: self, payload_hash })
    }
}

/// A request of which only the signature itself is still to be compared.
pub struct Checked<'r, 'a> {
    request: &'r SignedRequest<'a>,
    payload_hash: String,
}

impl Checked<'_, '_> {
    /// Compares the signature with the one `key` makes. The key is derived for the request's
    /// [`scope`](Signed::scope); another makes another signature.
    pub fn verify(&self, key: &SigningKey) -> Result<(), SigV4Error> {
        let SignedRequest { signed, method, path, query, headers, .. } = self.request;
        let canonical =
            canonical::request(method, path, query, headers, &signed.signed_headers, &self.payload_hash);
        let hash = HEXLOWER.encode(digest(&SHA256, &canonical).as_ref());
        let text = format!("{ALGORITHM}\n{}\n{}\n{hash}", signed.timestamp, signed.scope());
        if key.signed(text.as_bytes(), &signed.signature) { Ok(()) } else { Err(SigV4Error::mismatch()) }
    }
}

/// Checks everything: `request` was signed for `service` with this secret, within its time (`now` in epoch
/// seconds), over exactly these parts and this body. For callers that keep no derived keys.
pub fn verify(
    request: &SignedRequest<'_>,
    secret_access_key: &str,
    service: &str,
    body: &[u8],
    now: i64,
) -> Result<(), SigV4Error> {
    let checked = request.check(service, body, now)?;
    checked.verify(&SigningKey::derive(secret_access_key, request.signed.scope()))
}

/// Leaves out query and headers, which carry the signature and the session token.
impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("signed", &self.signed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Checked<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Checked").field(self.request).finish()
    }
}
