//! What one source address may ask, before anything of a request is looked at.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use flows::quotas::{Mode, Settings};
use http::Request;
use serde_json::json;
use testkit::TestServer;

use super::{throttled, unlimited};
use crate::api::administration::{ACCOUNT, everything};

fn from(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn server(per_address: u32) -> TestServer {
    let settings = Settings { per_address, ..unlimited() };
    TestServer::start_serve_with_quotas(settings, Mode::Alone).await
}

/// The refusal of a source is the same whatever it sends: a right signature, a wrong one, nonsense.
#[tokio::test]
async fn nothing_of_a_request_is_looked_at() {
    let server = server(1).await;
    let (_, keys) = server.administrator(ACCOUNT, "admin", everything()).await;
    let (_, mut wrong) = server.administrator(ACCOUNT, "other", everything()).await;
    wrong.secret_access_key = "wrong".into();
    let list = json!({ "MaxResults": 1 });
    let request = |keys| server.signed(keys, "ListUserPools", list.clone());
    server.request_from(from("192.0.2.1"), request(&keys)).await.ok();
    throttled(server.request_from(from("192.0.2.1"), request(&keys)).await);
    throttled(server.request_from(from("192.0.2.1"), request(&wrong)).await);
    throttled(server.request_from(from("::ffff:192.0.2.1"), request(&keys)).await);
    let nonsense = Request::put("/nowhere").body(Bytes::from_static(b"{")).unwrap();
    throttled(server.request_from(from("192.0.2.1"), nonsense).await);
    server.request_from(from("192.0.2.2"), request(&wrong)).await.refused_as("InvalidSignatureException");
    server.clock.advance(Duration::from_secs(1));
    server.request_from(from("192.0.2.1"), request(&keys)).await.ok();
}

#[tokio::test]
async fn a_site_of_ipv6_is_one_source() {
    let server = server(2).await;
    let (_, keys) = server.administrator(ACCOUNT, "admin", everything()).await;
    let request = || server.signed(&keys, "ListUserPools", json!({ "MaxResults": 1 }));
    server.request_from(from("2001:db8::1"), request()).await.ok();
    server.request_from(from("2001:db8::2"), request()).await.ok();
    throttled(server.request_from(from("2001:db8::3"), request()).await);
    server.request_from(from("2001:db8:0:1::1"), request()).await.ok();
}

/// STS has its own form of the answer.
#[tokio::test]
async fn sts_says_so_in_its_own_words() {
    let server = server(1).await;
    let (_, keys) = server.administrator(ACCOUNT, "admin", everything()).await;
    let who = [("Action", "GetCallerIdentity")];
    assert_eq!(server.sts(Some(&keys), &who).await.status, 200);
    server.sts(Some(&keys), &who).await.refused_xml(400, "Throttling", "Rate exceeded");
}
