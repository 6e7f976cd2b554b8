//! One connection: HTTP/1.1, in TLS or plain, with bounded headers, bodies and waiting.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;

use api::authenticate::SecureTransport;
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Shared, Surface, text};

/// Headers of a request, by number.
const HEADERS: usize = 100;

/// Serves the connection of a peer until one side ends it.
pub(super) async fn run<S: Surface>(
    stream: TcpStream,
    peer: IpAddr,
    shared: &Arc<Shared<S>>,
    watcher: Watcher,
) {
    let ended = match &shared.tls {
        None => watcher.watch(http(stream, peer, shared)).await,
        Some(tls) => match timeout(shared.limits.header_patience, tls.accept(stream)).await {
            Ok(Ok(stream)) => watcher.watch(http(stream, peer, shared)).await,
            // Not TLS, or a client that does not trust us.
            _ => Ok(()),
        },
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection");
    }
}

fn http<S: Surface>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: IpAddr,
    shared: &Arc<Shared<S>>,
) -> impl GracefulConnection<Error = hyper::Error> + Send {
    let service = {
        let shared = shared.clone();
        service_fn(move |request| {
            let shared = shared.clone();
            async move { Ok::<_, Infallible>(answer(&shared, request, peer).await.map(Full::new)) }
        })
    };
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.header_patience)
        .max_headers(HEADERS)
        .max_buf_size(shared.limits.header_bytes)
        .serve_connection(TokioIo::new(stream), service)
}

async fn answer<S: Surface>(shared: &Shared<S>, request: Request<Incoming>, peer: IpAddr) -> Response<Bytes> {
    let (mut parts, body) = request.into_parts();
    let most = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
    if most.is_some_and(|bytes| bytes > api::MAX_BODY + 1) {
        return too_large();
    }
    let Some(_room) = shared.gate.room(most.unwrap_or(api::MAX_BODY + 1)) else { return busy() };
    // One byte more than the API takes, so that it can say itself that a body is too large.
    let body = pin!(Limited::new(body, api::MAX_BODY + 1).collect());
    match timeout(shared.limits.body_patience, body).await {
        Ok(Ok(body)) => {
            let client = shared.gate.client(peer, &parts.headers);
            if shared.tls.is_some() || shared.gate.is_encrypted(peer, &parts.headers) {
                parts.extensions.insert(SecureTransport);
            }
            shared.surface.route(parts, body.to_bytes(), client).await
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => too_large(),
        Ok(Err(_)) => text(StatusCode::BAD_REQUEST, "The request body cannot be read."),
        Err(_) => text(StatusCode::REQUEST_TIMEOUT, "The request body took too long."),
    }
}

fn too_large() -> Response<Bytes> {
    text(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.")
}

/// As every AWS SDK takes it: it tries again.
fn busy() -> Response<Bytes> {
    let mut response = text(StatusCode::SERVICE_UNAVAILABLE, "Too many request bodies are under way.");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
