//! Signing in as an AWS SDK does, the client's half of SRP included.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::Result;
use crate::client::{Client, result, utc};
use crate::stage::{PASSWORD, text};

impl Client {
    /// InitiateAuth; tokens or a challenge.
    pub async fn initiate(&mut self, client_id: &str, flow: &str, parameters: Value) -> Result<Value> {
        let input = json!({ "AuthFlow": flow, "ClientId": client_id, "AuthParameters": parameters });
        self.call("InitiateAuth", &input).await
    }

    /// RespondToAuthChallenge; tokens or the next challenge.
    pub async fn respond(&mut self, client_id: &str, challenge: &Value, responses: Value) -> Result<Value> {
        let input = json!({
            "ChallengeName": challenge["ChallengeName"], "ClientId": client_id,
            "Session": challenge["Session"], "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", &input).await
    }

    /// USER_PASSWORD_AUTH; the AuthenticationResult.
    pub async fn sign_in(&mut self, client_id: &str, username: &str) -> Result<Value> {
        let parameters = json!({ "USERNAME": username, "PASSWORD": PASSWORD });
        result(self.initiate(client_id, "USER_PASSWORD_AUTH", parameters).await?)
    }

    /// USER_SRP_AUTH and its challenge; the AuthenticationResult.
    pub async fn sign_in_srp(&mut self, pool: &str, client_id: &str, username: &str) -> Result<Value> {
        let attempt = Attempt::new(&SystemRandom)?;
        result(self.prove_password(pool, client_id, username, &attempt, None).await?)
    }

    /// USER_SRP_AUTH from this device, and PASSWORD_VERIFIER; tokens or the next challenge.
    pub async fn prove_password(
        &mut self,
        pool: &str,
        client_id: &str,
        username: &str,
        attempt: &Attempt,
        device_key: Option<&str>,
    ) -> Result<Value> {
        let mut parameters = json!({ "USERNAME": username, "SRP_A": attempt.public_hex() });
        if let Some(key) = device_key {
            parameters["DEVICE_KEY"] = key.into();
        }
        let challenge = self.initiate(client_id, "USER_SRP_AUTH", parameters).await?;
        let given = &challenge["ChallengeParameters"];
        let identity = text(&given["USER_ID_FOR_SRP"])?;
        let realm = pool.split_once('_').map_or("", |(_, name)| name);
        let mut responses = claim(realm, &identity, PASSWORD, attempt, given)?;
        responses["USERNAME"] = identity.into();
        if let Some(key) = device_key {
            responses["DEVICE_KEY"] = key.into();
        }
        self.respond(client_id, &challenge, responses).await
    }
}

/// PASSWORD_CLAIM_SECRET_BLOCK, PASSWORD_CLAIM_SIGNATURE and TIMESTAMP for the parameters of a challenge.
pub fn claim(
    realm: &str,
    identity: &str,
    password: &str,
    attempt: &Attempt,
    parameters: &Value,
) -> Result<Value> {
    let given = |name: &str| text(&parameters[name]);
    let block = given("SECRET_BLOCK")?;
    let timestamp = utc("%a %b %-d %H:%M:%S UTC %Y")?;
    let signature = attempt.signature(
        realm,
        identity,
        password,
        &given("SALT")?,
        &given("SRP_B")?,
        &BASE64.decode(block.as_bytes())?,
        &timestamp,
    )?;
    Ok(json!({
        "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "PASSWORD_CLAIM_SIGNATURE": signature,
        "TIMESTAMP": timestamp,
    }))
}
