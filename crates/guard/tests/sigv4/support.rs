//! Requests, signed by the AWS SDK's signer.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use guard::sigv4::{SigV4Error, SignedRequest, parse, verify};

pub const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 20261124T120000Z.
pub const NOW: i64 = 1_795_521_600;
pub const SERVICE: &str = "cognito-idp";

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// What a test may want signed otherwise.
#[derive(Clone, Debug)]
pub struct Signer {
    pub secret: String,
    pub region: String,
    pub service: String,
    pub at: i64,
    pub token: Option<String>,
    /// Sign in the query, valid for so many seconds.
    pub presign: Option<u64>,
    /// Send the hash of the body in a header.
    pub hash_header: bool,
}

impl Default for Signer {
    fn default() -> Self {
        Self {
            secret: SECRET.into(),
            region: "eu-west-1".into(),
            service: SERVICE.into(),
            at: NOW,
            token: None,
            presign: None,
            hash_header: false,
        }
    }
}

impl Signer {
    pub fn sign(&self, mut request: Request) -> Request {
        let mut settings = SigningSettings::default();
        if let Some(seconds) = self.presign {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds));
        }
        if self.hash_header {
            settings.payload_checksum_kind = aws_sigv4::http_request::PayloadChecksumKind::XAmzSha256;
        }
        let credentials = Credentials::new(KEY, &self.secret, self.token.clone(), None, "test").into();
        let params = SigningParams::builder()
            .identity(&credentials)
            .region(&self.region)
            .name(&self.service)
            .time(UNIX_EPOCH + Duration::from_secs(self.at.try_into().unwrap()))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("http://localhost:9229{}?{}", request.path, request.query);
        let headers = request.headers.iter().map(|(n, v)| (n.as_str(), std::str::from_utf8(v).unwrap()));
        let signable =
            SignableRequest::new(&request.method, &uri, headers, SignableBody::Bytes(&request.body)).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (headers, params) = instructions.into_parts();
        for header in headers {
            request.headers.push((header.name().into(), header.value().into()));
        }
        for (name, value) in params {
            if !request.query.is_empty() {
                request.query.push('&');
            }
            let encoded: String = value.bytes().map(encode).collect();
            request.query.push_str(&format!("{name}={encoded}"));
        }
        request
    }
}

fn encode(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).into()
    } else {
        format!("%{byte:02X}")
    }
}

impl Request {
    /// ListUserPools, as SDKs send it.
    pub fn list_user_pools() -> Self {
        Self {
            method: "POST".into(),
            path: "/".into(),
            query: String::new(),
            headers: [
                ("host", "localhost:9229"),
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools"),
            ]
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into(),
            body: b"{\"MaxResults\":1}".into(),
        }
    }

    pub fn parse(&self) -> Result<SignedRequest<'_>, SigV4Error> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        parse(&self.method, &self.path, &self.query, headers)
    }

    /// Parses and verifies with the usual key, service and time.
    pub fn verify(&self) -> Result<(), SigV4Error> {
        self.verify_as(SECRET, SERVICE, NOW)
    }

    pub fn verify_as(&self, secret: &str, service: &str, now: i64) -> Result<(), SigV4Error> {
        verify(&self.parse()?, secret, service, &self.body, now)
    }

    /// The value of a header to be altered.
    pub fn header(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.headers.iter_mut().find(|(n, _)| n == name).unwrap().1
    }

    pub fn without(mut self, name: &str) -> Self {
        let before = self.headers.len();
        self.headers.retain(|(n, _)| n != name);
        assert_ne!(self.headers.len(), before);
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The request with a text in one of its headers replaced.
    pub fn replaced(mut self, name: &str, from: &str, to: &str) -> Self {
        let value = self.header(name);
        let text = std::str::from_utf8(value).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        *value = text.replacen(from, to, 1).into();
        self
    }
}
