//! The bench: `cargo run --release -p load`. Starts `poolhouse dev` as a child, drives it over loopback,
//! measures the floors in the same run, prints one report and keeps it in `bench/results/`.

mod bars;
mod client;
mod cold_start;
mod existence;
mod floors;
mod import;
mod least;
mod measure;
mod memory;
mod operations;
mod plot;
mod postgres;
mod process;
mod report;
mod scale;
mod sign_in;
mod sign_ins;
mod srp_example;
mod stage;
mod things;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tempfile::TempDir;

use crate::stage::Stage;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Longest run; a server that hangs must not hang the bench.
const LIMIT: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures only operations whose names in the table begin so, and prints what each cost. For work on one.
    Only { names: Vec<String> },
    /// The floor of requests: answers each with its own body, on the HTTP stack that Poolhouse uses.
    Least { folder: PathBuf },
    /// Whether the time of an answer tells who exists. With `--document`, replaces the part between
    /// `<!-- existence -->` and `<!-- /existence -->`.
    Existence,
}

#[derive(Debug, Args)]
struct Options {
    /// The program to measure, a release build.
    #[arg(long, value_name = "FILE", env = "POOLHOUSE_BIN", default_value = "target/release/poolhouse")]
    poolhouse: PathBuf,

    /// Sizes of the pools that are compared with one another, in users.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_value = "1000,100000")]
    users: Vec<u64>,

    /// Seconds between the last of 1,000 sign-ins and the reading of the memory.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    rss_after: u64,

    /// Where data folders are made. The disk under it is the one measured.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Where `latest.json` and `latest.svg` go.
    #[arg(long, value_name = "DIR", default_value = "bench/results")]
    results: PathBuf,

    /// A document whose part between `<!-- measured -->` and `<!-- /measured -->` is replaced by the report.
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(
            |runtime| {
                runtime.block_on(async {
                    match cli.command {
                        Some(Command::Only { names }) => only(&cli.options, &names).await,
                        Some(Command::Least { folder }) => least::serve(&folder).await,
                        Some(Command::Existence) => existence::run(&cli.options).await,
                        None => tokio::time::timeout(LIMIT, run(&cli.options)).await?,
                    }
                })
            },
        );
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn stage(options: &Options) -> Result<(Stage, TempDir)> {
    let folder = match &options.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    Ok((Stage { poolhouse: options.poolhouse.clone(), folder: folder.path().to_owned() }, folder))
}

async fn only(options: &Options, names: &[String]) -> Result<()> {
    let (stage, _folder) = stage(options)?;
    operations::measure(stage.start("operations").await?, names).await.map(drop)
}

async fn run(options: &Options) -> Result<()> {
    let (stage, folder) = stage(options)?;
    let cold_start = cold_start::measure(&stage).await?;
    // It rests while the others are measured.
    let resting = memory::sign_in_thousand(&stage).await?;
    let before = floors::measure(folder.path()).await?;
    let operations = operations::measure(stage.start("operations").await?, &[]).await?;
    let after = floors::measure(folder.path()).await?;
    let postgres = postgres::measure(&stage).await?;
    let scale = scale::measure(&stage, &options.users).await?;
    let memory = resting.read_after(Duration::from_secs(options.rss_after)).await?;
    let report = report::Report {
        date: client::utc("%Y-%m-%d")?,
        cores: std::thread::available_parallelism()?.get(),
        binary_bytes: std::fs::metadata(&options.poolhouse)?.len(),
        cold_start,
        memory,
        floors: before.lower(&after),
        operations,
        postgres,
        scale,
    };
    report.publish(options)
}
