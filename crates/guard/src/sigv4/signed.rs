//! What a request states of its own signature, and what can be judged of it without the secret.

use std::fmt;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::canonical::Parameter;
use super::{ALGORITHM, Scope, SigV4Error};
use crate::arn::AccountId;

/// How far a signature's time may lie from ours, in seconds.
const SKEW: i64 = 300;
/// The longest a presigned request may be valid, in seconds.
const LONGEST: u32 = 604_800;
/// The parameters of a presigned request, in AWS's order.
const PRESIGNED: [&str; 6] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

/// A signature's parts, as the request states them.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    /// 1 to 128 characters of printable ASCII.
    pub access_key_id: &'a str,
    /// `YYYYMMDD`.
    pub date: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    /// Lower-case names, sorted.
    pub signed_headers: Vec<&'a str>,
    /// `YYYYMMDD'T'HHMMSS'Z'`.
    pub timestamp: &'a str,
    /// How many seconds a presigned request is valid for; `None` when the signature is in a header.
    pub expires: Option<u32>,
    pub(super) signature: [u8; 32],
}

/// Reads the header form. `header` returns the only value of a header, lower-case name.
///
/// Sees no more than two headers; [`parse`](super::parse) judges a whole request.
pub fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Result<Signed<'a>, SigV4Error> {
    let authorization = header("authorization").ok_or(SigV4Error::MissingAuthenticationToken)?;
    if authorization.is_empty() {
        return Err(SigV4Error::incomplete("Authorization header cannot be empty: ''."));
    }
    let (algorithm, parts) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if algorithm != ALGORITHM {
        return Err(SigV4Error::MissingAuthenticationToken);
    }
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in parts.split(',').map(|part| part.trim_matches(' ')).filter(|_| !parts.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            SigV4Error::incomplete(
                "A part is not a valid key=value pair (missing equal-sign) in Authorization header.",
            )
        })?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err(SigV4Error::incomplete("Authorization header holds an unknown parameter.")),
        };
        if place.replace(value).is_some() {
            return Err(SigV4Error::incomplete(format!("Authorization header holds '{name}' twice.")));
        }
    }
    let timestamp = header("x-amz-date");
    let (Some(credential), Some(signature), Some(signed_headers), Some(timestamp)) =
        (credential, signature, signed_headers, timestamp)
    else {
        let missing: String = [
            (credential, "'Credential' parameter"),
            (signature, "'Signature' parameter"),
            (signed_headers, "'SignedHeaders' parameter"),
            (timestamp, "existence of a 'X-Amz-Date' header"),
        ]
        .into_iter()
        .filter(|(value, _)| value.is_none())
        .map(|(_, what)| format!("Authorization header requires {what}. "))
        .collect();
        return Err(SigV4Error::incomplete(missing.trim_end()));
    };
    let signed = Signed::new(
        credential.split('/').collect(),
        signed_headers.split(';').collect(),
        signature,
        timestamp,
        None,
    )?;
    signed.must_sign("x-amz-date")?;
    Ok(signed)
}

/// Whether a query string means to carry a signature.
pub(super) fn is_presigned(query: &[Parameter<'_>]) -> bool {
    query.iter().any(|p| PRESIGNED.iter().any(|name| *p.name == *name.as_bytes()))
}

/// Reads the presigned form.
pub(super) fn read_query<'a>(query: &[Parameter<'a>]) -> Result<Signed<'a>, SigV4Error> {
    let mut found = [None; PRESIGNED.len()];
    for (place, name) in found.iter_mut().zip(PRESIGNED) {
        let mut values = query.iter().filter(|p| *p.name == *name.as_bytes());
        *place = values.next().map(|p| p.value);
        if values.next().is_some() {
            return Err(SigV4Error::incomplete(format!("The query string holds '{name}' twice.")));
        }
    }
    let [Some(algorithm), Some(credential), Some(timestamp), Some(expires), Some(headers), Some(signature)] =
        found
    else {
        let missing: String = PRESIGNED
            .iter()
            .zip(found)
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| format!("AWS query-string parameters must include '{name}'. "))
            .collect();
        return Err(SigV4Error::incomplete(format!("{missing}Re-examine the query-string parameters.")));
    };
    if algorithm != ALGORITHM {
        return Err(SigV4Error::incomplete("Unsupported AWS 'algorithm'."));
    }
    let expires = Some(expires)
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|seconds| (1..=LONGEST).contains(seconds))
        .ok_or_else(|| SigV4Error::incomplete("X-Amz-Expires must be 1 to 604800 seconds."))?;
    Signed::new(
        split(credential, '/', ["%2F", "%2f"]),
        split(headers, ';', ["%3B", "%3b"]),
        signature,
        timestamp,
        Some(expires),
    )
}

