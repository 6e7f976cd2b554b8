//! The operations of the table, on one server with a small pool.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::Mutex;

use crate::Result;
use crate::client::{Client, result};
use crate::measure::{self, Measured, Operation};
use crate::process::Process;
use crate::sign_ins;
use crate::stage::{App, PASSWORD, text, username};

/// As many as connections at most, so that no two act on one user at a time.
const USERS: usize = 64;
/// Where users wait for their answers.
pub const FEW: usize = 8;
/// Where writes share what the disk costs.
pub const MANY: usize = 64;

pub const JWKS: &str = "JWKS";
pub const GET_USER: &str = "GetUser";
pub const SRP: &str = "sign-in by SRP";
pub const PASSWORD_SIGN_IN: &str = "sign-in by password";
pub const REFRESH: &str = "REFRESH_TOKEN_AUTH";
pub const ROTATE: &str = "GetTokensFromRefreshToken, rotating";
pub const SIGN_UP: &str = "SignUp";
pub const ADMIN_CREATE_USER: &str = "AdminCreateUser";
pub const LIST_USERS: &str = "ListUsers, email filter, page of 60";

/// By name, in the order measured.
pub type Operations = Vec<(&'static str, Measured)>;

/// Measures those whose names begin so, or all of them where none is given.
pub async fn measure(server: Process, only: &[String]) -> Result<Operations> {
    let app = App::create(&mut Client::open(server.address).await?).await?;
    app.create_users(&server, USERS).await?;
    let (access, refresh) = tokens(&server, &app.client).await?;
    let (_, rotating) = tokens(&server, &app.rotating_client).await?;
    let rotating = rotating.into_iter().map(Mutex::new).collect();
    let mut run = Run { server, only, measured: Vec::new() };
    run.add(JWKS, FEW, 15_000, Jwks(format!("/{}/.well-known/jwks.json", app.pool))).await?;
    run.add(GET_USER, FEW, 12_000, GetUser(access)).await?;
    run.add(SRP, FEW, 160, SignInSrp(app.clone())).await?;
    run.add(PASSWORD_SIGN_IN, FEW, 64, SignIn(app.clone())).await?;
    run.add(REFRESH, FEW, 500, Refresh { client: app.client.clone(), tokens: refresh }).await?;
    run.add(ROTATE, MANY, 640, Rotate { client: app.rotating_client.clone(), tokens: rotating }).await?;
    run.add(LIST_USERS, FEW, 800, ListUsers { pool: app.pool.clone(), groups: None }).await?;
    run.add(SIGN_UP, MANY, 128, SignUp(app.clone())).await?;
    run.add(ADMIN_CREATE_USER, MANY, 128, AdminCreateUser(app)).await?;
    sign_ins::measure(&mut run).await?;
    Ok(run.measured)
}

/// Operations measured one after another on one server.
pub struct Run<'a> {
    pub server: Process,
    only: &'a [String],
    measured: Operations,
}

impl Run<'_> {
    pub async fn add(
        &mut self,
        name: &'static str,
        connections: usize,
        operations: usize,
        operation: impl Operation,
    ) -> Result<()> {
        if !self.only.is_empty() && !self.only.iter().any(|only| name.starts_with(only.as_str())) {
            return Ok(());
        }
        let measured = measure::measure(&self.server, connections, operations, &Arc::new(operation))
            .await
            .map_err(|e| format!("{name}: {e}"))?;
        eprintln!("{name}: {:.0} µs", measured.cpu_us);
        self.measured.push((name, measured));
        Ok(())
    }
}

/// Access and refresh tokens of every user.
async fn tokens(server: &Process, client_id: &str) -> Result<(Vec<String>, Vec<String>)> {
    let found: Arc<Mutex<BTreeMap<usize, (String, String)>>> = Arc::default();
    let collect = Collect { client: client_id.to_owned(), found: found.clone() };
    measure::drive(server.address, FEW, USERS, collect).await?;
    let found = std::mem::take(&mut *found.lock().await);
    Ok(found.into_values().unzip())
}

struct Collect {
    client: String,
    found: Arc<Mutex<BTreeMap<usize, (String, String)>>>,
}

impl Operation for Collect {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let tokens = client.sign_in(&self.client, &username(n)).await?;
        let pair = (text(&tokens["AccessToken"])?, text(&tokens["RefreshToken"])?);
        self.found.lock().await.insert(n, pair);
        Ok(())
    }
}

struct Jwks(String);

impl Operation for Jwks {
    async fn run(&self, client: &mut Client, _: usize) -> Result<()> {
        let (status, _) = client.send(http::Request::get(&self.0), "").await?;
        if status.is_success() { Ok(()) } else { Err(status.to_string().into()) }
    }
}

pub struct GetUser(pub Vec<String>);

impl Operation for GetUser {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let token = &self.0[n % self.0.len()];
        client.call("GetUser", &json!({ "AccessToken": token })).await.map(drop)
    }
}

struct SignInSrp(App);

impl Operation for SignInSrp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        client.sign_in_srp(&self.0.pool, &self.0.client, &username(n % USERS)).await.map(drop)
    }
}

struct SignIn(App);

impl Operation for SignIn {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        client.sign_in(&self.0.client, &username(n % USERS)).await.map(drop)
    }
}

struct Refresh {
    client: String,
    tokens: Vec<String>,
}

impl Operation for Refresh {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let token = &self.tokens[n % USERS];
        let input = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": self.client,
            "AuthParameters": { "REFRESH_TOKEN": token },
        });
        result(client.call("InitiateAuth", &input).await?).map(drop)
    }
}

struct Rotate {
    client: String,
    /// Each is replaced by the next one of its session.
    tokens: Vec<Mutex<String>>,
}

impl Operation for Rotate {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let mut token = self.tokens[n % USERS].lock().await;
        let input = json!({ "ClientId": self.client, "RefreshToken": *token });
        let tokens = result(client.call("GetTokensFromRefreshToken", &input).await?)?;
        *token = text(&tokens["RefreshToken"])?;
        Ok(())
    }
}

/// A full page of users by the beginning of their email.
pub struct ListUsers {
    pub pool: String,
    /// In an imported pool, how many groups of a hundred there are.
    pub groups: Option<u64>,
}

impl Operation for ListUsers {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let prefix = match self.groups {
            Some(groups) => crate::import::prefix(crate::import::spread(n, groups)),
            None => "bench-".to_owned(),
        };
        let filter = format!("email ^= \"{prefix}\"");
        let input = json!({ "UserPoolId": self.pool, "Filter": filter, "Limit": 60 });
        let page = client.call_signed("ListUsers", &input).await?;
        match page["Users"].as_array().map(Vec::len) {
            Some(60) => Ok(()),
            other => Err(format!("a page of {other:?} users").into()),
        }
    }
}

struct SignUp(App);

impl Operation for SignUp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let email = json!([{ "Name": "email", "Value": format!("signed-up-{n}@example.com") }]);
        let input = json!({
            "ClientId": self.0.client, "Username": format!("signed-up-{n}"), "Password": PASSWORD,
            "UserAttributes": email,
        });
        client.call("SignUp", &input).await.map(drop)
    }
}

struct AdminCreateUser(App);

impl Operation for AdminCreateUser {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let email = json!([{ "Name": "email", "Value": format!("invited-{n}@example.com") }]);
        let input = json!({
            "UserPoolId": self.0.pool, "Username": format!("invited-{n}"), "TemporaryPassword": PASSWORD,
            "UserAttributes": email,
        });
        client.call_signed("AdminCreateUser", &input).await.map(drop)
    }
}
