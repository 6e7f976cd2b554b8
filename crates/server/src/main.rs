//! Poolhouse: Amazon Cognito that you run yourself.

mod cli;
mod dev;
mod jobs;
mod listen;
mod router;
mod seed;
mod tls;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("POOLHOUSE_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let outcome = match cli.command {
        Command::Dev(options) => runtime.block_on(dev::run(options)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failed(&message),
    }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("poolhouse: {error}");
    ExitCode::FAILURE
}
