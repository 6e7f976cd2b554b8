//! Poolhouse: Amazon Cognito that you run yourself.

mod admin;
mod cli;
mod config;
mod dev;
mod failure;
mod jobs;
mod listen;
mod log;
mod observe;
mod private;
mod root_key;
mod serve;
mod store;
mod tls;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command, ConfigCommand, KeyCommand};
use config::Settings;
use crypto::random::SystemRandom;
use failure::Failure;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(status) => status,
        Err(failure) => {
            eprintln!("poolhouse: {failure}");
            failure.status()
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Dev(options) => {
            log::in_words();
            block_on(dev::run(options))?;
        }
        Command::Serve(sources) => {
            let options = sources.read().map_err(Failure::Refused)?;
            let settings =
                Settings::try_from(options).map_err(|faults| Failure::Refused(faults.join("\n  ")))?;
            log::in_json(&settings.log);
            for name in config::unknown_variables() {
                tracing::warn!(name, "a variable of the environment that is no option");
            }
            block_on(serve::run(settings))?;
        }
        Command::Iam(command) => match command.task {
            admin::Task::Act(act) => block_on(admin::iam(command.sources, act))?,
            admin::Task::Simulate(options) => return Ok(admin::simulate(&options)),
        },
        Command::Config(ConfigCommand::Check(sources)) => {
            config::check(*sources).map_err(Failure::Refused)?;
        }
        Command::Key(KeyCommand::Create { file }) => {
            root_key::create(&file, &SystemRandom).map_err(Failure::Refused)?;
        }
        Command::Key(KeyCommand::Reseal(sources)) => block_on(admin::reseal(*sources))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn block_on(task: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|e| Failure::Failed(e.to_string()))?.block_on(task)
}
