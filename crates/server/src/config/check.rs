//! `poolhouse config check`: what `poolhouse serve` would run by, and what keeps it from it.

use std::io::Write;

use super::{Settings, Sources, unknown_variables};
use crate::root_key;
use crate::tls;

/// Prints the configuration as a file that says the same, without secrets. The error names every fault.
pub fn check(sources: Sources) -> Result<(), String> {
    let options = sources.read()?;
    let shown = toml::to_string(&options).map_err(|e| e.to_string())?;
    let _ = write!(std::io::stdout(), "{shown}");
    for name in unknown_variables() {
        eprintln!("poolhouse: {name} is no option");
    }
    let mut faults = match Settings::try_from(options) {
        Ok(settings) => files(&settings),
        Err(faults) => faults,
    };
    match faults.len() {
        0 => Ok(()),
        1 => Err(faults.remove(0)),
        n => Err(format!("{n} faults\n  {}", faults.join("\n  "))),
    }
}

/// What is wrong with the files that the settings name.
fn files(settings: &Settings) -> Vec<String> {
    let root_key = root_key::check(settings).err().map(|e| format!("root_key: {e}"));
    let old = settings
        .old_root_keys
        .iter()
        .filter_map(|file| root_key::read(file).err().map(|e| format!("old_root_keys: {e}")));
    let tls = settings
        .tls
        .as_ref()
        .and_then(|files| tls::files::load(files).err().map(|e| format!("tls_certificate: {e}")));
    root_key.into_iter().chain(old).chain(tls).collect()
}