/// Splits at a separator that may stand encoded. What it separates needs no encoding, and has none.
fn split<'a>(text: &'a str, separator: char, encoded: [&str; 2]) -> Vec<&'a str> {
    let [upper, lower] = encoded;
    text.split(separator).flat_map(|part| part.split(upper)).flat_map(|part| part.split(lower)).collect()
}

impl<'a> Signed<'a> {
    fn new(
        credential: Vec<&'a str>,
        signed_headers: Vec<&'a str>,
        signature: &str,
        timestamp: &'a str,
        expires: Option<u32>,
    ) -> Result<Self, SigV4Error> {
        let [access_key_id, date, region, service, terminator] = credential[..] else {
            return Err(SigV4Error::incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term.",
            ));
        };
        let plain = |text: &&str| {
            (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'%')
        };
        if !credential.iter().all(plain) {
            return Err(SigV4Error::incomplete("Credential must consist of printable characters."));
        }
        let token = |name: &&str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$&'*+-.^_`|~".contains(&b))
        };
        if !signed_headers.iter().all(token) || !signed_headers.is_sorted_by(|a, b| a < b) {
            return Err(SigV4Error::incomplete(
                "SignedHeaders must be lower-case header names, sorted, each once.",
            ));
        }
        let mut bytes = [0; 32];
        if signature.len() != 64 || HEXLOWER.decode_mut(signature.as_bytes(), &mut bytes).is_err() {
            return Err(SigV4Error::incomplete("Signature must be 64 lower-case hexadecimal digits."));
        }
        if seconds_of(timestamp).is_none() {
            return Err(SigV4Error::incomplete(
                "Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z.",
            ));
        }
        if terminator != "aws4_request" {
            return Err(SigV4Error::invalid(format!(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'."
            )));
        }
        let signed = Self {
            access_key_id,
            date,
            region,
            service,
            signed_headers,
            timestamp,
            expires,
            signature: bytes,
        };
        signed.must_sign("host")?;
        Ok(signed)
    }

    pub(super) fn must_sign(&self, name: &str) -> Result<(), SigV4Error> {
        if self.signed_headers.contains(&name) {
            return Ok(());
        }
        Err(SigV4Error::invalid(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")))
    }

    pub fn scope(&self) -> Scope<'a> {
        Scope { date: self.date, region: self.region, service: self.service }
    }

    /// Checks that the scope is for `service`, in a well-formed region, on the day of the timestamp.
    pub fn check_scope(&self, service: &str) -> Result<(), SigV4Error> {
        if !crate::arn::is_region(self.region) {
            return Err(SigV4Error::invalid(format!(
                "Credential should be scoped to a valid Region, not '{}'.",
                self.region
            )));
        }
        if self.service != service {
            return Err(SigV4Error::invalid(format!(
                "Credential should be scoped to correct service: '{service}'."
            )));
        }
        let day = self.timestamp.get(..8).unwrap_or_default();
        if day != self.date {
            return Err(SigV4Error::invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{}' != '{day}', from '{}'.",
                self.date, self.timestamp
            )));
        }
        Ok(())
    }

    /// Checks that the signature was made within five minutes of `now` (epoch seconds), or, presigned, that
    /// it has begun, give or take the same five minutes, and has not expired.
    pub fn check_time(&self, now: i64) -> Result<(), SigV4Error> {
        let signed_at = seconds_of(self.timestamp).ok_or_else(SigV4Error::mismatch)?;
        let earliest = now.saturating_sub(self.expires.map_or(SKEW, i64::from));
        let latest = now.saturating_add(SKEW);
        if signed_at < earliest {
            let span = self.expires.map_or_else(|| "5 min.".to_owned(), |seconds| format!("{seconds} sec."));
            return Err(SigV4Error::invalid(format!(
                "Signature expired: {} is now earlier than {} ({} - {span})",
                self.timestamp,
                shown(earliest),
                shown(now),
            )));
        }
        if signed_at > latest {
            return Err(SigV4Error::invalid(format!(
                "Signature not yet current: {} is still later than {} ({} + 5 min.)",
                self.timestamp,
                shown(latest),
                shown(now),
            )));
        }
        Ok(())
    }
}

/// The account an access key id selects where any credentials pass: the id itself when it is 12 digits.
pub fn account_of(access_key_id: &str) -> Option<AccountId<'_>> {
    AccountId::parse(access_key_id).ok()
}

/// Epoch seconds of `YYYYMMDD'T'HHMMSS'Z'`.
fn seconds_of(text: &str) -> Option<i64> {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let [date @ .., b'T', _, _, _, _, _, _, b'Z'] = text.as_bytes() else { return None };
    if date.len() != 8 || !digits(date) || !digits(&text.as_bytes()[9..15]) {
        return None;
    }
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

fn shown(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
        .unwrap_or_default()
}

/// Leaves out the signature, which could be sent again while it is valid.
impl fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope())
            .field("signed_headers", &self.signed_headers)
            .field("timestamp", &self.timestamp)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
