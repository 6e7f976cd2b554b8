//! Writing answers: success as the output shape, refusals as `{"__type", "message"}` with AWS's headers.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use crate::errors::ApiError;
use crate::protocol::cors;

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// The HTTP answer to a request of id `request_id`.
pub fn respond(request_id: &str, outcome: Result<Bytes, ApiError>) -> Response<Bytes> {
    let mut response = match outcome {
        Ok(body) => Response::new(body),
        Err(error) => refuse(error),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    cors::allow(headers);
    response
}

fn refuse(error: ApiError) -> Response<Bytes> {
    let mut body = serde_json::Map::new();
    body.insert("__type".into(), error.kind.into());
    if let Some(message) = &error.message {
        let member = if error.capital_message { "Message" } else { "message" };
        body.insert(member.into(), message.as_str().into());
    }
    let text = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = error.status;
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&format!("{}:", error.kind)) {
        headers.insert("x-amzn-errortype", kind);
    }
    if let Some(message) = error.message.as_deref().and_then(latin1) {
        headers.insert("x-amzn-errormessage", message);
    }
    response
}

/// The text as a header value: Latin-1, anything else as `?`, control characters as spaces.
fn latin1(text: &str) -> Option<HeaderValue> {
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| match u32::from(c) {
            0x20..=0x7e | 0xa0..=0xff => u8::try_from(u32::from(c)).unwrap_or(b'?'),
            0..=0x1f | 0x7f..=0x9f => b' ',
            _ => b'?',
        })
        .collect();
    HeaderValue::from_bytes(&bytes).ok()
}

/// An answer to a request that never reached an operation.
pub fn plain(request_id: &str, status: StatusCode, kind: &'static str, message: &str) -> Response<Bytes> {
    respond(request_id, Err(ApiError::named(status, kind, message)))
}
