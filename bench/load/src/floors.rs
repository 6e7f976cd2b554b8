//! The floors: what an operation cannot do without, each measured alone and in CPU time of all threads,
//! the cheapest of several rounds.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crypto::jose::{self, SigningKey};
use crypto::password_hash::{self, Cost, Memory};
use crypto::random::SystemRandom;
use crypto::secret_box::{Context, RootKeys};
use crypto::srp::client::Attempt;
use crypto::srp::{self, Ephemeral, Proof, PublicA};
use crypto::{mac, totp};
use serde::Serialize;
use storage::engine::{Batch, Schema, SqliteOptions, Statement, Store};
use tokio::task::JoinSet;

use crate::Result;
use crate::echo::Echo;
use crate::measure::{self, ROUNDS, micros};
use crate::process::{Process, own_cpu};

/// CPU microseconds each.
#[derive(Debug, Clone, Serialize)]
pub struct Floors {
    pub echo: f64,
    pub rsa_sign: f64,
    pub rsa_verify: f64,
    /// 256-bit exponent, 3072-bit modulus.
    pub exponentiation: f64,
    /// All that the server computes in one SRP sign-in.
    pub srp_server: f64,
    pub argon2id: f64,
    /// The HMACs-SHA-1 of the three time steps whose codes are taken.
    pub totp: f64,
    /// HMAC-SHA-256 of a code.
    pub hmac: f64,
    /// Sealing what a challenge carries and opening it again, [`SEALED`] bytes.
    pub sealing: f64,
    pub point_read: f64,
    /// One condition and one update, from 64 tasks.
    pub durable_batch: f64,
}

impl Floors {
    /// The lower of two measurements of each.
    pub fn lower(&self, other: &Self) -> Self {
        let lower = |of: fn(&Self) -> f64| of(self).min(of(other));
        Self {
            echo: lower(|f| f.echo),
            rsa_sign: lower(|f| f.rsa_sign),
            rsa_verify: lower(|f| f.rsa_verify),
            exponentiation: lower(|f| f.exponentiation),
            srp_server: lower(|f| f.srp_server),
            argon2id: lower(|f| f.argon2id),
            totp: lower(|f| f.totp),
            hmac: lower(|f| f.hmac),
            sealing: lower(|f| f.sealing),
            point_read: lower(|f| f.point_read),
            durable_batch: lower(|f| f.durable_batch),
        }
    }
}

pub async fn measure(folder: &Path) -> Result<Floors> {
    let echo = Process::start(&std::env::current_exe()?, &["echo"]).await?;
    let echo = measure::measure(&echo, 8, 15_000, &Arc::new(Echo)).await?.cpu_us;
    let (rsa_sign, rsa_verify) = rsa()?;
    let (exponentiation, srp_server) = srp()?;
    let (point_read, durable_batch) = engine(folder).await?;
    Ok(Floors {
        echo,
        rsa_sign,
        rsa_verify,
        exponentiation,
        srp_server,
        argon2id: argon2id()?,
        totp: totp()?,
        hmac: hmac()?,
        sealing: sealing()?,
        point_read,
        durable_batch,
    })
}

/// CPU microseconds of one of `times`, in the cheapest of the rounds.
fn each(times: usize, act: impl Fn() -> Result<()> + Sync) -> Result<f64> {
    each_with(times, || &act)
}

/// As [`each`], where every thread has an `act` of its own. All cores are kept busy, as server and client keep
/// them: a core with busy neighbours takes longer for the same work.
fn each_with<A: FnMut() -> Result<()>>(times: usize, make: impl Fn() -> A + Sync) -> Result<f64> {
    let threads = std::thread::available_parallelism()?.get();
    let mut lowest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let before = own_cpu()?;
        std::thread::scope(|scope| {
            let run = || {
                let mut act = make();
                (0..times).try_for_each(|_| act())
            };
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            running.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a floor panicked")?)
        })?;
        lowest = lowest.min(per(times * threads, own_cpu()? - before));
    }
    Ok(lowest)
}

fn per(times: usize, cpu: Duration) -> f64 {
    micros(cpu) / times as f64
}

/// As tokens are signed and verified: 600 bytes of claims.
fn rsa() -> Result<(f64, f64)> {
    let key = SigningKey::generate()?;
    let public = key.verifying_key()?;
    let claims = [b'c'; 600];
    let token = key.sign(&claims)?;
    let sign = each(400, || Ok(key.sign(&claims).map(drop)?))?;
    let verify = each(8_000, || Ok(jose::verify(&token, [&public]).map(drop)?))?;
    Ok((sign, verify))
}

