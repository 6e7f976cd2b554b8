//! Signing in as an SDK would.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::{Reply, TestServer};

impl TestServer {
    /// USER_PASSWORD_AUTH.
    pub async fn sign_in(&self, client: &str, username: &str, password: &str) -> Reply {
        self.call_unsigned(
            "InitiateAuth",
            json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": client,
                "AuthParameters": { "USERNAME": username, "PASSWORD": password },
            }),
        )
        .await
    }

    /// The tokens of a password sign-in.
    pub async fn tokens(&self, client: &str, username: &str, password: &str) -> Value {
        self.sign_in(client, username, password).await.ok()["AuthenticationResult"].clone()
    }

    /// USER_SRP_AUTH up to the challenge; the attempt and the challenge.
    pub async fn begin_srp(&self, client: &str, username: &str) -> (Attempt, Value) {
        let attempt = Attempt::new(&SystemRandom).unwrap();
        let challenge = self
            .call_unsigned(
                "InitiateAuth",
                json!({
                    "AuthFlow": "USER_SRP_AUTH",
                    "ClientId": client,
                    "AuthParameters": { "USERNAME": username, "SRP_A": attempt.public_hex() },
                }),
            )
            .await
            .ok();
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
        (attempt, challenge)
    }

    /// The ChallengeResponses that prove a password.
    pub fn srp_answer(&self, pool: &str, attempt: &Attempt, challenge: &Value, password: &str) -> Value {
        let parameters = &challenge["ChallengeParameters"];
        let identity = parameters["USER_ID_FOR_SRP"].as_str().unwrap();
        let realm = pool.split_once('_').unwrap().1;
        let mut answer = self.claim(realm, identity, attempt, parameters, password);
        answer["USERNAME"] = identity.into();
        answer
    }

    /// The ChallengeResponses by which a device of this group proves its password.
    pub fn device_answer(
        &self,
        group_key: &str,
        attempt: &Attempt,
        parameters: &Value,
        password: &str,
    ) -> Value {
        let key = parameters["DEVICE_KEY"].as_str().unwrap();
        let mut answer = self.claim(group_key, key, attempt, parameters, password);
        answer["USERNAME"] = parameters["USERNAME"].clone();
        answer["DEVICE_KEY"] = key.into();
        answer
    }

    fn claim(
        &self,
        realm: &str,
        identity: &str,
        attempt: &Attempt,
        parameters: &Value,
        password: &str,
    ) -> Value {
        let text = |name: &str| parameters[name].as_str().unwrap();
        let at = jiff::Timestamp::from_millisecond(domain::ports::Clock::real(self.clock.as_ref()).millis())
            .unwrap();
        let timestamp = at.strftime("%a %b %-d %H:%M:%S UTC %Y").to_string();
        let block = text("SECRET_BLOCK");
        let signature = attempt
            .signature(
                realm,
                identity,
                password,
                text("SALT"),
                text("SRP_B"),
                &BASE64.decode(block.as_bytes()).unwrap(),
                &timestamp,
            )
            .unwrap();
        json!({
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": signature,
            "TIMESTAMP": timestamp,
        })
    }

    /// Answers a challenge.
    pub async fn respond(&self, client: &str, challenge: &Value, responses: Value) -> Reply {
        self.call_unsigned(
            "RespondToAuthChallenge",
            json!({
                "ClientId": client,
                "ChallengeName": challenge["ChallengeName"],
                "Session": challenge["Session"],
                "ChallengeResponses": responses,
            }),
        )
        .await
    }

    /// The code that an authenticator app shows now for a `SecretCode`.
    pub fn totp(&self, secret: &str) -> String {
        let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let now = u64::try_from(domain::ports::Clock::real(self.clock.as_ref()).secs()).unwrap();
        totp_rs::TOTP::new_unchecked(totp_rs::Algorithm::SHA1, 6, 1, 30, secret).generate(now)
    }

    /// Gives a signed-in user a software token; its `SecretCode`. The code of the present step is used up.
    pub async fn software_token(&self, access_token: &str) -> String {
        let made = self.call_unsigned("AssociateSoftwareToken", json!({ "AccessToken": access_token })).await;
        let secret = made.ok()["SecretCode"].as_str().unwrap().to_owned();
        let input = json!({ "AccessToken": access_token, "UserCode": self.totp(&secret) });
        assert_eq!(self.call_unsigned("VerifySoftwareToken", input).await.ok()["Status"], "SUCCESS");
        secret
    }

    /// USER_AUTH.
    pub async fn choose(&self, client: &str, parameters: Value) -> Reply {
        let input = json!({ "AuthFlow": "USER_AUTH", "ClientId": client, "AuthParameters": parameters });
        self.call_unsigned("InitiateAuth", input).await
    }

    /// A whole SRP sign-in.
    pub async fn sign_in_srp(&self, pool: &str, client: &str, username: &str, password: &str) -> Reply {
        let (attempt, challenge) = self.begin_srp(client, username).await;
        let answer = self.srp_answer(pool, &attempt, &challenge, password);
        self.respond(client, &challenge, answer).await
    }
}
