//! Whether the time of an answer tells who exists, where the client hides it (`PreventUserExistenceErrors`): each
//! operation is asked of known and unknown names in turn, and the best threshold on one half of the latencies
//! guesses the other half.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use http::StatusCode;
use serde_json::{Value, json};

use crate::client::{Client, utc};
use crate::measure::{self, Operation, micros};
use crate::process::Process;
use crate::stage::{App, PASSWORD, Stage, text};
use crate::{Options, Result, report};

/// Confirmed users, and as many who are not. Each is asked for once per operation: unknown names share counters, and
/// no limit must be reached.
const USERS: usize = 600;
const MARKS: (&str, &str) = ("<!-- existence -->\n", "<!-- /existence -->");

/// The names asked for, all of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Confirmed,
    SignedUp,
    Unknown,
}

impl Name {
    fn of(self, n: usize) -> String {
        let who = match self {
            Self::Confirmed => "confirmed",
            Self::SignedUp => "signed-up",
            Self::Unknown => "not-there",
        };
        format!("{who}-{n:04}")
    }
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Password,
    SrpChallenge,
    SrpProof,
    ForgotPassword,
    ConfirmForgotPassword,
    ResendConfirmationCode,
    ConfirmSignUp,
}

impl Asked {
    /// Codes are sent before they are guessed at.
    const ALL: [Self; 7] = [
        Self::Password,
        Self::SrpChallenge,
        Self::SrpProof,
        Self::ForgotPassword,
        Self::ConfirmForgotPassword,
        Self::ResendConfirmationCode,
        Self::ConfirmSignUp,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Password => "InitiateAuth, USER_PASSWORD_AUTH, wrong password",
            Self::SrpChallenge => "InitiateAuth, USER_SRP_AUTH",
            Self::SrpProof => "RespondToAuthChallenge, PASSWORD_VERIFIER, wrong proof",
            Self::ForgotPassword => "ForgotPassword",
            Self::ConfirmForgotPassword => "ConfirmForgotPassword, wrong code",
            Self::ResendConfirmationCode => "ResendConfirmationCode",
            Self::ConfirmSignUp => "ConfirmSignUp, wrong code",
        }
    }

    fn known(self) -> Name {
        match self {
            Self::ResendConfirmationCode | Self::ConfirmSignUp => Name::SignedUp,
            _ => Name::Confirmed,
        }
    }
}

/// Latencies of one operation, in the order measured.
struct Samples {
    asked: Asked,
    known: Vec<Duration>,
    unknown: Vec<Duration>,
}

pub async fn run(options: &Options) -> Result<()> {
    let folder = match &options.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let stage = Stage { poolhouse: options.poolhouse.clone(), folder: folder.path().to_owned() };
    let server = stage.start("existence").await?;
    let mut client = Client::open(server.address).await?;
    let app = App::create(&mut client).await?;
    let hiding = hiding_client(&mut client, &app).await?;
    populate(&server, &app).await?;
    server.settle().await?;
    // A new connection: the server has closed the one that rested.
    let mut client = Client::open(server.address).await?;
    let mut measured = Vec::new();
    for asked in Asked::ALL {
        measured.push(measure(&mut client, &hiding, asked).await?);
        eprintln!("{}", asked.title());
    }
    let text = markdown(&measured)?;
    println!("{text}");
    match &options.document {
        Some(document) => report::replace(document, MARKS, &text),
        None => Ok(()),
    }
}

async fn hiding_client(client: &mut Client, app: &App) -> Result<String> {
    let input = json!({
        "UserPoolId": app.pool, "ClientName": "hiding", "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    });
    text(&client.call_signed("CreateUserPoolClient", &input).await?["UserPoolClient"]["ClientId"])
}

async fn populate(server: &Process, app: &App) -> Result<()> {
    measure::drive(server.address, 8, USERS, CreateConfirmed(app.clone())).await?;
    measure::drive(server.address, 8, USERS, SignUp(app.clone())).await
}

struct CreateConfirmed(App);

impl Operation for CreateConfirmed {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        self.0.create_user(client, &Name::Confirmed.of(n)).await
    }
}

struct SignUp(App);

impl Operation for SignUp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let name = Name::SignedUp.of(n);
        let email = json!([{ "Name": "email", "Value": format!("{name}@example.com") }]);
        let input = json!({
            "ClientId": self.0.client, "Username": name, "Password": PASSWORD, "UserAttributes": email,
        });
        client.call("SignUp", &input).await.map(drop)
    }
}

/// Known and unknown names in pairs, the one that comes first changing without a pattern.
async fn measure(client: &mut Client, hiding: &str, asked: Asked) -> Result<Samples> {
    let mut samples = Samples { asked, known: Vec::new(), unknown: Vec::new() };
    for n in 0..USERS {
        let mut pair = [asked.known(), Name::Unknown];
        if crypto::random::bytes::<1>(&SystemRandom)[0].is_multiple_of(2) {
            pair.reverse();
        }
        let mut answers = Vec::new();
        for name in pair {
            let (took, answer) = ask(client, hiding, asked, &name.of(n)).await?;
            answers.push(answer);
            match name {
                Name::Unknown => samples.unknown.push(took),
                Name::Confirmed | Name::SignedUp => samples.known.push(took),
            }
        }
        if answers[0] != answers[1] {
            return Err(format!("{} tells by its answer: {answers:?}", asked.title()).into());
        }
    }
    Ok(samples)
}

