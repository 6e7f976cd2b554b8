//! Password by SRP, then the code of an authenticator app. A code works once and for a minute and a half at most, so
//! there are as many users as have codes enough.

use std::sync::Arc;
use std::time::Duration;

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use data_encoding::BASE32_NOPAD;
use serde_json::json;
use tokio::sync::Mutex;
use totp_rs::{Algorithm, TOTP};

use super::Door;
use crate::Result;
use crate::client::{Client, now, result};
use crate::measure::{self, Operation};
use crate::operations::{FEW, Run};
use crate::stage::{create_user, text, username};

const SIGN_INS: usize = 160;
/// Each has two codes left after its first.
const USERS: usize = 256;
/// Seconds that each code is shown.
const STEP: i64 = 30;
/// Seconds that a code must work on, for its request to arrive.
const MARGIN: i64 = 3;

pub async fn measure(run: &mut Run<'_>) -> Result<()> {
    let mut client = Client::open(run.server.address).await?;
    let door = Door::open(&mut client, json!({}), "ALLOW_USER_SRP_AUTH").await?;
    let optional = json!({
        "UserPoolId": door.pool, "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    client.call_signed("SetUserPoolMfaConfig", &optional).await?;
    let apps = (0..USERS).map(|_| Mutex::default()).collect();
    let scenario = Arc::new(Totp { door, apps });
    measure::drive(run.server.address, FEW, USERS, SetUp(scenario.clone())).await?;
    run.add(super::TOTP, FEW, SIGN_INS, scenario).await
}

struct Totp {
    door: Door,
    apps: Vec<Mutex<App>>,
}

/// What an authenticator app keeps of a user.
#[derive(Default)]
struct App {
    secret: Vec<u8>,
    /// The time step of the last code that was given away.
    used: i64,
}

impl App {
    /// The first code that works and was not given away yet; waits until there is one.
    async fn code(&mut self) -> Result<String> {
        loop {
            let seconds = now() / 1000;
            // The server takes the codes of the present step and of its neighbours.
            let (first, last) = ((seconds + MARGIN) / STEP - 1, seconds / STEP + 1);
            let step = first.max(self.used + 1);
            if step <= last {
                self.used = step;
                let totp = TOTP::new_unchecked(Algorithm::SHA1, 6, 1, 30, self.secret.clone());
                return Ok(totp.generate(u64::try_from(step * STEP)?));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

impl Operation for Totp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let (door, name) = (&self.door, username(n % USERS));
        let mut app = self.apps[n % USERS].lock().await;
        let attempt = Attempt::new(&SystemRandom)?;
        let challenge = client.prove_password(&door.pool, &door.client, &name, &attempt, None).await?;
        let answer = json!({ "USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": app.code().await? });
        result(client.respond(&door.client, &challenge, answer).await?).map(drop)
    }
}

/// A user whose software token is verified and chosen.
struct SetUp(Arc<Totp>);

impl Operation for SetUp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let (Totp { door, apps }, name) = (self.0.as_ref(), username(n));
        create_user(client, &door.pool, &name).await?;
        let token = client.sign_in_srp(&door.pool, &door.client, &name).await?["AccessToken"].clone();
        let made = client.call("AssociateSoftwareToken", &json!({ "AccessToken": token })).await?;
        let mut app = apps[n].lock().await;
        app.secret = BASE32_NOPAD.decode(text(&made["SecretCode"])?.as_bytes())?;
        let verify = json!({ "AccessToken": token, "UserCode": app.code().await? });
        client.call("VerifySoftwareToken", &verify).await?;
        let choice = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true } });
        client.call("SetUserMFAPreference", &choice).await.map(drop)
    }
}
