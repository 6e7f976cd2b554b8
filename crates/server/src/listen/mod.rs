//! Listeners: sockets that answer by a [`Surface`] until they are told to stop, within limits.

mod connection;
mod gate;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

pub use gate::Gate;

/// What answers requests.
pub trait Surface: Send + Sync + 'static {
    /// Answers a request whose body has been read, from a client at `ip`.
    fn route(&self, request: Parts, body: Bytes, ip: IpAddr) -> impl Future<Output = Response<Bytes>> + Send;
}

/// What a client may take up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Of one address at a time; further ones are closed.
    pub connections_per_address: usize,
    /// The first line and the headers.
    pub header_bytes: usize,
    /// A client has this long for the TLS handshake, and for the headers of each request.
    pub header_patience: Duration,
    /// Bodies of all requests together, in bytes: each counts with what it announces, or with the most it may have,
    /// until it is answered.
    pub bodies: usize,
    /// And this long for a body.
    pub body_patience: Duration,
    /// Requests under way have this long to end when the listener stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 4096,
            header_bytes: 64 * 1024,
            bodies: 256 * 1024 * 1024,
            header_patience: Duration::from_secs(30),
            body_patience: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// Sockets with everything that is needed to serve on them.
pub struct Listener<S> {
    pub sockets: Vec<TcpListener>,
    pub surface: Arc<S>,
    pub tls: Option<TlsAcceptor>,
    pub gate: Arc<Gate>,
    pub limits: Limits,
}

impl<S: Surface> Listener<S> {
    /// Serves until `stopping` says so. Then the sockets close, and connections end after the request under
    /// way, or when the time to drain is over.
    pub async fn serve(self, stopping: watch::Receiver<bool>) {
        let this =
            Arc::new(Shared { surface: self.surface, tls: self.tls, gate: self.gate, limits: self.limits });
        let tasks: Vec<_> = self
            .sockets
            .into_iter()
            .map(|socket| tokio::spawn(accept(socket, this.clone(), stopping.clone())))
            .collect();
        for task in tasks {
            let _ = task.await;
        }
    }
}

/// What all connections of a listener share.
struct Shared<S> {
    surface: Arc<S>,
    tls: Option<TlsAcceptor>,
    gate: Arc<Gate>,
    limits: Limits,
}

async fn accept<S: Surface>(
    socket: TcpListener,
    shared: Arc<Shared<S>>,
    mut stopping: watch::Receiver<bool>,
) {
    let in_plain = shared.tls.is_none() && socket.local_addr().is_ok_and(|own| !own.ip().is_loopback());
    let graceful = GracefulShutdown::new();
    loop {
        let place = tokio::select! {
            place = shared.gate.place() => place,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(admitted) = shared.gate.admit(peer.ip(), in_plain) else { continue };
                let _ = stream.set_nodelay(true);
                let (shared, watcher) = (shared.clone(), graceful.watcher());
                tokio::spawn(async move {
                    connection::run(stream, peer.ip(), &shared, watcher).await;
                    drop((admitted, place));
                });
            }
            // Out of file descriptors, most likely: give connections time to end.
            Err(error) => {
                tracing::warn!(%error, "accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(socket);
    let _ = tokio::time::timeout(shared.limits.drain, graceful.shutdown()).await;
}

/// Binds all of these addresses.
pub async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, String> {
    let mut sockets = Vec::with_capacity(addresses.len());
    for address in addresses {
        let socket = TcpListener::bind(address).await;
        sockets.push(socket.map_err(|e| format!("cannot listen on {address}: {e}"))?);
    }
    Ok(sockets)
}

/// The addresses that sockets are bound to.
pub fn addresses(sockets: &[TcpListener]) -> Vec<SocketAddr> {
    sockets.iter().filter_map(|socket| socket.local_addr().ok()).collect()
}

/// Waits until the process is asked to end. It is heard from the call on, not only from the first wait.
pub fn asked_to_end() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        match signals {
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
}

/// An answer in plain words.
pub fn text(status: StatusCode, message: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(message.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests;
