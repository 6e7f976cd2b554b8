//! USER_AUTH with WEB_AUTHN: a passkey and nothing else.

use std::sync::Arc;

use authenticator::{Answer, SoftPasskey};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Door;
use crate::Result;
use crate::client::{Client, result};
use crate::measure::{self, Operation};
use crate::operations::{FEW, Run};
use crate::stage::{PASSWORD, create_user, text, username};

const SIGN_INS: usize = 300;
/// As many as connections at least, so that no two act on one user at a time.
const USERS: usize = 64;
const RELYING_PARTY: &str = "login.example.com";
const ORIGIN: &str = "https://login.example.com";

pub async fn measure(run: &mut Run<'_>) -> Result<()> {
    let sign_in = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] });
    let settings = json!({ "Policies": { "SignInPolicy": sign_in } });
    let mut client = Client::open(run.server.address).await?;
    let door = Door::open(&mut client, settings, "ALLOW_USER_AUTH").await?;
    let relying_party = json!({ "RelyingPartyId": RELYING_PARTY, "UserVerification": "required" });
    let input = json!({ "UserPoolId": door.pool, "WebAuthnConfiguration": relying_party });
    client.call_signed("SetUserPoolMfaConfig", &input).await?;
    let passkeys = (0..USERS).map(|_| Mutex::new(SoftPasskey::new())).collect();
    let scenario = Arc::new(Passkeys { door, passkeys });
    measure::drive(run.server.address, FEW, USERS, SetUp(scenario.clone())).await?;
    run.add(super::PASSKEY, FEW, SIGN_INS, scenario).await
}

struct Passkeys {
    door: Door,
    /// One of each user.
    passkeys: Vec<Mutex<SoftPasskey>>,
}

impl Operation for Passkeys {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let (id, name) = (&self.door.client, username(n % USERS));
        let passkey = self.passkeys[n % USERS].lock().await;
        let parameters = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "WEB_AUTHN" });
        let challenge = client.initiate(id, "USER_AUTH", parameters).await?;
        let options = text(&challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])?;
        let answer = Answer::to_request(&serde_json::from_str(&options)?, ORIGIN);
        let credential = passkey.assert(&answer).to_string();
        let answer = json!({ "USERNAME": name, "CREDENTIAL": credential });
        result(client.respond(id, &challenge, answer).await?).map(drop)
    }
}

/// A user with a passkey.
struct SetUp(Arc<Passkeys>);

impl Operation for SetUp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let (Passkeys { door, passkeys }, name) = (self.0.as_ref(), username(n));
        create_user(client, &door.pool, &name).await?;
        let parameters = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        let tokens = result(client.initiate(&door.client, "USER_AUTH", parameters).await?)?;
        let token: &Value = &tokens["AccessToken"];
        let started = client.call("StartWebAuthnRegistration", &json!({ "AccessToken": token })).await?;
        let answer = Answer::to_creation(&started["CredentialCreationOptions"], ORIGIN);
        let credential = passkeys[n].lock().await.register(&answer);
        let input = json!({ "AccessToken": token, "Credential": credential });
        client.call("CompleteWebAuthnRegistration", &input).await.map(drop)
    }
}
