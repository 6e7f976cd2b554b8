//! Passkeys: registered, deleted, and signing in.

use serde_json::{Value, json};
use testkit::TestServer;
use testkit::authenticator::{Answer, SoftPasskey};

use super::{Call, PASSWORD, Site, initiate, respond};

const ORIGIN: &str = "https://login.example.com";

/// A pool that takes passkeys, with alice, who has one and is registering another.
pub async fn site() -> (Site, Vec<Call>) {
    let server = TestServer::start().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } });
    let pool = server.pool(json!({ "Policies": policies })).await;
    server.set_web_authn(&pool, json!({ "RelyingPartyId": "example.com" })).await;
    let chooses = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
    let client = server.client(&pool, chooses).await;
    server.user(&pool, "alice", PASSWORD).await;
    let token = server.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();
    let passkey = SoftPasskey::new();
    let registered = registration(&server, &token, &passkey).await;
    server.call_unsigned("CompleteWebAuthnRegistration", registered).await.ok();
    let next = registration(&server, &token, &SoftPasskey::new()).await;
    let by_passkey = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "WEB_AUTHN" });
    let challenge = server.choose(&client, by_passkey.clone()).await.ok();
    assert_eq!(challenge["ChallengeName"], "WEB_AUTHN");
    let assertion = |passkey: &SoftPasskey| {
        let credential = passkey.assert(&Answer::to_request(&options(&challenge), ORIGIN));
        json!({ "USERNAME": "alice", "CREDENTIAL": credential.to_string() })
    };
    let calls = vec![
        Call::unsigned("StartWebAuthnRegistration", json!({ "AccessToken": token })),
        Call::unsigned("CompleteWebAuthnRegistration", next),
        Call::unsigned(
            "DeleteWebAuthnCredential",
            json!({ "AccessToken": token, "CredentialId": passkey.name() }),
        ),
        initiate(&client, "USER_AUTH", by_passkey),
        respond(&client, &challenge, assertion(&passkey)),
        respond(&client, &challenge, assertion(&SoftPasskey::new())).refused_anyway(),
    ];
    (Site { server, pool, clients: vec![client] }, calls)
}

/// What CompleteWebAuthnRegistration is called with, of a registration just begun.
async fn registration(server: &TestServer, token: &Value, passkey: &SoftPasskey) -> Value {
    let begun = server.call_unsigned("StartWebAuthnRegistration", json!({ "AccessToken": token })).await.ok();
    let answer = Answer::to_creation(&begun["CredentialCreationOptions"], ORIGIN);
    json!({ "AccessToken": token, "Credential": passkey.register(&answer) })
}

fn options(challenge: &Value) -> Value {
    let text = challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}
