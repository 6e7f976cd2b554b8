//! Repository chores: `cargo xtask codegen [--check] [--wheel FILE]`, `cargo xtask floors [--print]`.

mod codegen;
mod floors;

use std::process::ExitCode;

pub type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some("codegen") => codegen::run(&args[1..]),
        Some("floors") => floors::run(&args[1..]),
        _ => Err("usage: cargo xtask codegen [--check] [--wheel FILE] | floors [--print]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the checkout.
pub fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(Default::default, Into::into)
}
