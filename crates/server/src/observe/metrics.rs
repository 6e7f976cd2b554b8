//! What is counted. Labels are names of operations and outcomes, never anything of a request. A request costs
//! a few additions to atomics; what lies in queues is looked up when somebody asks.

use std::sync::OnceLock;
use std::time::Duration;

use flows::Services;
use http::{Response, StatusCode};
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};
use wire::cognito_idp::Operation;

use crate::listen::Gate;

/// Upper bounds in seconds: reads take less than a millisecond, hashing a password some fifteen.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
const OUTCOMES: [&str; 4] = ["ok", "refused", "throttled", "failed"];
/// The operations, and behind them the other targets.
const TARGETS: usize = Operation::ALL.len() + 3;

/// What a request was for.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    Operation(Operation),
    Sts,
    IssuerDocument,
    Unknown,
}

impl Target {
    const fn index(self) -> usize {
        match self {
            Self::Operation(operation) => operation as usize,
            Self::Sts => TARGETS - 3,
            Self::IssuerDocument => TARGETS - 2,
            Self::Unknown => TARGETS - 1,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.name(),
            Self::Sts => "STS",
            Self::IssuerDocument => "issuer document",
            Self::Unknown => "unknown",
        }
    }
}

/// One target's counters, in the order of [`OUTCOMES`], and its times.
struct Series {
    outcomes: [IntCounter; OUTCOMES.len()],
    seconds: Histogram,
}

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Made when a target is first asked for.
    series: [OnceLock<Series>; TARGETS],
    connections: IntGauge,
    connections_refused: IntGauge,
    hashing_waiting: IntGauge,
    batches: [IntGauge; 3],
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("poolhouse_requests_total", "Requests answered, by operation and outcome."),
            &["operation", "outcome"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("poolhouse_request_seconds", "Time from a whole request to its answer.")
                .buckets(SECONDS.to_vec()),
            &["operation"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let build = Opts::new("poolhouse_build_info", "The version of the program.")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        gauge(&registry, build)?.set(1);
        let batch = |outcome| {
            let opts = Opts::new("poolhouse_store_batches", "Batches written since the start, by outcome.")
                .const_label("outcome", outcome);
            gauge(&registry, opts)
        };
        Ok(Self {
            series: [const { OnceLock::new() }; TARGETS],
            connections: gauge(&registry, Opts::new("poolhouse_connections", "Open connections."))?,
            connections_refused: gauge(
                &registry,
                Opts::new("poolhouse_connections_refused", "Connections closed unserved since the start."),
            )?,
            hashing_waiting: gauge(
                &registry,
                Opts::new("poolhouse_hashing_waiting", "Passwords that wait to be hashed."),
            )?,
            batches: [batch("applied")?, batch("refused")?, batch("failed")?],
            requests,
            seconds,
            registry,
        })
    }

    /// Counts an answered request.
    pub fn record<B>(&self, target: Target, response: &Response<B>, took: Duration) {
        let series = self.series[target.index()].get_or_init(|| Series {
            outcomes: OUTCOMES.map(|outcome| self.requests.with_label_values(&[target.name(), outcome])),
            seconds: self.seconds.with_label_values(&[target.name()]),
        });
        series.outcomes[outcome(response)].inc();
        series.seconds.observe(took.as_secs_f64());
    }

    /// Everything in Prometheus's text format.
    pub fn text(&self, services: &Services, gate: &Gate) -> prometheus::Result<Vec<u8>> {
        self.connections.set(whole(gate.connections() as u64));
        self.connections_refused.set(whole(gate.refused()));
        self.hashing_waiting.set(whole(services.hasher.waiting() as u64));
        let batches = services.db.batches();
        for (gauge, count) in self.batches.iter().zip([batches.applied, batches.refused, batches.failed]) {
            gauge.set(whole(count));
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

fn gauge(registry: &Registry, opts: Opts) -> prometheus::Result<IntGauge> {
    let gauge = IntGauge::with_opts(opts)?;
    registry.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn outcome<B>(response: &Response<B>) -> usize {
    let is_throttled = || {
        let kind = response.headers().get("x-amzn-errortype");
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"TooManyRequestsException"))
    };
    match response.status() {
        status if status.is_server_error() => 3,
        StatusCode::TOO_MANY_REQUESTS => 2,
        status if status.is_client_error() => {
            if is_throttled() {
                2
            } else {
                1
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_place_of_its_own() {
        let targets = Operation::ALL.map(Target::Operation).into_iter().chain([
            Target::Sts,
            Target::IssuerDocument,
            Target::Unknown,
        ]);
        let mut places: Vec<usize> = targets.map(Target::index).collect();
        places.sort_unstable();
        assert_eq!(places, (0..TARGETS).collect::<Vec<_>>());
    }

    #[test]
    fn outcomes() {
        for (status, kind, expected) in [
            (200, None, "ok"),
            (400, Some("NotAuthorizedException:"), "refused"),
            (404, None, "refused"),
            (400, Some("TooManyRequestsException:"), "throttled"),
            (429, None, "throttled"),
            (500, Some("InternalErrorException:"), "failed"),
            (503, None, "failed"),
        ] {
            let mut response = Response::builder().status(status);
            if let Some(kind) = kind {
                response = response.header("x-amzn-errortype", kind);
            }
            assert_eq!(OUTCOMES[outcome(&response.body(()).unwrap())], expected, "{status} {kind:?}");
        }
    }
}
