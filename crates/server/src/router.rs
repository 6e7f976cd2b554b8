//! Which surface a request is for.

use std::net::IpAddr;
use std::sync::Arc;

use api::Api;
use bytes::Bytes;
use devtools::Controls;
use flows::Services;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

/// The surfaces of one listener.
#[derive(Debug)]
pub struct Router {
    services: Arc<Services>,
    api: Api,
    controls: Controls,
    allowed_hosts: Vec<String>,
}

impl Router {
    pub fn dev(services: Arc<Services>, controls: Controls, allowed_hosts: Vec<String>) -> Self {
        Self { api: Api::new(services.clone()), services, controls, allowed_hosts }
    }

    pub async fn route(&self, request: Parts, body: Bytes, ip: IpAddr) -> Response<Bytes> {
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
        self.api.handle(&request, body, ip).await
    }

    fn is_for_us(&self, request: &Parts) -> bool {
        let hosts = request.headers.get_all(HOST).iter().map(|value| value.as_bytes());
        guard::host::check(hosts, &self.allowed_hosts).is_ok()
    }
}

/// An answer in plain words.
pub fn text(status: StatusCode, message: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(message.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
