//! Writing answers: XML 1.0 of a few elements.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use super::Answer;
use super::error::StsError;
use crate::protocol::cors;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// An element of an answer.
pub(super) enum Element {
    Text(&'static str, String),
    Parent(&'static str, Vec<Element>),
}

impl Element {
    pub(super) fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self::Text(name, text.into())
    }

    fn write(&self, out: &mut String) {
        let (Self::Text(name, _) | Self::Parent(name, _)) = self;
        out.push_str(&format!("<{name}>"));
        match self {
            Self::Text(_, text) => escape(text, out),
            Self::Parent(_, children) => children.iter().for_each(|child| child.write(out)),
        }
        out.push_str(&format!("</{name}>"));
    }
}

/// Text as XML holds it; what XML cannot hold becomes U+FFFD.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

/// The HTTP answer to a request of id `request_id`.
pub(super) fn respond(request_id: &str, outcome: Result<Answer, StsError>) -> Response<Bytes> {
    let mut xml = String::with_capacity(1024);
    let id = Element::text("RequestId", request_id);
    let status = match outcome {
        Ok((action, result)) => {
            xml.push_str(&format!("<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>"));
            result.iter().for_each(|element| element.write(&mut xml));
            xml.push_str(&format!("</{action}Result>"));
            Element::Parent("ResponseMetadata", vec![id]).write(&mut xml);
            xml.push_str(&format!("</{action}Response>"));
            200
        }
        Err(StsError { status, code, message }) => {
            let fault = if status < 500 { "Sender" } else { "Receiver" };
            xml.push_str(&format!("<ErrorResponse xmlns=\"{NAMESPACE}\">"));
            let error = vec![
                Element::text("Type", fault),
                Element::text("Code", code),
                Element::text("Message", message),
            ];
            Element::Parent("Error", error).write(&mut xml);
            id.write(&mut xml);
            xml.push_str("</ErrorResponse>");
            status
        }
    };
    let mut response = Response::new(Bytes::from(xml));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    cors::allow(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_element() {
        let mut out = String::new();
        Element::text("A", "</A><B>&\"'\0\r\u{ffff}é").write(&mut out);
        assert_eq!(out, "<A>&lt;/A&gt;&lt;B&gt;&amp;&quot;&apos;\u{fffd}&#13;\u{fffd}é</A>");
    }
}
