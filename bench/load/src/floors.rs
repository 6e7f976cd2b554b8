//! The floors: what an operation cannot do without, each measured alone and in CPU time of all threads,
//! the cheapest of several rounds.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use crypto::jose::{self, SigningKey};
use crypto::password_hash::{self, Cost, Memory};
use crypto::random::SystemRandom;
use crypto::secret_box::{Context, RootKeys};
use crypto::srp::client::Attempt;
use crypto::{mac, totp};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::Result;
use crate::least::{self, Work};
use crate::measure::{ROUNDS, micros};
use crate::operations::{FEW, MANY};
use crate::process::own_cpu;
use crate::srp_example::SrpExample;
use crate::things::Things;

/// CPU microseconds each.
#[derive(Debug, Clone, Serialize)]
pub struct Floors {
    /// Requests that do nothing, and those that do just what the operation cannot do without.
    pub echo: f64,
    pub get_user: f64,
    pub refresh: f64,
    pub rotate: f64,
    /// Both requests of an SRP sign-in together, less the echo of each.
    pub srp_sign_in: f64,
    pub rsa_sign: f64,
    pub rsa_verify: f64,
    /// ECDSA on P-256: what a passkey's answer is verified by.
    pub es256_verify: f64,
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
            get_user: lower(|f| f.get_user),
            refresh: lower(|f| f.refresh),
            rotate: lower(|f| f.rotate),
            srp_sign_in: lower(|f| f.srp_sign_in),
            rsa_sign: lower(|f| f.rsa_sign),
            rsa_verify: lower(|f| f.rsa_verify),
            es256_verify: lower(|f| f.es256_verify),
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
    let things = tempfile::tempdir_in(folder)?;
    let server = least::start(things.path()).await?;
    let echo = least::measure(&server, FEW, 15_000, Work::Echo).await?;
    let get_user = least::measure(&server, FEW, 12_000, Work::GetUser).await?;
    let refresh = least::measure(&server, FEW, 500, Work::Refresh).await?;
    let rotate = least::measure(&server, MANY, 640, Work::Rotate).await?;
    let challenge = least::measure(&server, FEW, 400, Work::SrpChallenge).await?;
    let proof = least::measure(&server, FEW, 160, Work::SrpProof).await?;
    let srp_sign_in = challenge + proof - 2.0 * echo;
    drop(server);
    let (rsa_sign, rsa_verify) = rsa()?;
    let (exponentiation, srp_server) = srp()?;
    let (point_read, durable_batch) = engine(folder).await?;
    Ok(Floors {
        echo,
        get_user,
        refresh,
        rotate,
        srp_sign_in,
        rsa_sign,
        rsa_verify,
        es256_verify: es256()?,
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

fn es256() -> Result<f64> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
    let signature = key.sign(&random, &[b'c'; 69])?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.public_key().as_ref());
    each(4_000, || Ok(public.verify(&[b'c'; 69], signature.as_ref())?))
}

fn srp() -> Result<(f64, f64)> {
    let one = each(200, || Ok(Attempt::with_private(&[0xa5; 32]).map(drop)?))?;
    let example = SrpExample::new()?;
    let server = each(80, || example.challenge().and_then(|()| example.prove()))?;
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

const READS: usize = 40_000;
const BATCHES_PER_TASK: usize = 150;

async fn engine(folder: &Path) -> Result<(f64, f64)> {
    let folder = tempfile::tempdir_in(folder)?;
    let things = Things::open(folder.path()).await?;
    let (mut read, mut batch) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        read = read.min(point_reads(&things).await?);
        batch = batch.min(batches(&things).await?);
    }
    Ok((read, batch))
}

async fn point_reads(things: &Things) -> Result<f64> {
    let before = own_cpu()?;
    for n in 0..READS {
        things.read(n).await?;
    }
    Ok(per(READS, own_cpu()? - before))
}

async fn batches(things: &Things) -> Result<f64> {
    let before = own_cpu()?;
    let mut tasks = JoinSet::new();
    for task in 0..MANY {
        let things = things.clone();
        tasks.spawn(async move {
            for _ in 0..BATCHES_PER_TASK {
                things.change(task).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(per(MANY * BATCHES_PER_TASK, own_cpu()? - before))
}
