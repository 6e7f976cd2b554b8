//! `poolhouse iam`, who administers, and `poolhouse key reseal`. What is asked is carried out by the running server,
//! asked through a socket in its data folder; where none runs, or over PostgreSQL, by this process itself. The
//! simulator needs neither.

mod act;
mod perform;
mod simulate;
pub mod socket;

use std::io::Write;
use std::sync::Arc;

use act::Act;
use clap::{Args, Subcommand};
use crypto::random::{Random, SystemRandom};
use domain::ports::SystemClock;
use flows::quotas::Quotas;
use flows::services::{Services, Transport};
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use simulate::simulate;

use crate::config::{Settings, Sources, StorePlace};
use crate::failure::Failure;
use crate::serve;

/// What the running server can be asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Request {
    Iam(Act),
    Reseal,
}

#[derive(Debug, Args)]
pub struct Command {
    #[command(flatten)]
    pub sources: Sources,

    #[command(subcommand)]
    pub task: Task,
}

#[derive(Debug, Subcommand)]
pub enum Task {
    #[command(flatten)]
    Act(Act),
    /// Say whether policies allow an action, and why, without a server or a store: status 0 when they do, 1 when they
    /// do not, 2 when the question cannot be read.
    Simulate(simulate::Options),
}

/// `poolhouse iam`: carries out the act and prints what comes of it, as the AWS CLI does.
pub async fn iam(sources: Sources, act: Act) -> Result<(), Failure> {
    run(sources, Request::Iam(act)).await
}

/// `poolhouse key reseal`.
pub async fn reseal(sources: Sources) -> Result<(), Failure> {
    run(sources, Request::Reseal).await
}

async fn run(sources: Sources, request: Request) -> Result<(), Failure> {
    let options = sources.read().map_err(Failure::Refused)?;
    let settings = Settings::try_from(options).map_err(|faults| Failure::Refused(faults.join("\n  ")))?;
    let outcome = match asked(&settings, &request).await? {
        Some(outcome) => outcome,
        None => alone(&settings, request).await?,
    };
    let reply = outcome.map_err(Failure::Failed)?;
    let text = serde_json::to_string_pretty(&reply).map_err(|e| Failure::Failed(e.to_string()))?;
    writeln!(std::io::stdout(), "{text}").map_err(|e| Failure::Failed(e.to_string()))
}

type Outcome = Result<Value, String>;

/// What the server running over this store says, if one does.
async fn asked(settings: &Settings, request: &Request) -> Result<Option<Outcome>, Failure> {
    match &settings.store {
        StorePlace::Embedded { folder } => Ok(socket::ask(folder, request).await?),
        StorePlace::Postgres { .. } => Ok(None),
    }
}

async fn alone(settings: &Settings, request: Request) -> Result<Outcome, Failure> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let (db, keys) = serve::open(settings, &random).await?;
    let base_url = settings.base_url.clone();
    let clock = Arc::new(SystemClock);
    let services = Services::start_with(db, clock, random, keys, base_url, Transport::None, Quotas::off())?;
    Ok(perform::perform(&services, request).await)
}
