//! Prints what each primitive costs in CPU time on this machine (Linux):
//! `cargo run --release -p crypto --example costs`.

use std::hint::black_box;

use crypto::jose::{self, SigningKey};
use crypto::password_hash::{self, Cost, Memory};
use crypto::random::SystemRandom;
use crypto::secret_box::{Context, RootKeys};
use crypto::srp::{self, Ephemeral, Proof, PublicA, client::Attempt};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const REALM: &str = "aBcD3fGhI";
const USER: &str = "34c84488-e0e1-70ae-d2ee-991ad1a898c8";
const PASSWORD: &str = "Correct-Horse 7!";
const BLOCK: &[u8] = &[7; 300];
const TIME: &str = "Sat Mar 7 09:05:03 UTC 2026";

fn main() -> Outcome {
    signatures()?;
    secure_remote_password()?;
    hashes()?;
    sealed_values()
}

fn signatures() -> Outcome {
    let claims = [b'x'; 700];
    let key = SigningKey::generate()?;
    let public = key.verifying_key()?;
    let token = key.sign(&claims)?;
    measure("RSA-2048 key generation", 20, || Ok(SigningKey::generate()?))?;
    measure("RS256 token, sign", 2_000, || Ok(key.sign(&claims)?))?;
    measure("RS256 token, verify", 20_000, || Ok(jose::verify(&token, [&public])?))
}

fn secure_remote_password() -> Outcome {
    let random = SystemRandom;
    let stored = srp::verifier(REALM, USER, PASSWORD, &random)?;
    let attempt = Attempt::new(&random)?;
    let srp_a = attempt.public_hex();
    let a = PublicA::parse(&srp_a)?;
    let ephemeral = Ephemeral::new(&stored.verifier, &random)?;
    let srp_b = ephemeral.public_hex();
    let signature = attempt.signature(REALM, USER, PASSWORD, &stored.salt, &srp_b, BLOCK, TIME)?;
    let prove = |ephemeral: &Ephemeral| {
        Proof {
            realm: REALM,
            identity: USER,
            verifier: &stored.verifier,
            a: &a,
            ephemeral,
            secret_block: BLOCK,
            timestamp: TIME,
            signature: &signature,
        }
        .check()
    };
    measure("SRP one exponentiation (g^a)", 1_000, || Ok(Attempt::new(&random)?))?;
    measure("SRP parse A", 10_000, || Ok(PublicA::parse(&srp_a)?))?;
    measure("SRP challenge (g^b + k·v)", 1_000, || Ok(Ephemeral::new(&stored.verifier, &random)?))?;
    measure("SRP proof ((A·v^u)^b)", 1_000, || Ok(prove(&ephemeral)?))?;
    measure("SRP server, whole sign-in", 1_000, || {
        black_box(PublicA::parse(&srp_a)?);
        black_box(Ephemeral::new(&stored.verifier, &random)?);
        Ok(prove(&ephemeral)?)
    })?;
    measure("SRP verifier of a password", 1_000, || Ok(srp::verifier(REALM, USER, PASSWORD, &random)?))
}

fn hashes() -> Outcome {
    let mut memory = Memory::default();
    let hash = |memory: &mut Memory| password_hash::hash(PASSWORD, [1; 16], Cost::default(), memory);
    measure("argon2id 19 MiB, t=2", 100, || Ok(hash(&mut memory)?))?;
    measure("argon2id 19 MiB, t=2, fresh memory", 100, || Ok(hash(&mut Memory::default())?))
}

fn sealed_values() -> Outcome {
    let keys = RootKeys::new([1; 32], []);
    let place = Context {
        purpose: "srp-verifier",
        table: "passwords",
        column: "srp_verifier",
        account: "000000000000",
        pool: "eu-west-1_aBcD3fGhI",
        row: USER,
    };
    let value = [5; 384];
    let envelope = keys.seal(&place, &value, &SystemRandom);
    measure("seal 384 bytes", 100_000, || Ok(keys.seal(&place, &value, &SystemRandom)))?;
    measure("open 384 bytes", 100_000, || Ok(keys.open(&place, &envelope)?))?;
    measure("derive a MAC key", 100_000, || Ok(keys.mac_key("code", REALM)))
}

fn measure<T>(name: &str, rounds: u32, mut task: impl FnMut() -> Outcome<T>) -> Outcome {
    black_box(task()?);
    let before = cpu_nanoseconds()?;
    for _ in 0..rounds {
        black_box(task()?);
    }
    let each = (cpu_nanoseconds()? - before) as f64 / f64::from(rounds);
    println!("{name:<36}{:>10.4} ms", each / 1e6);
    Ok(())
}

/// CPU time of this thread so far, from the scheduler.
fn cpu_nanoseconds() -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}