/// How long the answer took, and of what kind it was.
async fn ask(
    client: &mut Client,
    hiding: &str,
    asked: Asked,
    name: &str,
) -> Result<(Duration, (StatusCode, Value))> {
    let attempt = Attempt::new(&SystemRandom)?;
    let begin = json!({
        "AuthFlow": "USER_SRP_AUTH", "ClientId": hiding,
        "AuthParameters": { "USERNAME": name, "SRP_A": attempt.public_hex() },
    });
    let (operation, input) = match asked {
        Asked::Password => {
            let parameters = json!({ "USERNAME": name, "PASSWORD": "wrong" });
            let flow = "USER_PASSWORD_AUTH";
            ("InitiateAuth", json!({ "AuthFlow": flow, "ClientId": hiding, "AuthParameters": parameters }))
        }
        Asked::SrpChallenge => ("InitiateAuth", begin),
        Asked::SrpProof => {
            let challenge = client.call("InitiateAuth", &begin).await?;
            ("RespondToAuthChallenge", wrong_proof(hiding, &challenge)?)
        }
        Asked::ForgotPassword => ("ForgotPassword", json!({ "ClientId": hiding, "Username": name })),
        Asked::ResendConfirmationCode => {
            ("ResendConfirmationCode", json!({ "ClientId": hiding, "Username": name }))
        }
        Asked::ConfirmForgotPassword => {
            let input = json!({
                "ClientId": hiding, "Username": name, "ConfirmationCode": "wrong", "Password": PASSWORD,
            });
            ("ConfirmForgotPassword", input)
        }
        Asked::ConfirmSignUp => {
            let input = json!({ "ClientId": hiding, "Username": name, "ConfirmationCode": "wrong" });
            ("ConfirmSignUp", input)
        }
    };
    let start = Instant::now();
    let (status, answer) = client.answer(operation, &input).await?;
    Ok((start.elapsed(), (status, answer["__type"].clone())))
}

fn wrong_proof(hiding: &str, challenge: &Value) -> Result<Value> {
    let given = &challenge["ChallengeParameters"];
    let responses = json!({
        "USERNAME": given["USER_ID_FOR_SRP"],
        "PASSWORD_CLAIM_SECRET_BLOCK": given["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": data_encoding::BASE64.encode(&[7; 32]),
        "TIMESTAMP": utc("%a %b %-d %H:%M:%S UTC %Y")?,
    });
    Ok(json!({
        "ChallengeName": "PASSWORD_VERIFIER", "ClientId": hiding, "Session": challenge["Session"],
        "ChallengeResponses": responses,
    }))
}

fn markdown(measured: &[Samples]) -> Result<String> {
    let mut out =
        format!("Measured {}, {USERS} answers each for known and unknown names.\n", utc("%Y-%m-%d")?);
    out += "\n| operation | known, median | unknown, median | guessed right |\n|---|--:|--:|--:|\n";
    for samples in measured {
        let (known, unknown) = (median(&samples.known), median(&samples.unknown));
        let right = 100.0 * guessed_right(&samples.known, &samples.unknown);
        writeln!(out, "| {} | {known:.0} µs | {unknown:.0} µs | {right:.0} % |", samples.asked.title())?;
    }
    Ok(out)
}

fn median(samples: &[Duration]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().map_or(0.0, micros)
}

/// The share of odd samples that the threshold which fits the even ones best puts on the right side.
fn guessed_right(known: &[Duration], unknown: &[Duration]) -> f64 {
    let (threshold, known_is_slower) = best_threshold(&half(known, 0), &half(unknown, 0));
    let (known, unknown) = (half(known, 1), half(unknown, 1));
    let slower = |samples: &[Duration]| samples.iter().filter(|took| **took >= threshold).count();
    let (slow, fast) = if known_is_slower { (&known, &unknown) } else { (&unknown, &known) };
    let right = slower(slow) + fast.len() - slower(fast);
    right as f64 / (known.len() + unknown.len()) as f64
}

fn half(samples: &[Duration], remainder: usize) -> Vec<Duration> {
    samples.iter().copied().skip(remainder).step_by(2).collect()
}

/// The threshold between slow and fast that errs least, and whether known names are the slow ones.
fn best_threshold(known: &[Duration], unknown: &[Duration]) -> (Duration, bool) {
    let mut all: Vec<(Duration, bool)> =
        known.iter().map(|took| (*took, true)).chain(unknown.iter().map(|took| (*took, false))).collect();
    all.sort_unstable();
    let mut best = (0, Duration::ZERO, true);
    // Known names at or above the threshold, less the unknown ones there.
    let mut above = known.len() as i64 - unknown.len() as i64;
    for together in all.chunk_by(|one, other| one.0 == other.0) {
        if above.abs() > best.0 {
            best = (above.abs(), together[0].0, above > 0);
        }
        for (_, is_known) in together {
            above -= if *is_known { 1 } else { -1 };
        }
    }
    (best.1, best.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(micros: impl Iterator<Item = u64>) -> Vec<Duration> {
        micros.map(Duration::from_micros).collect()
    }

    #[test]
    fn what_differs_is_guessed_and_what_does_not_is_not() {
        let fast = from((0..100).map(|n| n * 37 % 100));
        let slow = from((0..100).map(|n| 100 + n * 37 % 100));
        assert!((guessed_right(&fast, &slow) - 1.0).abs() < 1e-9);
        assert!((guessed_right(&slow, &fast) - 1.0).abs() < 1e-9);
        let same = guessed_right(&fast, &fast);
        assert!((0.4..0.6).contains(&same), "{same}");
        // Half of the known names take longer than any unknown one.
        let mixed = from((0..100).map(|n| if n % 4 < 2 { 50 } else { 150 }));
        let right = guessed_right(&mixed, &from((0..100).map(|_| 50)));
        assert!((right - 0.75).abs() < 1e-9, "{right}");
    }
}
