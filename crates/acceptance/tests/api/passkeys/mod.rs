mod assertion;
mod credentials;
mod register;
mod registration_refusals;
mod sign_in;

use serde_json::{Value, json};
use testkit::authenticator::{Answer, SoftPasskey};
use testkit::{Reply, TestServer};

const PASSWORD: &str = "Correct-Horse 7!";
const ORIGIN: &str = "https://login.example.com";

/// A pool that takes passkeys for `example.com`, with a client, and alice signed in.
struct House {
    server: TestServer,
    pool: String,
    client: String,
    alice: String,
    token: Value,
}

impl House {
    async fn new() -> Self {
        Self::on(TestServer::start().await).await
    }

    async fn on(server: TestServer) -> Self {
        let pool = server.pool(with_passkeys()).await;
        server.set_web_authn(&pool, json!({ "RelyingPartyId": "example.com" })).await;
        let client = server.client(&pool, json!({})).await;
        let alice = server.user(&pool, "alice", PASSWORD).await;
        let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
        Self { server, pool, client, alice, token }
    }

    async fn own(&self, operation: &str, extra: Value) -> Reply {
        self.by(&self.token, operation, extra).await
    }

    async fn by(&self, token: &Value, operation: &str, extra: Value) -> Reply {
        let mut input = json!({ "AccessToken": token });
        for (name, value) in extra.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.server.call_unsigned(operation, input).await
    }

    async fn token_of(&self, username: &str) -> Value {
        self.server.tokens(&self.client, username, PASSWORD).await["AccessToken"].clone()
    }

    /// The options of a registration just begun.
    async fn start(&self) -> Value {
        self.own("StartWebAuthnRegistration", json!({})).await.ok()["CredentialCreationOptions"].clone()
    }

    async fn complete(&self, credential: Value) -> Reply {
        self.own("CompleteWebAuthnRegistration", json!({ "Credential": credential })).await
    }

    /// Gives alice a passkey.
    async fn register(&self) -> SoftPasskey {
        let passkey = SoftPasskey::new();
        let answer = Answer::to_creation(&self.start().await, ORIGIN);
        self.complete(passkey.register(&answer)).await.ok();
        passkey
    }

    async fn list(&self) -> Vec<Value> {
        let listed = self.own("ListWebAuthnCredentials", json!({})).await.ok();
        listed["Credentials"].as_array().unwrap().clone()
    }
}

fn with_passkeys() -> Value {
    json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } } })
}
