//! The browser surface: issuer documents, and later OAuth 2.0 and managed login.

mod issuer;

use std::sync::Arc;

use bytes::Bytes;
use flows::Services;
use http::{Method, Response, StatusCode};

/// Every public URL of a pool's issuer, by path: `/<pool id>/.well-known/<document>`. `None` when the path is
/// none of them.
pub async fn route(services: &Arc<Services>, method: &Method, path: &str) -> Option<Response<Bytes>> {
    let (pool, document) = path.strip_prefix('/')?.split_once("/.well-known/")?;
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Some(issuer::plain(StatusCode::METHOD_NOT_ALLOWED));
    }
    Some(match document {
        "jwks.json" => issuer::jwks(services, pool).await,
        "openid-configuration" => issuer::openid_configuration(services, pool).await,
        _ => issuer::plain(StatusCode::NOT_FOUND),
    })
}
