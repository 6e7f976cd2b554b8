//! What came back, with the assertions that tests make most.

use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::Value;

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Reply {
    pub(crate) fn new(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Asserts a refusal with status 400 of this type and exact message.
    #[track_caller]
    pub fn refused(self, kind: &str, message: &str) {
        assert_eq!(
            (self.status, self.body["__type"].as_str(), self.body["message"].as_str()),
            (400, Some(kind), Some(message)),
            "{}",
            self.body
        );
    }

    /// The text of an element of an answer in XML.
    pub fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    }

    /// Asserts an error of the query protocol.
    #[track_caller]
    pub fn refused_xml(self, status: u16, code: &str, message: &str) {
        assert_eq!(
            (self.status, self.element("Code"), self.element("Message")),
            (status, Some(code), Some(message)),
            "{}",
            self.text
        );
        assert_eq!(self.headers["content-type"], "text/xml");
    }

    /// Asserts a refusal with status 400 of this type.
    #[track_caller]
    pub fn refused_as(self, kind: &str) {
        assert_eq!((self.status, self.body["__type"].as_str()), (400, Some(kind)), "{}", self.body);
    }
}
