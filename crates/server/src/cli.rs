//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::iam_command::IamCommand;

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
    /// Look at policies.
    #[command(subcommand)]
    Iam(IamCommand),
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

    /// Permit a --listen address that other machines can reach.
    #[arg(long)]
    pub allow_remote: bool,
}
