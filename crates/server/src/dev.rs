//! `poolhouse dev`: an emulator for tests and local work.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use crypto::random::{Random, SystemRandom};
use crypto::secret_box::RootKeys;
use devtools::{Controls, ShiftedClock};
use flows::Services;
use storage::Db;
use storage::engine::{PostgresOptions, Store};
use storage::installation::{self, Birth};
use tokio::net::TcpListener;

use crate::cli::DevOptions;
use crate::jobs;
use crate::listen;
use crate::router::Router;
use crate::seed;
use crate::tls::{self, Tls};

/// The port that cognito-local made customary.
const PORT: u16 = 9229;

/// What `dev` stores are sealed under. Everyone knows it: test data is no secret, and a store born here opens
/// in no other mode.
const ROOT_KEY: [u8; 32] = *b"a key for development data only!";

type Outcome<T> = Result<T, String>;

pub async fn run(options: DevOptions) -> Outcome<()> {
    let listeners = bind(&options).await?;
    let temporary = match (&options.data, &options.store) {
        (None, None) => Some(tempfile::tempdir().map_err(|e| format!("a temporary folder: {e}"))?),
        _ => None,
    };
    let folder = options.data.as_deref().or(temporary.as_ref().map(|t| t.path()));
    let store = open(&options, folder).await?;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let keys = Arc::new(RootKeys::new(ROOT_KEY, []));
    let db = Db::new(store, keys.clone(), random.clone());
    installation::claim(&db, Birth::Dev).await.map_err(describe)?;
    let clock = Arc::new(ShiftedClock::default());
    let scheme = if options.tls { "https" } else { "http" };
    let base_url = match listeners.first().and_then(|l| l.local_addr().ok()) {
        // Who chooses an address is called by it.
        Some(address) if options.listen.is_some() => format!("{scheme}://{address}"),
        _ => format!("{scheme}://localhost:{PORT}"),
    };
    let services = Services::start(db, clock.clone(), random, keys, base_url).map_err(describe)?;
    services.key_maker.warm_up();
    if let Some(file) = &options.seed {
        seed::plant(&services, file).await?;
    }
    let tls = match (options.tls, folder) {
        (false, _) => None,
        (true, Some(folder)) => Some(tls::prepare(folder, &options.allow_host, services.clock.real())?),
        (true, None) => return Err("--tls keeps its certificate authority in a folder; give --data".into()),
    };
    jobs::start(&services);
    greet(&listeners, scheme, tls.as_ref());
    let controls = Controls::new(services.clone(), clock);
    let router = Arc::new(Router::dev(services, controls, options.allow_host));
    listen::serve(listeners, router, tls.map(|tls| tls.acceptor)).await;
    Ok(())
}

async fn bind(options: &DevOptions) -> Outcome<Vec<TcpListener>> {
    let failed = |address: SocketAddr| move |e: std::io::Error| format!("cannot listen on {address}: {e}");
    if let Some(address) = options.listen {
        if !address.ip().is_loopback() && !options.allow_remote {
            return Err(format!("{address} can be reached from other machines; --allow-remote permits that"));
        }
        return Ok(vec![TcpListener::bind(address).await.map_err(failed(address))?]);
    }
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, PORT));
    let mut listeners = vec![TcpListener::bind(v4).await.map_err(failed(v4))?];
    // Machines without IPv6 do with one address.
    listeners.extend(TcpListener::bind(v6).await.ok());
    Ok(listeners)
}

async fn open(options: &DevOptions, folder: Option<&Path>) -> Outcome<Store> {
    match (&options.store, folder) {
        (Some(url), _) => Store::open_postgres(url, PostgresOptions::default(), Arc::new(SystemRandom))
            .await
            .map_err(|e| format!("the store: {e}")),
        (None, Some(folder)) => {
            Store::open_sqlite(folder).map_err(|e| format!("the store in {}: {e}", folder.display()))
        }
        (None, None) => Err("no store".into()),
    }
}

/// Says where it is. Whoever started it may have closed the output by now; that is no reason to end.
fn greet(listeners: &[TcpListener], scheme: &str, tls: Option<&Tls>) {
    let addresses: Vec<SocketAddr> = listeners.iter().filter_map(|l| l.local_addr().ok()).collect();
    let mut out = std::io::stdout().lock();
    for address in &addresses {
        let _ = writeln!(out, "poolhouse dev listening on {scheme}://{address}");
    }
    if let Some(address) = addresses.first() {
        let _ = writeln!(out, "inbox: {scheme}://localhost:{}/_poolhouse/inbox", address.port());
    }
    if let Some(tls) = tls {
        let _ = writeln!(out, "certificate authority to trust: {}", tls.authority.display());
    }
}

fn describe(error: domain::Error) -> String {
    match error {
        domain::Error::Internal(text) => text,
        other => other.to_string(),
    }
}
