//! The inbox: every message the server would have sent, for programs as JSON and for people as a page.

use std::sync::Arc;

use askama::Template;
use bytes::Bytes;
use flows::Services;
use http::header::ACCEPT;
use http::{HeaderMap, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use storage::outbox::{self, Queued};

use crate::reply;

/// Messages shown at most.
const LIMIT: i64 = 1000;

/// A message, every member present. `at` is RFC 3339 in UTC, `medium` `email` or `sms`.
#[derive(Debug, Serialize)]
struct Message {
    at: String,
    to: String,
    medium: &'static str,
    purpose: &'static str,
    code: Option<String>,
    link: Option<String>,
    subject: Option<String>,
    text: String,
    html: Option<String>,
    pool_id: String,
    username: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page<'a> {
    messages: &'a [Message],
    to: Option<&'a str>,
}

/// `GET /_poolhouse/inbox?to=ADDRESS`, newest first.
pub(crate) async fn show(services: &Arc<Services>, headers: &HeaderMap, query: &str) -> Response<Bytes> {
    let to = match recipient(query) {
        Ok(to) => to,
        Err(()) => return reply::error(StatusCode::BAD_REQUEST, "The only parameter is `to`."),
    };
    let queued = match outbox::recent(&services.db, to.as_deref(), LIMIT).await {
        Ok(queued) => queued,
        Err(error) => {
            tracing::error!(%error, "inbox");
            return reply::error(StatusCode::INTERNAL_SERVER_ERROR, "The inbox cannot be read; see the log.");
        }
    };
    let messages: Vec<Message> = queued.into_iter().map(message).collect();
    let wants_page =
        headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.contains("text/html"));
    if wants_page {
        let page = Page { messages: &messages, to: to.as_deref() };
        return reply::typed("text/html; charset=utf-8", page.render().unwrap_or_default());
    }
    reply::typed("application/json", serde_json::to_string(&messages).unwrap_or_default())
}

/// The `to` parameter. A `+` stands for itself: phone numbers begin with one.
fn recipient(query: &str) -> Result<Option<String>, ()> {
    let mut to = None;
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let ("to", value) = pair.split_once('=').unwrap_or((pair, "")) else { return Err(()) };
        to = Some(percent_decode_str(value).decode_utf8().map_err(|_| ())?.into_owned())
            .filter(|t| !t.is_empty());
    }
    Ok(to)
}

fn message(queued: Queued) -> Message {
    let content = queued.message.content;
    let at = jiff::Timestamp::from_millisecond(queued.created_at.millis()).map(|t| t.to_string());
    Message {
        at: at.unwrap_or_default(),
        to: queued.message.recipient,
        medium: queued.message.medium.as_str(),
        purpose: content.purpose.as_str(),
        code: content.code,
        link: content.link,
        subject: content.subject,
        text: content.text,
        html: content.html,
        pool_id: queued.pool_id.into_string(),
        username: content.username,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_read_from_the_query() {
        assert_eq!(recipient(""), Ok(None));
        assert_eq!(recipient("to=a%40b.c"), Ok(Some("a@b.c".into())));
        assert_eq!(recipient("to=+49301"), Ok(Some("+49301".into())));
        assert_eq!(recipient("to=%ff"), Err(()));
        assert_eq!(recipient("from=x"), Err(()));
    }
}