fn srp() -> Result<(f64, f64)> {
    let one = each(200, || Ok(Attempt::with_private(&[0xa5; 32]).map(drop)?))?;
    let stored = srp::verifier("pool", "user", "password", &SystemRandom)?;
    let attempt = Attempt::new(&SystemRandom)?;
    let public_a = attempt.public_hex();
    let ephemeral = Ephemeral::new(&stored.verifier, &SystemRandom)?;
    let signature = attempt.signature(
        "pool",
        "user",
        "password",
        &stored.salt,
        &ephemeral.public_hex(),
        b"block",
        "now",
    )?;
    let server = each(80, || {
        let a = PublicA::parse(&public_a)?;
        Ephemeral::new(&stored.verifier, &SystemRandom)?;
        let proof = Proof {
            realm: "pool",
            identity: "user",
            verifier: &stored.verifier,
            a: &a,
            ephemeral: &ephemeral,
            secret_block: b"block",
            timestamp: "now",
            signature: &signature,
        };
        Ok(proof.check()?)
    })?;
    Ok((one, server))
}

fn argon2id() -> Result<f64> {
    each_with(12, || {
        let mut memory = Memory::default();
        move || Ok(password_hash::hash("password", [1; 16], Cost::default(), &mut memory).map(drop)?)
    })
}

fn totp() -> Result<f64> {
    let secret = totp::Secret::generate(&SystemRandom);
    each(200_000, || {
        black_box(secret.step_of("000000", 1_800_000_000));
        Ok(())
    })
}

fn hmac() -> Result<f64> {
    each(200_000, || {
        black_box(mac::hmac_sha256(&[1; 32], &[b"user", b"12345678"]));
        Ok(())
    })
}

/// Bytes of a Session within a sign-in.
const SEALED: usize = 640;

fn sealing() -> Result<f64> {
    let keys = RootKeys::new([1; 32], []);
    let context = Context {
        purpose: "session",
        table: "",
        column: "",
        account: "000000000000",
        pool: "eu-west-1_aBcDeFgHi",
        row: "",
    };
    each(20_000, || {
        let sealed = keys.seal_text(&context, &[b'c'; SEALED], &SystemRandom);
        Ok(keys.open_text(&context, &sealed).map(drop)?)
    })
}

const SCHEMA: Schema = Schema(&[
    "CREATE TABLE things (\n  pool TEXT NOT NULL,\n  name TEXT NOT NULL,\n  n BIGINT NOT NULL,\n  note TEXT NOT NULL,\n  PRIMARY KEY (pool, name)\n);\n",
]);
const READS: usize = 40_000;
const TASKS: usize = 64;
const BATCHES_PER_TASK: usize = 150;

async fn engine(folder: &Path) -> Result<(f64, f64)> {
    let folder = tempfile::tempdir_in(folder)?;
    let options = SqliteOptions { schema: SCHEMA, ..SqliteOptions::default() };
    let store = Store::open_sqlite_with(folder.path(), options)?;
    let rows = (0..1000).map(|i| {
        Statement::new(
            "INSERT INTO things (pool, name, n, note) VALUES ($1, $2, 0, $3)",
            vec!["pool".into(), name(i).into(), "x".repeat(200).into()],
        )
    });
    store.apply(rows.collect()).await?;

    let (mut read, mut batch) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        read = read.min(point_reads(&store).await?);
        batch = batch.min(batches(&store).await?);
    }
    Ok((read, batch))
}

async fn point_reads(store: &Store) -> Result<f64> {
    let before = own_cpu()?;
    for i in 0..READS {
        let params = ["pool".into(), name(i % 1000).into()];
        let sql = "SELECT name, n, note FROM things WHERE pool = $1 AND name = $2";
        store.row(sql, &params).await?.ok_or("a row is missing")?;
    }
    Ok(per(READS, own_cpu()? - before))
}

async fn batches(store: &Store) -> Result<f64> {
    let before = own_cpu()?;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..BATCHES_PER_TASK {
                store.apply(batch(task)).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(per(TASKS * BATCHES_PER_TASK, own_cpu()? - before))
}

fn name(i: usize) -> String {
    format!("name {i}")
}

/// What a rotation writes.
fn batch(task: usize) -> Batch {
    let params = || vec!["pool".into(), name(task).into()];
    [
        Statement::new("SELECT 1 FROM things WHERE pool = $1 AND name = $2", params()).must_find("there"),
        Statement::new("UPDATE things SET n = n + 1 WHERE pool = $1 AND name = $2", params())
            .must_change_one("changed"),
    ]
    .into_iter()
    .collect()
}
