//! `poolhouse serve`: the production mode.

mod router;

use std::io::Write;
use std::sync::Arc;

use crypto::random::{Random, SystemRandom};
use crypto::secret_box::RootKeys;
use domain::ports::SystemClock;
use flows::quotas::{Mode, Quotas};
use flows::services::{Services, Transport};
use storage::Db;
use storage::installation::Birth;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::admin;
use crate::config::{Settings, StorePlace};
use crate::failure::Failure;
use crate::jobs;
use crate::listen::{self, Gate, Limits, Listener, asked_to_end};
use crate::observe::{Metrics, Observe};
use crate::private;
use crate::root_key;
use crate::store::{self, Place};
use crate::tls;
use router::Router;

/// Serves until the process is asked to end, and until then what was under way has ended too.
pub async fn run(settings: Settings) -> Result<(), Failure> {
    // Without a certificate to read again there is nothing to do at SIGHUP, and it must not end the process.
    let _hangups = signal(SignalKind::hangup()).map_err(|e| Failure::Failed(e.to_string()))?;
    let sockets = listen::bind(&settings.listen).await?;
    let operations_sockets = listen::bind(&settings.operations_listen).await?;
    let tls = settings.tls.clone().map(tls::files::serve).transpose().map_err(Failure::Refused)?;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let (db, keys) = open(&settings, &random).await?;
    let clock = Arc::new(SystemClock);
    let base_url = settings.base_url.clone();
    let mode = if db.store().is_exclusive() { Mode::Alone } else { Mode::Shared };
    let quotas = Quotas::new(settings.quotas.clone(), mode);
    let services = Services::start_with(db, clock, random, keys, base_url, Transport::None, quotas)?;
    services.key_maker.warm_up();
    jobs::start(&services);
    let administration = match &settings.store {
        StorePlace::Embedded { folder } => Some(admin::socket::serve(folder, services.clone())),
        StorePlace::Postgres { .. } => None,
    };
    let _administration =
        administration.transpose().map_err(|e| Failure::Failed(format!("the administration socket: {e}")))?;

    let metrics = Arc::new(Metrics::new().map_err(|e| Failure::Failed(format!("metrics: {e}")))?);
    let gate = Gate::guarded(&settings.limits, settings.trusted_proxies.clone());
    let observe = Arc::new(Observe::new(services.clone(), metrics.clone(), gate.clone()));
    let asked_to_end = asked_to_end();
    greet(&sockets, &operations_sockets, tls.is_some());

    let (stop_operations, operations_stopping) = watch::channel(false);
    let operations = Listener {
        sockets: operations_sockets,
        surface: observe.clone(),
        tls: None,
        gate: Gate::open(&Limits::default()),
        limits: Limits::default(),
    };
    let operations = tokio::spawn(operations.serve(operations_stopping));

    let (stop, stopping) = watch::channel(false);
    let surface = Arc::new(Router::new(services, metrics));
    let listener = Listener { sockets, surface, tls, gate, limits: settings.limits };
    let serving = tokio::spawn(listener.serve(stopping));
    asked_to_end.await;
    tracing::info!(seconds = settings.limits.drain.as_secs(), "draining");
    observe.drain();
    let _ = stop.send(true);
    let _ = serving.await;
    let _ = stop_operations.send(true);
    let _ = operations.await;
    tracing::info!("ended");
    Ok(())
}

/// The store, with the root keys that it is sealed under.
pub async fn open(settings: &Settings, random: &Arc<dyn Random>) -> Result<(Db, Arc<RootKeys>), Failure> {
    if let StorePlace::Embedded { folder } = &settings.store {
        private::folder(folder).map_err(Failure::Refused)?;
        private::from_now_on();
    }
    let keys = Arc::new(root_key::load(settings, random.as_ref()).map_err(Failure::Refused)?);
    let place = match &settings.store {
        StorePlace::Embedded { folder } => Place::Folder(folder),
        StorePlace::Postgres { url, connections } => {
            Place::Postgres { url: url.reveal(), connections: *connections }
        }
    };
    Ok((store::open(place, Birth::Serve, &keys, random).await?, keys))
}

/// Says where it is. Whoever started it may have closed the output by now; that is no reason to end.
fn greet(sockets: &[tokio::net::TcpListener], operations: &[tokio::net::TcpListener], tls: bool) {
    let scheme = if tls { "https" } else { "http" };
    let mut out = std::io::stdout().lock();
    for address in listen::addresses(sockets) {
        let _ = writeln!(out, "poolhouse serve listening on {scheme}://{address}");
    }
    for address in listen::addresses(operations) {
        let _ = writeln!(out, "operations on http://{address}");
    }
}
