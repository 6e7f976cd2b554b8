//! The operations listener: liveness, readiness and metrics, for the operator alone.

mod metrics;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use flows::Services;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
pub use metrics::{Metrics, Target};
use storage::engine::Schema;
use tokio::time::timeout;

use crate::listen::{Gate, Surface, text};

/// The store has this long to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the operations listener tells about.
#[derive(Debug)]
pub struct Observe {
    services: Arc<Services>,
    metrics: Arc<Metrics>,
    gate: Arc<Gate>,
    draining: AtomicBool,
}

impl Observe {
    pub fn new(services: Arc<Services>, metrics: Arc<Metrics>, gate: Arc<Gate>) -> Self {
        Self { services, metrics, gate, draining: AtomicBool::new(false) }
    }

    /// From now on the server is not ready.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether requests should be sent here, and if not, why.
    async fn readiness(&self) -> Result<(), &'static str> {
        if self.draining.load(Ordering::Relaxed) {
            return Err("draining");
        }
        match timeout(PATIENCE, self.services.db.store().schema_version()).await {
            Ok(Ok(version)) if version >= Schema::CURRENT.version() => Ok(()),
            Ok(Ok(_)) => Err("the schema of the store is older than this program"),
            _ => Err("the store does not answer"),
        }
    }

    fn scrape(&self) -> Response<Bytes> {
        match self.metrics.text(&self.services, &self.gate) {
            Ok(metrics) => {
                let mut response = text(StatusCode::OK, metrics);
                let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, format);
                response
            }
            Err(error) => {
                tracing::error!(%error, "metrics");
                text(StatusCode::INTERNAL_SERVER_ERROR, "The metrics cannot be written.\n")
            }
        }
    }
}

impl Surface for Observe {
    async fn route(&self, request: Parts, _: Bytes, _: IpAddr) -> Response<Bytes> {
        let mut response = match (request.method, request.uri.path()) {
            (Method::GET | Method::HEAD, "/healthz") => text(StatusCode::OK, "ok\n"),
            (Method::GET | Method::HEAD, "/readyz") => match self.readiness().await {
                Ok(()) => text(StatusCode::OK, "ready\n"),
                Err(reason) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
            },
            (Method::GET | Method::HEAD, "/metrics") => self.scrape(),
            (_, "/healthz" | "/readyz" | "/metrics") => {
                text(StatusCode::METHOD_NOT_ALLOWED, "GET is expected.\n")
            }
            _ => text(StatusCode::NOT_FOUND, "/healthz, /readyz, /metrics\n"),
        };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
