//! `poolhouse dev`: an emulator for tests and local work.

mod router;
mod seed;

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use crypto::random::{Random, SystemRandom};
use crypto::secret_box::RootKeys;
use devtools::{Controls, ShiftedClock};
use flows::quotas::{self, Mode, Quotas};
use flows::services::{Services, Transport};
use router::Router;
use storage::installation::Birth;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::cli::DevOptions;
use crate::failure::Failure;
use crate::jobs;
use crate::listen::{self, Gate, Limits, Listener, asked_to_end};
use crate::store::{self, Place};
use crate::tls::authority::{self, Tls};

/// The port that cognito-local made customary.
const PORT: u16 = 9229;

/// What `dev` stores are sealed under. Everyone knows it: test data is no secret, and a store born here opens
/// in no other mode.
pub const ROOT_KEY: [u8; 32] = *b"a key for development data only!";

pub async fn run(options: DevOptions) -> Result<(), Failure> {
    let listeners = bind(&options).await?;
    let temporary = match (&options.data, &options.store) {
        (None, None) => Some(tempfile::tempdir().map_err(|e| format!("a temporary folder: {e}"))?),
        _ => None,
    };
    let folder = options.data.as_deref().or(temporary.as_ref().map(|t| t.path()));
    let place = match (&options.store, folder) {
        (Some(url), _) => Place::Postgres { url, connections: 8 },
        (None, Some(folder)) => Place::Folder(folder),
        (None, None) => return Err(Failure::Failed("no store".into())),
    };
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let keys = Arc::new(RootKeys::new(ROOT_KEY, []));
    let db = store::open(place, Birth::Dev, &keys, &random).await?;
    let clock = Arc::new(ShiftedClock::default());
    let scheme = if options.tls { "https" } else { "http" };
    let base_url = match listeners.first().and_then(|l| l.local_addr().ok()) {
        // Who chooses an address is called by it.
        Some(address) if options.listen.is_some() => format!("{scheme}://{address}"),
        _ => format!("{scheme}://localhost:{PORT}"),
    };
    let quotas = match options.quotas {
        true if db.store().is_exclusive() => Quotas::new(quotas::Settings::for_development(), Mode::Alone),
        true => Quotas::new(quotas::Settings::for_development(), Mode::Shared),
        false => Quotas::off(),
    };
    let services = Services::start_with(db, clock.clone(), random, keys, base_url, Transport::Inbox, quotas)?;
    services.key_maker.warm_up();
    if let Some(file) = &options.seed {
        seed::plant(&services, file).await?;
    }
    let tls = match (options.tls, folder) {
        (false, _) => None,
        (true, Some(folder)) => Some(authority::prepare(folder, &options.allow_host, services.clock.real())?),
        (true, None) => {
            return Err(Failure::Refused(
                "--tls keeps its certificate authority in a folder; give --data".into(),
            ));
        }
    };
    jobs::start(&services);
    let asked_to_end = asked_to_end();
    greet(&listeners, scheme, tls.as_ref());
    let controls = Controls::new(services.clone(), clock);
    let limits = Limits::default();
    let listener = Listener {
        sockets: listeners,
        surface: Arc::new(Router::new(services, controls, options.allow_host)),
        tls: tls.map(|tls| tls.acceptor),
        gate: Gate::open(&limits),
        limits,
    };
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(listener.serve(stopping));
    asked_to_end.await;
    let _ = stop.send(true);
    let _ = serving.await;
    Ok(())
}

async fn bind(options: &DevOptions) -> Result<Vec<TcpListener>, Failure> {
    if let Some(address) = options.listen {
        if !address.ip().is_loopback() && !options.allow_remote {
            let text = format!("{address} can be reached from other machines; --allow-remote permits that");
            return Err(Failure::Refused(text));
        }
        return Ok(listen::bind(&[address]).await?);
    }
    let mut sockets = listen::bind(&[SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))]).await?;
    // Machines without IPv6 do with one address.
    sockets.extend(TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, PORT))).await.ok());
    Ok(sockets)
}

/// Says where it is. Whoever started it may have closed the output by now; that is no reason to end.
fn greet(listeners: &[TcpListener], scheme: &str, tls: Option<&Tls>) {
    let addresses = listen::addresses(listeners);
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
