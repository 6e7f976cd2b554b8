//! Devices: confirmed, marked, forgotten, and proving themselves in a sign-in.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use serde_json::{Value, json};
use testkit::TestServer;

use super::{Call, PASSWORD, Site, initiate, respond};
use crate::api::devices::{DEVICE_PASSWORD, verifier};

/// A pool that asks remembered devices for their proof, with alice and two devices: a remembered and a new one.
pub async fn site() -> (Site, Vec<Call>) {
    let server = TestServer::start().await;
    let tracking = json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false });
    let pool = server.pool(json!({ "DeviceConfiguration": tracking })).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    let remembered = server.tokens(&client, "alice", PASSWORD).await;
    server.call_unsigned("ConfirmDevice", confirmation(&remembered)).await.ok();
    let new = server.tokens(&client, "alice", PASSWORD).await;
    let site = Site { server, pool, clients: vec![client] };
    let mut calls = site.of_devices(&remembered, &new);
    calls.extend(site.device_sign_ins(&remembered).await);
    (site, calls)
}

fn confirmation(tokens: &Value) -> Value {
    let text = |name: &str| tokens["NewDeviceMetadata"][name].as_str().unwrap();
    json!({
        "AccessToken": tokens["AccessToken"], "DeviceKey": text("DeviceKey"),
        "DeviceSecretVerifierConfig": verifier(text("DeviceGroupKey"), text("DeviceKey")),
    })
}

impl Site {
    fn of_devices(&self, remembered: &Value, new: &Value) -> Vec<Call> {
        let key = &remembered["NewDeviceMetadata"]["DeviceKey"];
        let by_user = |mut input: Value| {
            input["AccessToken"] = remembered["AccessToken"].clone();
            input["DeviceKey"] = key.clone();
            input
        };
        let by_admin = |mut input: Value| {
            input["UserPoolId"] = self.pool.as_str().into();
            input["Username"] = "alice".into();
            input["DeviceKey"] = key.clone();
            input
        };
        let status = json!({ "DeviceRememberedStatus": "not_remembered" });
        vec![
            Call::unsigned("ConfirmDevice", confirmation(new)),
            Call::unsigned("UpdateDeviceStatus", by_user(status.clone())),
            Call::unsigned("ForgetDevice", by_user(json!({}))),
            Call::signed("AdminUpdateDeviceStatus", by_admin(status)),
            Call::signed("AdminForgetDevice", by_admin(json!({}))),
        ]
    }

    /// Sign-ins with a new device, and with a remembered one at each of its steps.
    async fn device_sign_ins(&self, remembered: &Value) -> Vec<Call> {
        let (server, client) = (&self.server, &self.clients[0]);
        let text = |name: &str| remembered["NewDeviceMetadata"][name].as_str().unwrap();
        let (key, group) = (text("DeviceKey"), text("DeviceGroupKey"));
        let attempt = Attempt::new(&SystemRandom).unwrap();
        let half = attempt.public_hex();

        let by_srp = json!({ "USERNAME": "alice", "SRP_A": half, "DEVICE_KEY": key });
        let begin = json!({ "ClientId": client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": by_srp });
        let password = server.call_unsigned("InitiateAuth", begin.clone()).await.ok();
        let proof = server.srp_answer(&self.pool, &attempt, &password, PASSWORD);
        // A second attempt goes on to the device.
        let spent = server.call_unsigned("InitiateAuth", begin).await.ok();
        let spent_proof = server.srp_answer(&self.pool, &attempt, &spent, PASSWORD);
        let asked = server.respond(client, &spent, spent_proof).await.ok();
        assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
        let answer = json!({ "USERNAME": "alice", "DEVICE_KEY": key, "SRP_A": half });
        let by_password = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        let begin = json!({
            "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": with_key(by_password.clone(), key),
        });
        let asked_too = server.call_unsigned("InitiateAuth", begin).await.ok();
        let challenge = server.respond(client, &asked_too, answer.clone()).await.ok();
        let prove = |password: &str| {
            let parameters = &challenge["ChallengeParameters"];
            respond(client, &challenge, server.device_answer(group, &attempt, parameters, password))
        };
        let without_session = json!({ "ChallengeName": "DEVICE_SRP_AUTH" });
        let refresh = json!({ "REFRESH_TOKEN": remembered["RefreshToken"], "DEVICE_KEY": key });
        vec![
            initiate(client, "USER_PASSWORD_AUTH", by_password.clone()),
            initiate(client, "USER_PASSWORD_AUTH", with_key(by_password, key)),
            respond(client, &password, with_key(proof, key)),
            respond(client, &asked, answer.clone()),
            respond(client, &without_session, answer),
            prove(DEVICE_PASSWORD),
            prove("wrong").refused_anyway(),
            initiate(client, "REFRESH_TOKEN_AUTH", refresh),
        ]
    }
}

fn with_key(mut parameters: Value, key: &str) -> Value {
    parameters["DEVICE_KEY"] = key.into();
    parameters
}
