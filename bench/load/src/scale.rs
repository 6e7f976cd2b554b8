//! The same operations in pools of different sizes, over users spread across the whole pool.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::Result;
use crate::client::Client;
use crate::import;
use crate::measure::{Measured, Operation, ROUNDS, Series};
use crate::operations::{GetUser, ListUsers};
use crate::process::Process;
use crate::stage::{App, Stage, text};

/// Sign-ins of a round. Each user signs in once.
const SIGN_INS: usize = 130;
const SIGNING_IN: u64 = (SIGN_INS * ROUNDS + SIGN_INS / 10) as u64;
const FEW: usize = 8;

#[derive(Debug, Clone, Serialize)]
pub struct Size {
    pub users: u64,
    pub import_seconds: f64,
    pub sign_in: Measured,
    pub get_user: Measured,
    pub admin_get_user: Measured,
    pub list_users: Measured,
}

/// A server with an imported pool.
struct Filled {
    users: u64,
    import_seconds: f64,
    app: App,
    server: Process,
}

/// All sizes run side by side and take turns, so that what else the machine does hits them alike.
pub async fn measure(stage: &Stage, sizes: &[u64]) -> Result<Vec<Size>> {
    if sizes.iter().any(|users| !(1000..=5_000_000).contains(users)) {
        return Err("a pool to compare has from 1,000 to 5,000,000 users".into());
    }
    let mut filled = Vec::with_capacity(sizes.len());
    for users in sizes {
        filled.push(fill(stage, *users).await?);
    }
    let sign_ins: Vec<_> = filled.iter().map(SignIn::of).collect();
    let mut sign_in = by_turns(&filled, &sign_ins, SIGN_INS).await?;
    let mut get_users = Vec::new();
    for sign_in in &sign_ins {
        get_users.push(Arc::new(GetUser(std::mem::take(&mut *sign_in.tokens.lock().await))));
    }
    let mut get_user = by_turns(&filled, &get_users, 9_000).await?;
    let pool = |f: &Filled| f.app.pool.clone();
    let of: Vec<_> =
        filled.iter().map(|f| Arc::new(AdminGetUser { pool: pool(f), users: f.users })).collect();
    let mut admin_get_user = by_turns(&filled, &of, 10_000).await?;
    let of: Vec<_> =
        filled.iter().map(|f| Arc::new(ListUsers { pool: pool(f), groups: Some(f.users / 100) })).collect();
    let mut list_users = by_turns(&filled, &of, 1_000).await?;
    let size = |f: Filled| Size {
        users: f.users,
        import_seconds: f.import_seconds,
        sign_in: sign_in.remove(0),
        get_user: get_user.remove(0),
        admin_get_user: admin_get_user.remove(0),
        list_users: list_users.remove(0),
    };
    Ok(filled.into_iter().map(size).collect())
}

async fn by_turns(
    filled: &[Filled],
    operations: &[Arc<impl Operation>],
    number: usize,
) -> Result<Vec<Measured>> {
    let mut series = Vec::with_capacity(filled.len());
    for (f, operation) in filled.iter().zip(operations) {
        series.push(Series::begin(&f.server, FEW, number, operation).await?);
    }
    for _ in 0..ROUNDS {
        for ((f, operation), series) in filled.iter().zip(operations).zip(&mut series) {
            series.round(&f.server, operation).await?;
        }
    }
    series.into_iter().map(Series::end).collect()
}

async fn fill(stage: &Stage, users: u64) -> Result<Filled> {
    let name = format!("users-{users}");
    let server = stage.start(&name).await?;
    let app = App::create(&mut Client::open(server.address).await?).await?;
    drop(server);
    let start = Instant::now();
    let every = users / SIGNING_IN;
    import::import(&stage.data(&name), &app.pool, users, |i| i.is_multiple_of(every)).await?;
    let import_seconds = start.elapsed().as_secs_f64();
    eprintln!("{users} users imported in {import_seconds:.1} s");
    Ok(Filled { users, import_seconds, app, server: stage.start(&name).await? })
}

struct SignIn {
    app: App,
    every: u64,
    tokens: Mutex<Vec<String>>,
}

impl SignIn {
    fn of(filled: &Filled) -> Arc<Self> {
        let every = filled.users / SIGNING_IN;
        Arc::new(Self { app: filled.app.clone(), every, tokens: Mutex::default() })
    }
}

impl Operation for SignIn {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let result = client
            .sign_in_srp(&self.app.pool, &self.app.client, &import::username(n as u64 * self.every))
            .await?;
        self.tokens.lock().await.push(text(&result["AccessToken"])?);
        Ok(())
    }
}

struct AdminGetUser {
    pool: String,
    users: u64,
}

impl Operation for AdminGetUser {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let username = import::username(import::spread(n, self.users));
        let input = json!({ "UserPoolId": self.pool, "Username": username });
        client.call_signed("AdminGetUser", &input).await.map(drop)
    }
}
