//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::admin;
use crate::config::Sources;

/// Amazon Cognito that you run yourself.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an emulator for tests and local work. Any AWS credentials are accepted.
    Dev(DevOptions),
    /// Run an identity server for production.
    Serve(Box<Sources>),
    /// Manage who administers: accounts, users, roles, their policies and access keys. Look at what policies allow.
    Iam(Box<admin::Command>),
    /// Look at the configuration of `poolhouse serve`.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Keep the root key, under which secrets in the store are sealed.
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print what would be used, without secrets, and what is wrong with it.
    Check(Box<Sources>),
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a root key in a new file.
    Create { file: PathBuf },
    /// Seal what lies in the store under the current root key, so that former ones are needed no more. When
    /// every server runs with the current one.
    Reseal(Box<Sources>),
}

#[derive(Debug, Args)]
pub struct DevOptions {
    /// Address and port. Without it: port 9229 on 127.0.0.1 and ::1.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,

    /// Where data is kept. Without it: a temporary folder, gone at exit. With --store: only what --tls keeps.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// A PostgreSQL database instead of the embedded store, as postgres://user@host/database.
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,

    /// A JSON file of pools, clients, groups and users to begin with. What exists already is left as it is.
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,

    /// Serve HTTPS, with a certificate authority of its own kept in the data folder as ca.pem.
    #[arg(long)]
    pub tls: bool,

    /// Another host name by which this server may be called. Can be repeated.
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,

    /// Limit request rates as Cognito does. Adjustable limits may be raised to ten times their default.
    #[arg(long)]
    pub quotas: bool,

    /// Permit a --listen address that other machines can reach.
    #[arg(long)]
    pub allow_remote: bool,
}
