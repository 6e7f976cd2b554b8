//! The surfaces of `poolhouse serve`, counted.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use api::Api;
use api::protocol::target;
use bytes::Bytes;
use flows::Services;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::listen::{Surface, text};
use crate::observe::{Metrics, Target};

#[derive(Debug)]
pub struct Router {
    services: Arc<Services>,
    api: Api,
    metrics: Arc<Metrics>,
}

impl Router {
    pub fn new(services: Arc<Services>, metrics: Arc<Metrics>) -> Self {
        Self { api: Api::serve(services.clone()), services, metrics }
    }

    async fn answer(&self, request: &Parts, body: Bytes, ip: IpAddr) -> (Target, Response<Bytes>) {
        if request.uri.path() == "/" {
            return (target(request), self.api.handle(request, body, ip).await);
        }
        if self.services.quotas.admit(ip, self.services.clock.real()).is_err() {
            return (Target::Unknown, text(StatusCode::TOO_MANY_REQUESTS, "Too many requests.\n"));
        }
        match web::route(&self.services, &request.method, request.uri.path()).await {
            Some(response) => (Target::IssuerDocument, response),
            None => (Target::Unknown, text(StatusCode::NOT_FOUND, "There is nothing here.\n")),
        }
    }
}

impl Surface for Router {
    async fn route(&self, request: Parts, body: Bytes, ip: IpAddr) -> Response<Bytes> {
        let began = Instant::now();
        let (target, response) = self.answer(&request, body, ip).await;
        self.metrics.record(target, &response, began.elapsed());
        response
    }
}

fn target(request: &Parts) -> Target {
    if api::is_sts(request) {
        return Target::Sts;
    }
    match target::Target::from_headers(&request.headers) {
        Ok(target::Target::CognitoIdp(operation)) => Target::Operation(operation),
        _ => Target::Unknown,
    }
}
