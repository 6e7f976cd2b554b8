//! USER_AUTH with EMAIL_OTP, in two halves: codes are sent to all users, read from the inbox, and given back.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Request;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Door;
use crate::Result;
use crate::client::{Client, result};
use crate::measure::{self, Operation, ROUNDS};
use crate::operations::{FEW, Run};
use crate::stage::{email, text, username, verified_email};

const SIGN_INS: usize = 300;
/// One sign-in each, and no more than the inbox shows at once.
const USERS: usize = SIGN_INS * ROUNDS + SIGN_INS / 10;
const _: () = assert!(USERS <= 1000);

pub async fn measure(run: &mut Run<'_>) -> Result<()> {
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let settings = json!({ "Policies": policies, "AutoVerifiedAttributes": ["email"] });
    let mut client = Client::open(run.server.address).await?;
    let door = Arc::new(Door::open(&mut client, settings, "ALLOW_USER_AUTH").await?);
    measure::drive(run.server.address, FEW, USERS, Create(door.clone())).await?;
    let challenges: Arc<Vec<_>> = Arc::new((0..USERS).map(|_| Mutex::default()).collect());
    let [sent, given] = super::EMAIL_OTP;
    run.add(sent, FEW, SIGN_INS, Ask { door: door.clone(), challenges: challenges.clone() }).await?;
    let codes = codes(&mut Client::open(run.server.address).await?).await?;
    run.add(given, FEW, SIGN_INS, Answer { door, challenges, codes }).await
}

/// Codes by address.
async fn codes(client: &mut Client) -> Result<BTreeMap<String, String>> {
    let (status, body) = client.send(Request::get("/_poolhouse/inbox"), "").await?;
    if !status.is_success() {
        return Err(status.to_string().into());
    }
    let messages: Vec<Value> = serde_json::from_slice(&body)?;
    messages.iter().map(|message| Ok((text(&message["to"])?, text(&message["code"])?))).collect()
}

/// A user without a password.
struct Create(Arc<Door>);

impl Operation for Create {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let name = username(n);
        let input = json!({
            "UserPoolId": self.0.pool, "Username": name, "MessageAction": "SUPPRESS",
            "UserAttributes": verified_email(&name),
        });
        client.call_signed("AdminCreateUser", &input).await.map(drop)
    }
}

struct Ask {
    door: Arc<Door>,
    /// What each user was answered.
    challenges: Arc<Vec<Mutex<Value>>>,
}

impl Operation for Ask {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let parameters = json!({ "USERNAME": username(n), "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let challenge = client.initiate(&self.door.client, "USER_AUTH", parameters).await?;
        *self.challenges[n].lock().await = challenge;
        Ok(())
    }
}

struct Answer {
    door: Arc<Door>,
    challenges: Arc<Vec<Mutex<Value>>>,
    codes: BTreeMap<String, String>,
}

impl Operation for Answer {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let name = username(n);
        let code = self.codes.get(&email(&name)).ok_or("a code did not arrive")?;
        let answer = json!({ "USERNAME": name, "EMAIL_OTP_CODE": code });
        let challenge = self.challenges[n].lock().await;
        result(client.respond(&self.door.client, &challenge, answer).await?).map(drop)
    }
}
