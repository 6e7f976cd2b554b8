//! Connections: HTTP/1.1 with bounded headers, bodies and waiting, ended gracefully.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::router::{Router, text};

/// Connections at a time; further ones wait in the kernel's queue.
const CONNECTIONS: usize = 4096;
/// A client has this long to send its headers, and again its body.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests under way have this long to end at shutdown.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until the process is asked to end.
pub async fn serve(listeners: Vec<TcpListener>, router: Arc<Router>, tls: Option<TlsAcceptor>) {
    let (stop, stopping) = watch::channel(false);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let tasks: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            tokio::spawn(accept(listener, router.clone(), tls.clone(), places.clone(), stopping.clone()))
        })
        .collect();
    asked_to_end().await;
    let _ = stop.send(true);
    for task in tasks {
        let _ = task.await;
    }
}

async fn asked_to_end() {
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without signals the process ends when it is killed.
        _ => std::future::pending().await,
    }
}

async fn accept(
    listener: TcpListener,
    router: Arc<Router>,
    tls: Option<TlsAcceptor>,
    places: Arc<Semaphore>,
    mut stopping: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.changed() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
                tokio::spawn(async move {
                    let ended = match tls {
                        None => watcher.watch(connection(stream, router, peer.ip())).await,
                        Some(tls) => match tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                            Ok(Ok(stream)) => watcher.watch(connection(stream, router, peer.ip())).await,
                            // Not TLS, or a client that does not trust us.
                            _ => Ok(()),
                        },
                    };
                    if let Err(error) = ended {
                        tracing::debug!(%error, "connection");
                    }
                    drop(place);
                });
            }
            // Out of file descriptors, most likely: give connections time to end.
            Err(error) => {
                tracing::warn!(%error, "accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
}

fn connection<S>(
    stream: S,
    router: Arc<Router>,
    ip: IpAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let router = router.clone();
        async move { Ok::<_, Infallible>(answer(&router, request, ip).await.map(Full::new)) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_headers(100)
        .serve_connection(TokioIo::new(stream), service)
}

async fn answer(router: &Router, request: Request<Incoming>, ip: IpAddr) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    // One byte more than the API takes, so that it can say itself that a body is too large.
    let body = pin!(Limited::new(body, api::MAX_BODY + 1).collect());
    match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => router.route(parts, body.to_bytes(), ip).await,
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            text(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.")
        }
        Ok(Err(_)) => text(StatusCode::BAD_REQUEST, "The request body cannot be read."),
        Err(_) => text(StatusCode::REQUEST_TIMEOUT, "The request body took too long."),
    }
}
