//! The surfaces of `poolhouse dev`: which of them a request is for.

use std::net::IpAddr;
use std::sync::Arc;

use api::Api;
use bytes::Bytes;
use devtools::Controls;
use flows::Services;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

use crate::listen::{Surface, text};

/// The surfaces of one listener.
#[derive(Debug)]
pub struct Router {
    services: Arc<Services>,
    api: Api,
    controls: Controls,
    allowed_hosts: Vec<String>,
}

impl Router {
    pub fn new(services: Arc<Services>, controls: Controls, allowed_hosts: Vec<String>) -> Self {
        Self { api: Api::new(services.clone()), services, controls, allowed_hosts }
    }

    async fn answer(&self, request: Parts, body: Bytes, ip: IpAddr) -> Response<Bytes> {
        // A page of another origin whose name was made to point here names itself in Host.
        if !self.is_for_us(&request) {
            return text(
                StatusCode::MISDIRECTED_REQUEST,
                "This server answers only by its own name; see --allow-host.",
            );
        }
        if let Some(response) = self.controls.route(&request, &body).await {
            return response;
        }
        if let Some(response) = web::route(&self.services, &request.method, request.uri.path()).await {
            return response;
        }
        // Any credentials pass here, so a signature proves nothing about the page that made it.
        if !self.is_from_us(&request) {
            return text(
                StatusCode::FORBIDDEN,
                "This server answers no page of another origin; see --allow-host.",
            );
        }
        self.api.handle(&request, body, ip).await
    }

    fn is_from_us(&self, request: &Parts) -> bool {
        let is_own = |origin: &HeaderValue| {
            guard::host::is_own_origin(Some(origin.to_str().unwrap_or("null")), &self.allowed_hosts)
        };
        request.headers.get_all(ORIGIN).iter().all(is_own)
    }

    fn is_for_us(&self, request: &Parts) -> bool {
        let hosts = request.headers.get_all(HOST).iter().map(|value| value.as_bytes());
        guard::host::check(hosts, &self.allowed_hosts).is_ok()
    }
}

impl Surface for Router {
    async fn route(&self, request: Parts, body: Bytes, ip: IpAddr) -> Response<Bytes> {
        self.answer(request, body, ip).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a broken set-up must fail the test")]
mod tests {
    use std::net::Ipv4Addr;

    use crypto::random::{Random, SystemRandom};
    use crypto::secret_box::RootKeys;
    use devtools::ShiftedClock;
    use http::Request;
    use storage::Db;
    use storage::engine::Store;

    use super::*;

    fn router(folder: &std::path::Path) -> Router {
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let keys = Arc::new(RootKeys::new([7; 32], []));
        let db = Db::new(Store::open_sqlite(folder).unwrap(), keys.clone(), random.clone());
        let clock = Arc::new(ShiftedClock::default());
        let services =
            Services::start(db, clock.clone(), random, keys, "http://localhost:9229".into()).unwrap();
        let allowed = vec!["app.test".to_owned()];
        Router::new(services.clone(), Controls::new(services, clock), allowed)
    }

    /// Whom the server answers, whichever surface is asked: pages served from this machine, programs, and
    /// names that were let in.
    #[tokio::test]
    async fn pages_of_other_origins_and_rebound_names_drive_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let router = router(folder.path());
        let status = async |method: &str, path: &str, host: &str, origin: &[&str]| {
            let mut request = Request::builder().method(method).uri(path).header(HOST, host);
            for origin in origin {
                request = request.header(ORIGIN, *origin);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            router.route(parts, Bytes::new(), Ipv4Addr::LOCALHOST.into()).await.status().as_u16()
        };
        for (method, path, answered) in
            [("OPTIONS", "/", 200), ("POST", "/", 400), ("GET", "/_poolhouse/clock", 200)]
        {
            for origin in [&[][..], &["http://localhost:3000"]] {
                assert_eq!(
                    status(method, path, "localhost:9229", origin).await,
                    answered,
                    "{path} {origin:?}"
                );
            }
            for origin in [
                &["https://evil.example"][..],
                &["null"],
                &["http://localhost.evil.example"],
                &["http://localhost:3000", "https://evil.example"],
            ] {
                assert_eq!(status(method, path, "localhost:9229", origin).await, 403, "{path} {origin:?}");
            }
            for host in ["evil.example", "localhost.evil.example:9229", "192.168.0.7"] {
                assert_eq!(status(method, path, host, &[]).await, 421, "{path} {host}");
            }
        }
        // A page of a name that was let in may use the API; the controls are for their own origin.
        let let_in = &["https://app.test"];
        assert_eq!(status("POST", "/", "localhost:9229", let_in).await, 400);
        assert_eq!(status("GET", "/_poolhouse/clock", "localhost:9229", let_in).await, 403);
        // Issuer documents are for everyone.
        let document = "/eu-west-1_none/.well-known/jwks.json";
        assert_eq!(status("GET", document, "localhost", &["https://evil.example"]).await, 404);
    }
}
