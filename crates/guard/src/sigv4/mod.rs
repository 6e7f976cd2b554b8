//! AWS Signature Version 4: reading the `Authorization` header and judging what can be judged without the
//! secret - form, scope and time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// How far a signature's time may lie from ours, in seconds.
const SKEW: i64 = 300;
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Why a request does not count as signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigV4Error {
    #[error("Missing Authentication Token")]
    MissingAuthenticationToken,
    #[error("{0}")]
    IncompleteSignature(String),
    #[error("{0}")]
    InvalidSignature(String),
}

impl SigV4Error {
    /// The name AWS gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature(_) => "IncompleteSignatureException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
        }
    }
}

/// A signature's parts, as the request states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    pub access_key_id: &'a str,
    /// `YYYYMMDD`.
    pub date: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    /// Lower-case names in the order given.
    pub signed_headers: Vec<&'a str>,
    /// 64 hex digits.
    pub signature: &'a str,
    /// `x-amz-date`, `YYYYMMDD'T'HHMMSS'Z'`.
    pub timestamp: &'a str,
}

/// Reads the headers of a signed request. `header` returns the only value of a header, lower-case name.
pub fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Result<Signed<'a>, SigV4Error> {
    let authorization = header("authorization").ok_or(SigV4Error::MissingAuthenticationToken)?;
    let incomplete =
        |what: &str| SigV4Error::IncompleteSignature(format!("Authorization header requires {what}."));
    let parts = authorization
        .strip_prefix(ALGORITHM)
        .and_then(|rest| rest.strip_prefix(' '))
        .ok_or(SigV4Error::MissingAuthenticationToken)?;
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in parts.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or_else(|| incomplete("key=value pairs"))?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err(incomplete("only known parts")),
        };
        if place.replace(value).is_some() {
            return Err(incomplete("each part once"));
        }
    }
    let credential = credential.ok_or_else(|| incomplete("'Credential' parameter"))?;
    let signed_headers = signed_headers.ok_or_else(|| incomplete("'SignedHeaders' parameter"))?;
    let signature = signature.ok_or_else(|| incomplete("'Signature' parameter"))?;
    let timestamp = header("x-amz-date")
        .ok_or_else(|| incomplete("existence of either a 'X-Amz-Date' or a 'Date' header"))?;
    let scope: Vec<&str> = credential.split('/').collect();
    let [access_key_id, date, region, service, "aws4_request"] = scope[..] else {
        return Err(SigV4Error::IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements.".into(),
        ));
    };
    let signed = Signed {
        access_key_id,
        date,
        region,
        service,
        signed_headers: signed_headers.split(';').collect(),
        signature,
        timestamp,
    };
    if signature.len() != 64 || !signature.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Err(incomplete("a signature of 64 hexadecimal digits"));
    }
    if access_key_id.is_empty() {
        return Err(incomplete("an access key id"));
    }
    for required in ["host", "x-amz-date"] {
        if !signed.signed_headers.contains(&required) {
            return Err(SigV4Error::InvalidSignature(format!("'{required}' must be a signed header.")));
        }
    }
    Ok(signed)
}

impl Signed<'_> {
    /// Checks that the scope is for `service`, in a well-formed region, on the day of the timestamp.
    pub fn check_scope(&self, service: &str) -> Result<(), SigV4Error> {
        if self.service != service {
            return Err(SigV4Error::InvalidSignature(format!(
                "Credential should be scoped to correct service: '{service}'."
            )));
        }
        if !crate::arn::is_region(self.region) {
            return Err(SigV4Error::InvalidSignature(
                "Credential should be scoped to a valid region.".into(),
            ));
        }
        if self.timestamp.get(..8) != Some(self.date) {
            return Err(SigV4Error::InvalidSignature(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}'.",
                self.date,
                self.timestamp.get(..8).unwrap_or_default()
            )));
        }
        Ok(())
    }

    /// Checks that the signature was made within five minutes of `now` (epoch seconds, the machine's clock).
    pub fn check_time(&self, now: i64) -> Result<(), SigV4Error> {
        let signed_at = parse_timestamp(self.timestamp).ok_or_else(|| {
            SigV4Error::IncompleteSignature("Date must be in ISO-8601 'basic format'.".into())
        })?;
        let shown = |at: i64| {
            Timestamp::from_second(at).map(|t| t.strftime("%Y%m%dT%H%M%SZ").to_string()).unwrap_or_default()
        };
        if signed_at < now - SKEW {
            return Err(SigV4Error::InvalidSignature(format!(
                "Signature expired: {} is now earlier than {} ({} - 5 min.)",
                self.timestamp,
                shown(now - SKEW),
                shown(now)
            )));
        }
        if signed_at > now + SKEW {
            return Err(SigV4Error::InvalidSignature(format!(
                "Signature not yet current: {} is still later than {} ({} + 5 min.)",
                self.timestamp,
                shown(now + SKEW),
                shown(now)
            )));
        }
        Ok(())
    }
}

fn parse_timestamp(text: &str) -> Option<i64> {
    if text.len() != 16 {
        return None;
    }
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "AWS4-HMAC-SHA256 Credential=123456789012/20261124/eu-west-1/cognito-idp/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date, \
        Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const DATE: &str = "20261124T120000Z";
    const NOW: i64 = 1_795_521_600;

    fn read_both<'a>(authorization: &'a str, date: &'a str) -> Result<Signed<'a>, SigV4Error> {
        read(move |name| match name {
            "authorization" => Some(authorization),
            "x-amz-date" => Some(date),
            _ => None,
        })
    }

    #[test]
    fn a_well_formed_signature_is_read() {
        let signed = read_both(GOOD, DATE).unwrap();
        assert_eq!((signed.access_key_id, signed.region), ("123456789012", "eu-west-1"));
        assert_eq!(signed.check_scope("cognito-idp"), Ok(()));
        assert_eq!(signed.check_time(NOW), Ok(()));
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        assert_eq!(read(|_| None), Err(SigV4Error::MissingAuthenticationToken));
        assert_eq!(read_both("Bearer x", DATE), Err(SigV4Error::MissingAuthenticationToken));
        for (from, to) in [
            ("Credential=", "Credentials="),
            ("Signature=0", "Signature="),
            ("Signature=0", "Signature=G"),
            ("/aws4_request", ""),
            ("Credential=123456789012/", "Credential=/"),
            ("SignedHeaders=", "Signature="),
        ] {
            assert!(
                matches!(
                    read_both(&GOOD.replacen(from, to, 1), DATE),
                    Err(SigV4Error::IncompleteSignature(_))
                ),
                "{from}"
            );
        }
        assert!(matches!(read_both(&GOOD.replace("host;", ""), DATE), Err(SigV4Error::InvalidSignature(_))));
        assert!(read(|name| (name == "authorization").then_some(GOOD)).is_err());
    }

    #[test]
    fn scope_and_time_must_fit() {
        let signed = read_both(GOOD, DATE).unwrap();
        assert!(signed.check_scope("wafv2").is_err());
        assert!(read_both(GOOD, "20261123T120000Z").unwrap().check_scope("cognito-idp").is_err());
        let odd = GOOD.replace("eu-west-1", "eu_west");
        assert!(read_both(&odd, DATE).unwrap().check_scope("cognito-idp").is_err());
        for (offset, fits) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(signed.check_time(NOW + offset).is_ok(), fits, "{offset}");
        }
        for bad in ["", "2026-11-24T12:00:00Z", "20261124T120000", "20261324T120000Z"] {
            assert!(read_both(GOOD, bad).unwrap().check_time(NOW).is_err(), "{bad}");
        }
    }
}
