//! Answers of the controls: JSON, never readable from another origin.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) fn json(value: &Value) -> Response<Bytes> {
    typed("application/json", value.to_string())
}

pub(crate) fn typed(kind: &'static str, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn error(status: StatusCode, message: &str) -> Response<Bytes> {
    let mut response = json(&json!({ "message": message }));
    *response.status_mut() = status;
    response
}
