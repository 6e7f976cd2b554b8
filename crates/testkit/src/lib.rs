//! `TestServer::start()`: Poolhouse in-process with a fake clock and a readable mailbox.
//!
//! The engine is SQLite; with `POOLHOUSE_TEST_ENGINE=postgres` it is PostgreSQL, where each test server gets a
//! database of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up must fail the test")]

pub use authenticator;
mod barrier;
mod clock;
mod keys;
mod reply;
mod sign_in;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use api::Api;
pub use barrier::{BarrierRandom, stoppable};
use bytes::Bytes;
pub use clock::FakeClock;
use crypto::random::{Random, SystemRandom};
use crypto::secret_box::RootKeys;
use domain::ports::Clock;
use flows::quotas::{Mode, Quotas, Settings};
use flows::services::{Services, Transport};
use http::{HeaderName, Request};
pub use keys::Keys;
pub use reply::Reply;
use serde_json::{Value, json};
use storage::Db;
use storage::engine::{PostgresOptions, Store};

/// The account of calls that do not choose one.
pub const ACCOUNT: &str = "000000000000";
pub const REGION: &str = "eu-west-1";

/// A Poolhouse of its own. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct TestServer {
    pub services: Arc<Services>,
    pub clock: Arc<FakeClock>,
    pub barrier: Arc<BarrierRandom>,
    api: Api,
    /// Dev or serve.
    surface: fn(Arc<Services>) -> Api,
    _folder: Arc<tempfile::TempDir>,
}

/// A message as a user would find it in the mailbox.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub medium: &'static str,
    pub purpose: &'static str,
    pub text: String,
    pub subject: Option<String>,
    pub code: Option<String>,
}

impl TestServer {
    /// As `poolhouse dev`: any credentials pass.
    pub async fn start() -> Self {
        Self::with(Api::new, Quotas::off()).await
    }

    /// As `poolhouse serve`: who administers signs with keys of the store.
    pub async fn start_serve() -> Self {
        Self::with(Api::serve, Quotas::off()).await
    }

    /// As [`TestServer::start`], with quotas.
    pub async fn start_with_quotas(settings: Settings, mode: Mode) -> Self {
        Self::with(Api::new, Quotas::new(settings, mode)).await
    }

    /// As [`TestServer::start_serve`], with quotas.
    pub async fn start_serve_with_quotas(settings: Settings, mode: Mode) -> Self {
        Self::with(Api::serve, Quotas::new(settings, mode)).await
    }

