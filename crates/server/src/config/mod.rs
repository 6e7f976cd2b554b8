//! The configuration of `poolhouse serve`: flags over environment over file over defaults, read as
//! [`Options`], judged into [`Settings`].

mod check;
mod file;
mod options;
mod quotas;
#[cfg(test)]
mod reference;
mod settings;
mod store_url;

use std::path::PathBuf;

use clap::{Args, CommandFactory};

pub use check::check;
pub use options::Options;
pub use settings::{Settings, StorePlace, TlsFiles};

use crate::cli::Cli;

/// Where the configuration comes from.
#[derive(Debug, Args)]
pub struct Sources {
    /// The configuration file, in TOML. Without it none is read.
    #[arg(long, env = "POOLHOUSE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(flatten)]
    pub options: Options,
}

impl Sources {
    /// What all sources say together.
    pub fn read(self) -> Result<Options, String> {
        let file = match &self.config {
            Some(path) => file::read(path)?,
            None => Options::default(),
        };
        Ok(self.options.over(file).over(Options::defaults()))
    }
}

/// Variables of the environment that look like options and are none: most likely misspelled.
pub fn unknown_variables() -> Vec<String> {
    let serve = Cli::command();
    let known: Vec<_> = serve
        .get_subcommands()
        .flat_map(|command| command.get_arguments())
        .filter_map(|argument| argument.get_env())
        .collect();
    std::env::vars_os()
        .filter(|(name, _)| !known.contains(&name.as_os_str()))
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("POOLHOUSE_"))
        .collect()
}
