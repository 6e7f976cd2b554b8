//! Resident memory some time after 1,000 sign-ins, half with the password in plain and half by SRP.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Result;
use crate::client::Client;
use crate::measure::{self, Operation};
use crate::process::Process;
use crate::stage::{App, Stage, username};

const SIGN_INS: usize = 1000;
const USERS: usize = 32;

/// MiB.
#[derive(Debug, Clone, Serialize)]
pub struct Memory {
    pub after_seconds: u64,
    pub resting_mib: f64,
    pub busy_mib: f64,
    pub highest_mib: f64,
}

/// A server that has done its sign-ins and rests.
pub struct Resting {
    server: Process,
    last: Instant,
    busy: u64,
}

pub async fn sign_in_thousand(stage: &Stage) -> Result<Resting> {
    let server = stage.start("memory").await?;
    let app = App::create(&mut Client::open(server.address).await?).await?;
    app.create_users(&server, USERS).await?;
    measure::drive(server.address, 8, SIGN_INS, SignIn(app)).await?;
    let (busy, _) = server.memory()?;
    Ok(Resting { server, last: Instant::now(), busy })
}

impl Resting {
    /// Reads the memory when `time` has passed since the last sign-in.
    pub async fn read_after(self, time: Duration) -> Result<Memory> {
        tokio::time::sleep(time.saturating_sub(self.last.elapsed())).await;
        let (resting, highest) = self.server.memory()?;
        let mib = |kib: u64| kib as f64 / 1024.0;
        Ok(Memory {
            after_seconds: self.last.elapsed().as_secs(),
            resting_mib: mib(resting),
            busy_mib: mib(self.busy),
            highest_mib: mib(highest),
        })
    }
}

struct SignIn(App);

impl Operation for SignIn {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let name = username(n % USERS);
        if n.is_multiple_of(2) {
            client.sign_in(&self.0.client, &name).await.map(drop)
        } else {
            client.sign_in_srp(&self.0.pool, &self.0.client, &name).await.map(drop)
        }
    }
}
