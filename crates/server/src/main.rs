//! Poolhouse: Amazon Cognito that you run yourself.

mod cli;
mod dev;
mod iam_command;
mod jobs;
mod listen;
mod router;
mod seed;
mod tls;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Dev(options) => serve(dev::run(options)),
        Command::Iam(command) => iam_command::run(command),
    }
}

fn serve(task: impl Future<Output = Result<(), String>>) -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(log_filter()).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failed(&message),
    }
}

/// `POOLHOUSE_LOG`, or warnings. The WebAuthn library stays silent: it logs what strangers send, as errors even,
/// and its refusals come back as values.
fn log_filter() -> EnvFilter {
    let filter = EnvFilter::try_from_env("POOLHOUSE_LOG").unwrap_or_else(|_| "warn".into());
    match "webauthn_rs_core=off".parse() {
        Ok(silence) => filter.add_directive(silence),
        Err(_) => filter,
    }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("poolhouse: {error}");
    ExitCode::FAILURE
}