    async fn with(surface: fn(Arc<Services>) -> Api, quotas: Quotas) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let barrier = Arc::new(BarrierRandom::default());
        let random: Arc<dyn Random> = barrier.clone();
        let store = open(folder.path(), random.clone()).await;
        let keys = Arc::new(RootKeys::new(crypto::random::bytes(&SystemRandom), []));
        let clock = Arc::new(FakeClock::new(barrier.clone()));
        let db = Db::new(store, keys.clone(), random.clone());
        let base_url = "http://localhost:9229".into();
        let services =
            Services::start_with(db, clock.clone(), random, keys, base_url, Transport::Inbox, quotas)
                .unwrap();
        Self { api: surface(services.clone()), surface, services, clock, barrier, _folder: folder }
    }

    /// Another process over the same store: caches and whatever else is kept in memory are its own.
    pub fn another_node(&self) -> Self {
        self.node(self.services.db.clone(), self.services.keys.clone(), Transport::Inbox)
    }

    /// Another process over the same store, which has no way to send messages.
    pub fn node_without_transport(&self) -> Self {
        self.node(self.services.db.clone(), self.services.keys.clone(), Transport::None)
    }

    /// Another process over the same store, with other root keys.
    pub fn node_with_keys(&self, keys: RootKeys) -> Self {
        let keys = Arc::new(keys);
        let store = self.services.db.store().clone();
        let db = Db::new(store, keys.clone(), self.services.random.clone());
        self.node(db, keys, Transport::Inbox)
    }

    fn node(&self, db: Db, keys: Arc<RootKeys>, transport: Transport) -> Self {
        let Services { clock, random, base_url, quotas, .. } = self.services.as_ref();
        let (clock, random, quotas) = (clock.clone(), random.clone(), quotas.afresh());
        let services =
            Services::start_with(db, clock, random, keys, base_url.clone(), transport, quotas).unwrap();
        Self { api: (self.surface)(services.clone()), services, ..self.clone() }
    }

    /// Calls an operation of `cognito-idp`, signed by the default account.
    pub async fn call(&self, operation: &str, input: Value) -> Reply {
        self.call_as(ACCOUNT, REGION, operation, input).await
    }

    /// Calls an operation signed by an account in a region.
    pub async fn call_as(&self, account: &str, region: &str, operation: &str, input: Value) -> Reply {
        let at = jiff::Timestamp::from_millisecond(self.clock.real().millis()).unwrap();
        let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={account}/{}/{region}/cognito-idp/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={}",
            &date[..8],
            "0".repeat(64)
        );
        let headers = [("authorization", authorization.as_str()), ("x-amz-date", date.as_str())];
        self.send(operation, &headers, input.to_string().into_bytes()).await
    }

    /// Calls an operation signed with these keys.
    pub async fn call_with(&self, keys: &Keys, operation: &str, input: Value) -> Reply {
        self.request(self.signed(keys, operation, input)).await
    }

    /// The request of [`TestServer::call_with`].
    pub fn signed(&self, keys: &Keys, operation: &str, input: Value) -> Request<Bytes> {
        keys.sign("cognito-idp", self.clock.real(), json_request(operation, input.to_string().into_bytes()))
    }

    /// Calls an action of STS, signed unless there are no keys.
    pub async fn sts(&self, keys: Option<&Keys>, parameters: &[(&str, &str)]) -> Reply {
        let form = keys::form_request(parameters);
        let request = match keys {
            Some(keys) => keys.sign("sts", self.clock.real(), form),
            None => form,
        };
        self.request(request).await
    }

    /// Calls an operation without a signature.
    pub async fn call_unsigned(&self, operation: &str, input: Value) -> Reply {
        self.send(operation, &[], input.to_string().into_bytes()).await
    }

    /// Sends any bytes as the body of an operation.
    pub async fn send(&self, operation: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let mut request = json_request(operation, body);
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        self.request(request).await
    }

    pub async fn request(&self, request: Request<Bytes>) -> Reply {
        self.request_from(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await
    }

    /// Sends a request as from this address.
    pub async fn request_from(&self, ip: IpAddr, request: Request<Bytes>) -> Reply {
        let (parts, body) = request.into_parts();
        Reply::new(self.api.handle(&parts, body, ip).await)
    }

    /// Everything stored, for [`TestServer::restore`] and to be compared. A line of JSON per table and per row.
    pub async fn snapshot(&self) -> Vec<u8> {
        self.services.db.store().dump().await.unwrap()
    }

    pub async fn restore(&self, snapshot: &[u8]) {
        self.services.db.store().load(snapshot).await.unwrap();
        self.services.directory.forget_all();
        self.services.identities.forget_all();
    }

    /// A pool with these settings; its id.
    pub async fn pool(&self, mut settings: Value) -> String {
        if settings.get("PoolName").is_none() {
            settings["PoolName"] = "test".into();
        }
        self.call("CreateUserPool", settings).await.ok()["UserPool"]["Id"].as_str().unwrap().to_owned()
    }

    /// A client of the pool with these settings, every ordinary flow allowed unless they say otherwise; its id.
    pub async fn client(&self, pool: &str, settings: Value) -> String {
        self.client_description(pool, settings).await["ClientId"].as_str().unwrap().to_owned()
    }

    pub async fn client_description(&self, pool: &str, settings: Value) -> Value {
        let mut input = json!({
            "UserPoolId": pool,
            "ClientName": "test",
            "ExplicitAuthFlows": [
                "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
            ],
        });
        for (name, value) in settings.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.call("CreateUserPoolClient", input).await.ok()["UserPoolClient"].clone()
    }

    /// A confirmed user with a permanent password; its sub.
    pub async fn user(&self, pool: &str, username: &str, password: &str) -> String {
        let made = self
            .call(
                "AdminCreateUser",
                json!({ "UserPoolId": pool, "Username": username, "MessageAction": "SUPPRESS" }),
            )
            .await
            .ok();
        self.call(
            "AdminSetUserPassword",
            json!({ "UserPoolId": pool, "Username": username, "Password": password, "Permanent": true }),
        )
        .await
        .ok();
        let attributes = made["User"]["Attributes"].as_array().unwrap();
        attributes.iter().find(|a| a["Name"] == "sub").unwrap()["Value"].as_str().unwrap().to_owned()
    }

    /// Gives a pool its `WebAuthnConfiguration`.
    pub async fn set_web_authn(&self, pool: &str, configuration: Value) {
        let input = json!({ "UserPoolId": pool, "WebAuthnConfiguration": configuration });
        self.call("SetUserPoolMfaConfig", input).await.ok();
    }

    /// Messages to an address, newest first.
    pub async fn mailbox(&self, to: &str) -> Vec<Mail> {
        let queued = storage::outbox::recent(&self.services.db, Some(to), 100).await.unwrap();
        queued
            .into_iter()
            .map(|q| Mail {
                to: q.message.recipient,
                medium: q.message.medium.as_str(),
                purpose: q.message.content.purpose.as_str(),
                text: q.message.content.text,
                subject: q.message.content.subject,
                code: q.message.content.code,
            })
            .collect()
    }

    /// The newest code sent to an address.
    pub async fn code(&self, to: &str) -> String {
        self.mailbox(to).await.into_iter().find_map(|mail| mail.code).expect("a code was sent")
    }
}

fn json_request(operation: &str, body: Vec<u8>) -> Request<Bytes> {
    Request::post("/")
        .header("host", "localhost:9229")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(Bytes::from(body))
        .unwrap()
}

async fn open(folder: &Path, random: Arc<dyn Random>) -> Store {
    match std::env::var("POOLHOUSE_TEST_ENGINE").as_deref() {
        Ok("postgres") => {
            let server = pgtest::Server::shared();
            let url = server.url(&server.create_database().await.unwrap());
            let options = PostgresOptions { connections: 4, ..PostgresOptions::default() };
            Store::open_postgres(&url, options, random).await.unwrap()
        }
        Ok("sqlite") | Err(_) => Store::open_sqlite(folder).unwrap(),
        Ok(other) => panic!("no engine is called {other}"),
    }
}

/// The rows that differ between two snapshots, each behind the name of its table.
pub fn changed(before: &[u8], after: &[u8]) -> Vec<String> {
    let rows = |snapshot: &[u8]| {
        let mut table = String::new();
        let mut rows = BTreeSet::new();
        for line in std::str::from_utf8(snapshot).unwrap().lines() {
            match serde_json::from_str(line).unwrap() {
                Value::Object(head) => {
                    table = head.get("table").and_then(Value::as_str).unwrap_or_default().into();
                }
                _ => drop(rows.insert(format!("{table} {line}"))),
            }
        }
        rows
    };
    rows(before).symmetric_difference(&rows(after)).cloned().collect()
}
