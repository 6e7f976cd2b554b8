//! Every request of a sign-in through a client with a secret proves it, whoever it is about.

use serde_json::{Value, json};
use testkit::TestServer;

use crate::api::mfa::PASSWORD;

struct House {
    server: TestServer,
    pool: String,
    client: String,
    secret: String,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(json!({})).await;
        server.user(&pool, "alice", PASSWORD).await;
        let settings = json!({
            "GenerateSecret": true, "PreventUserExistenceErrors": "ENABLED",
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        });
        let made = server.client_description(&pool, settings).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { client: text("ClientId"), secret: text("ClientSecret"), server, pool }
    }

    fn hash(&self, name: &str) -> String {
        crypto::secret_hash::compute(&self.secret, name, &self.client)
    }

    /// Makes a request with no hash and with that of another name, which are refused, and with the right one.
    async fn with_hash(&self, operation: &str, members: &str, mut input: Value) -> Value {
        let name = input[members]["USERNAME"].as_str().unwrap().to_owned();
        self.server.call_unsigned(operation, input.clone()).await.refused(
            "NotAuthorizedException",
            &format!("Client {} is configured for secret but secret was not received", self.client),
        );
        input[members]["SECRET_HASH"] = self.hash("bob").into();
        self.server.call_unsigned(operation, input.clone()).await.refused(
            "NotAuthorizedException",
            &format!("Unable to verify secret hash for client {}", self.client),
        );
        input[members]["SECRET_HASH"] = self.hash(&name).into();
        self.server.call_unsigned(operation, input).await.body
    }

    async fn begin(&self, flow: &str, parameters: Value) -> Value {
        let input = json!({ "ClientId": self.client, "AuthFlow": flow, "AuthParameters": parameters });
        self.with_hash("InitiateAuth", "AuthParameters", input).await
    }

    async fn answer(&self, asked: &Value, responses: Value) -> Value {
        let input = json!({
            "ClientId": self.client, "ChallengeName": asked["ChallengeName"], "Session": asked["Session"],
            "ChallengeResponses": responses,
        });
        self.with_hash("RespondToAuthChallenge", "ChallengeResponses", input).await
    }
}

#[tokio::test]
async fn a_choice_and_its_password_need_it_whoever_is_asked_for() {
    let house = House::new().await;
    for name in ["alice", "nobody"] {
        let asked = house.begin("USER_AUTH", json!({ "USERNAME": name })).await;
        assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
        let asked = house.answer(&asked, json!({ "USERNAME": name, "ANSWER": "PASSWORD" })).await;
        assert_eq!(asked["ChallengeName"], "PASSWORD");
        let done = house.answer(&asked, json!({ "USERNAME": name, "PASSWORD": PASSWORD })).await;
        assert_eq!(done["AuthenticationResult"].is_object(), name == "alice", "{done}");
    }
}

#[tokio::test]
async fn both_halves_of_srp_need_it() {
    let house = House::new().await;
    let attempt = crypto::srp::client::Attempt::new(&crypto::random::SystemRandom).unwrap();
    let half = json!({ "USERNAME": "alice", "SRP_A": attempt.public_hex() });
    let asked = house.begin("USER_SRP_AUTH", half).await;
    let proof = house.server.srp_answer(&house.pool, &attempt, &asked, PASSWORD);
    assert!(house.answer(&asked, proof).await["AuthenticationResult"].is_object());
}
