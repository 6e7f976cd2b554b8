//! Driving a server from some connections, and what it cost.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

use crate::Result;
use crate::client::Client;
use crate::process::Process;

/// What a scenario repeats. `n` differs each time.
pub trait Operation: Send + Sync + 'static {
    fn run(&self, client: &mut Client, n: usize) -> impl Future<Output = Result<()>> + Send;
}

impl<T: Operation> Operation for Arc<T> {
    fn run(&self, client: &mut Client, n: usize) -> impl Future<Output = Result<()>> + Send {
        self.as_ref().run(client, n)
    }
}

/// What many of one operation took.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    pub operations: usize,
    pub connections: usize,
    /// The server's CPU time per operation in the cheapest round, in microseconds.
    pub cpu_us: f64,
    /// As the client saw it, the client's own half of SRP included.
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub per_second: f64,
    /// How many cores the server kept busy.
    pub busy: f64,
}

/// Runs the operation unmeasured: `n` in `0..operations`.
pub async fn drive(
    address: SocketAddr,
    connections: usize,
    operations: usize,
    operation: impl Operation,
) -> Result<()> {
    let clients = open(address, connections).await?;
    phase(clients, &Arc::new(operation), 0..operations).await.map(drop)
}

/// Rounds of a measurement. What else the machine does only ever adds CPU time (caches, shared cores), so the
/// cheapest round is the truest, of operations and floors alike.
pub const ROUNDS: usize = 3;

/// Warms the server up with a tenth, lets it settle, then measures [`ROUNDS`] times: `n` in
/// `0..operations * 3 + operations / 10`.
pub async fn measure(
    server: &Process,
    connections: usize,
    operations: usize,
    operation: &Arc<impl Operation>,
) -> Result<Measured> {
    let mut series = Series::begin(server, connections, operations, operation).await?;
    for _ in 0..ROUNDS {
        series.round(server, operation).await?;
    }
    series.end()
}

/// A measurement under way, so that those of several servers can take turns.
pub struct Series {
    clients: Vec<Client>,
    operations: usize,
    next: usize,
    lowest_cpu: Duration,
    cpu: Duration,
    elapsed: Duration,
    latencies: Vec<Duration>,
}

impl Series {
    pub async fn begin(
        server: &Process,
        connections: usize,
        operations: usize,
        operation: &Arc<impl Operation>,
    ) -> Result<Self> {
        let next = operations / 10;
        let (clients, _) = phase(open(server.address, connections).await?, operation, 0..next).await?;
        server.settle().await?;
        Ok(Self {
            clients,
            operations,
            next,
            lowest_cpu: Duration::MAX,
            cpu: Duration::ZERO,
            elapsed: Duration::ZERO,
            latencies: Vec::new(),
        })
    }

    pub async fn round(&mut self, server: &Process, operation: &Arc<impl Operation>) -> Result<()> {
        let clients = std::mem::take(&mut self.clients);
        let numbers = self.next..self.next + self.operations;
        self.next = numbers.end;
        let (before, start) = (server.cpu()?, Instant::now());
        let (clients, latencies) = phase(clients, operation, numbers).await?;
        let (elapsed, cpu) = (start.elapsed(), server.cpu()? - before);
        self.clients = clients;
        self.elapsed += elapsed;
        self.cpu += cpu;
        self.lowest_cpu = self.lowest_cpu.min(cpu);
        self.latencies.extend(latencies);
        Ok(())
    }

    pub fn end(mut self) -> Result<Measured> {
        self.latencies.sort_unstable();
        let last = self.latencies.len().checked_sub(1).ok_or("nothing was measured")?;
        let percentile = |p: usize| millis(self.latencies[(self.latencies.len() * p / 100).min(last)]);
        let seconds = self.elapsed.as_secs_f64();
        Ok(Measured {
            operations: self.latencies.len(),
            connections: self.clients.len(),
            cpu_us: micros(self.lowest_cpu) / self.operations as f64,
            p50_ms: percentile(50),
            p99_ms: percentile(99),
            per_second: self.latencies.len() as f64 / seconds,
            busy: self.cpu.as_secs_f64() / seconds,
        })
    }
}

async fn open(address: SocketAddr, connections: usize) -> Result<Vec<Client>> {
    let mut clients = Vec::with_capacity(connections);
    for _ in 0..connections {
        clients.push(Client::open(address).await?);
    }
    Ok(clients)
}

/// Each client takes the next number until all are taken.
async fn phase(
    clients: Vec<Client>,
    operation: &Arc<impl Operation>,
    numbers: Range<usize>,
) -> Result<(Vec<Client>, Vec<Duration>)> {
    let next = Arc::new(AtomicUsize::new(numbers.start));
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let (next, operation) = (next.clone(), operation.clone());
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= numbers.end {
                    return Result::Ok((client, latencies));
                }
                let start = Instant::now();
                operation.run(&mut client, n).await?;
                latencies.push(start.elapsed());
            }
        });
    }
    let (mut clients, mut latencies) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (client, some) = done??;
        clients.push(client);
        latencies.extend(some);
    }
    Ok((clients, latencies))
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
