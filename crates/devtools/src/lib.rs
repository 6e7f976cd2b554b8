//! The test controls of `poolhouse dev`, under `/_poolhouse/`: inbox, clock, reset, snapshots. The other mode
//! does not have them in its router.

mod clock;
mod inbox;
mod reply;
mod state;

use std::sync::Arc;

use bytes::Bytes;
pub use clock::ShiftedClock;
use flows::Services;
use http::header::ORIGIN;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use state::Snapshots;

/// The controls of one running server.
#[derive(Debug)]
pub struct Controls {
    services: Arc<Services>,
    clock: Arc<ShiftedClock>,
    snapshots: Snapshots,
    /// Host names allowed beside this machine's own.
    allowed_hosts: Vec<String>,
}

impl Controls {
    pub fn new(services: Arc<Services>, clock: Arc<ShiftedClock>, allowed_hosts: Vec<String>) -> Self {
        Self { services, clock, snapshots: Snapshots::default(), allowed_hosts }
    }

    /// Answers a request for `/_poolhouse/…`; `None` for any other path. No answer carries a CORS header, and
    /// a page of another origin is refused.
    pub async fn route(&self, request: &Parts, body: &Bytes) -> Option<Response<Bytes>> {
        let path = request.uri.path().strip_prefix("/_poolhouse")?;
        let is_own = |origin: &http::HeaderValue| {
            guard::host::is_own_origin(Some(origin.to_str().unwrap_or("null")), &self.allowed_hosts)
        };
        if !request.headers.get_all(ORIGIN).iter().all(is_own) {
            return Some(reply::error(
                StatusCode::FORBIDDEN,
                "The test controls answer no page of another origin.",
            ));
        }
        let query = request.uri.query().unwrap_or_default();
        Some(match (&request.method, path) {
            (&Method::GET, "" | "/" | "/inbox") => inbox::show(&self.services, &request.headers, query).await,
            (&Method::GET, "/clock") => self.clock.show(),
            (&Method::PUT, "/clock") => self.clock.set(body),
            (&Method::POST, "/clock/advance") => self.clock.advance(body),
            (&Method::POST, "/reset") => state::reset(&self.services, &self.clock).await,
            (&Method::POST, "/snapshot") => self.snapshots.take(&self.services).await,
            (&Method::POST, "/restore") => self.snapshots.restore(&self.services, body).await,
            (_, "" | "/" | "/inbox" | "/clock" | "/clock/advance" | "/reset" | "/snapshot" | "/restore") => {
                reply::error(StatusCode::METHOD_NOT_ALLOWED, "This control takes another method.")
            }
            _ => reply::error(StatusCode::NOT_FOUND, "There is no such control."),
        })
    }
}
