//! Logs, on standard error. What is logged names things by their ids, and never people.

use tracing_subscriber::EnvFilter;

/// In words for people; `POOLHOUSE_LOG`, or warnings.
pub fn in_words() {
    let filter = EnvFilter::try_from_env("POOLHOUSE_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(quiet(filter)).init();
}

/// In JSON, one object a line.
pub fn in_json(directives: &str) {
    let filter = quiet(EnvFilter::try_new(directives).unwrap_or_else(|_| "info".into()));
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}

/// The WebAuthn library stays silent: it logs what strangers send, as errors even, and its refusals come back
/// as values.
fn quiet(filter: EnvFilter) -> EnvFilter {
    match "webauthn_rs_core=off".parse() {
        Ok(silence) => filter.add_directive(silence),
        Err(_) => filter,
    }
}
