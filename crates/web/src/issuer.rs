//! The documents by which others verify a pool's tokens: JWKS (RFC 7517) and OpenID Connect Discovery.

use std::sync::Arc;

use bytes::Bytes;
use domain::ids::PoolId;
use flows::Services;
use flows::directory::LivePool;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

pub(crate) async fn jwks(services: &Arc<Services>, pool: &str) -> Response<Bytes> {
    document(services, pool, |live| live.jwks.clone()).await
}

/// The endpoints of the authorization server are listed once a pool can have a domain.
pub(crate) async fn openid_configuration(services: &Arc<Services>, pool: &str) -> Response<Bytes> {
    document(services, pool, |live| {
        let issuer = &live.pool.issuer;
        json!({
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
        })
        .to_string()
    })
    .await
}

async fn document(
    services: &Arc<Services>,
    pool: &str,
    text: impl Fn(&LivePool) -> String,
) -> Response<Bytes> {
    let Some(pool_id) = PoolId::parse(pool) else { return plain(StatusCode::NOT_FOUND) };
    match services.directory.by_id(&services.db, &pool_id).await {
        Ok(Some(live)) => {
            let mut response = Response::new(Bytes::from(text(&live)));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        }
        Ok(None) => plain(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(%error, "issuer document");
            plain(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

pub(crate) fn plain(status: StatusCode) -> Response<Bytes> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Bytes::from(json!({ "message": reason }).to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
