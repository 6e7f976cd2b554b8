//! Sign-in toward a level (`TARGET_ACR_VALUES`), and what tokens say of how their user signed in.

mod course;
mod credit;
mod levels;
mod refusals;
mod worthless;

use serde_json::{Value, json};
use testkit::{Reply, TestServer};

use super::tokens::claims;
use crate::api::mfa::{A_MINUTE, EMAIL, PASSWORD, PHONE, all_factors, configure, own_sender};

const ONE: &str = "urn:cognito:loa:1";
const TWO: &str = "urn:cognito:loa:2";
const THREE: &str = "urn:cognito:loa:3";
const FOUR: &str = "urn:cognito:loa:4";
const OUT_OF_REACH: (&str, &str) = (
    "InvalidParameterException",
    "The user has no authentication factors that satisfy a requested ACR value.",
);

/// A pool with every first factor but passkeys and every second one, none of which alice, who has them all, enabled.
#[derive(Clone)]
struct House {
    server: TestServer,
    pool: String,
    client: String,
    /// Of alice's software token.
    secret: String,
}

impl House {
    async fn new() -> Self {
        Self::hiding("LEGACY").await
    }

    /// With this `PreventUserExistenceErrors`.
    async fn hiding(who_exists: &str) -> Self {
        let server = TestServer::start().await;
        let policy = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] });
        let policies = json!({ "SignInPolicy": policy });
        let pool = server.pool(json!({ "EmailConfiguration": own_sender(), "Policies": policies })).await;
        configure(&server, &pool, all_factors("OPTIONAL")).await;
        let client = another_client(&server, &pool, who_exists).await;
        server.user(&pool, "alice", PASSWORD).await;
        let attributes = json!([
            { "Name": "phone_number", "Value": PHONE }, { "Name": "phone_number_verified", "Value": "true" },
            { "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" },
        ]);
        let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes });
        server.call("AdminUpdateUserAttributes", input).await.ok();
        let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
        let secret = server.software_token(token.as_str().unwrap()).await;
        server.clock.advance(A_MINUTE);
        Self { server, pool, client, secret }
    }

    /// The tokens of alice's sign-in by password.
    async fn tokens(&self) -> Value {
        self.server.tokens(&self.client, "alice", PASSWORD).await
    }

    /// USER_AUTH of alice toward these levels.
    async fn toward(&self, levels: &str, more: Value) -> Reply {
        self.begin("alice", levels, more).await
    }

    async fn begin(&self, name: &str, levels: &str, more: Value) -> Reply {
        let mut parameters = json!({ "USERNAME": name, "TARGET_ACR_VALUES": levels });
        for (name, value) in more.as_object().unwrap() {
            parameters[name] = value.clone();
        }
        self.server.choose(&self.client, parameters).await
    }

    /// Alice's step up from these tokens.
    async fn step_up(&self, levels: &str, tokens: &Value) -> Reply {
        self.toward(levels, json!({ "ACCESS_TOKEN": tokens["AccessToken"] })).await
    }

    async fn choose_password(&self, challenge: &Value) -> Reply {
        let answer = json!({ "USERNAME": "alice", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
        self.server.respond(&self.client, challenge, answer).await
    }

    /// Answers SOFTWARE_TOKEN_MFA with the present code.
    async fn answer_token(&self, challenge: &Value) -> Reply {
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA", "{challenge}");
        let code = self.server.totp(&self.secret);
        let answer = json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": code });
        self.server.respond(&self.client, challenge, answer).await
    }

    async fn by_admin(&self, operation: &str, more: Value) {
        let mut input = json!({ "UserPoolId": self.pool, "Username": "alice" });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.server.call(operation, input).await.ok();
    }
}

async fn another_client(server: &TestServer, pool: &str, who_exists: &str) -> String {
    let flows = json!(["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    let settings = json!({ "ExplicitAuthFlows": flows, "PreventUserExistenceErrors": who_exists });
    server.client(pool, settings).await
}

/// `acr` and `amr`, which both tokens must say alike.
fn told(tokens: &Value) -> Value {
    let [id, access] = ["IdToken", "AccessToken"].map(|name| {
        let claims = claims(&tokens[name]);
        json!([claims["acr"], claims["amr"]])
    });
    assert_eq!(id, access);
    id
}

fn granted(reply: Reply) -> Value {
    let reply = reply.ok();
    assert!(reply.get("AuthenticationResult").is_some(), "{reply}");
    reply["AuthenticationResult"].clone()
}
