mod challenge;
mod confirm_device;
mod forget_device;
mod known;
mod proof;
mod show;
mod sign_in;
mod step_up;
mod update_device_status;
mod yard;

use crypto::srp::verifier_with_salt;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use testkit::{Reply, TestServer};

const PASSWORD: &str = "Correct-Horse 7!";
pub(super) const DEVICE_PASSWORD: &str = "APYrZdgQCrptm9BeKJKllBjehy6BPxDwA6jPrPmMMaMlWrqEXBBi9Q==";
const NOT_FOUND: (&str, &str) = ("ResourceNotFoundException", "Device does not exist.");
const INVALID: &str = "InvalidParameterException";
/// Well-formed, and nobody's.
const NOBODYS: &str = "eu-west-1_11111111-2222-3333-4444-555555555555";

/// A pool that tracks devices, its client, and the users alice and bob.
struct House {
    server: TestServer,
    pool: String,
    client: String,
}

impl House {
    /// Devices are remembered once they are confirmed.
    async fn new() -> Self {
        Self::with(json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false }))
            .await
    }

    async fn with(configuration: Value) -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(json!({ "DeviceConfiguration": configuration })).await;
        let client = server.client(&pool, json!({})).await;
        for user in ["alice", "bob"] {
            server.user(&pool, user, PASSWORD).await;
        }
        Self { server, pool, client }
    }

    /// A sign-in, and the device that came with it.
    async fn sign_in(&self, user: &str) -> SignedIn {
        SignedIn::new(self.server.tokens(&self.client, user, PASSWORD).await)
    }

    /// A sign-in whose device is confirmed.
    async fn confirmed(&self, user: &str) -> SignedIn {
        let signed_in = self.sign_in(user).await;
        self.confirm(&signed_in, &signed_in.key).await.ok();
        signed_in
    }

    /// ConfirmDevice by an access token, of a key that may be another's.
    async fn confirm(&self, by: &SignedIn, key: &str) -> Reply {
        self.confirm_with(by, key, verifier(&by.group, key)).await
    }

    async fn confirm_with(&self, by: &SignedIn, key: &str, verifier: Value) -> Reply {
        let input = json!({
            "AccessToken": by.access(), "DeviceKey": key, "DeviceSecretVerifierConfig": verifier,
        });
        self.server.call_unsigned("ConfirmDevice", input).await
    }

    /// An operation by access token on a device.
    async fn by_user(&self, operation: &str, by: &SignedIn, key: &str) -> Reply {
        let input = json!({
            "AccessToken": by.access(), "DeviceKey": key, "DeviceRememberedStatus": "remembered",
        });
        self.server.call_unsigned(operation, without_strangers(operation, input)).await
    }

    /// An administrative operation on a device.
    async fn by_admin(&self, operation: &str, user: &str, key: &str) -> Reply {
        let input = json!({
            "UserPoolId": self.pool, "Username": user, "DeviceKey": key,
            "DeviceRememberedStatus": "remembered",
        });
        self.server.call(operation, without_strangers(operation, input)).await
    }

    async fn mark(&self, by: &SignedIn, key: &str, status: &str) -> Reply {
        let input = json!({ "AccessToken": by.access(), "DeviceKey": key, "DeviceRememberedStatus": status });
        self.server.call_unsigned("UpdateDeviceStatus", input).await
    }

    /// The keys that ListDevices shows.
    async fn listed(&self, by: &SignedIn) -> Vec<String> {
        keys(&self.server.call_unsigned("ListDevices", json!({ "AccessToken": by.access() })).await.ok())
    }

    /// The keys that AdminListDevices shows.
    async fn listed_by_admin(&self, user: &str) -> Vec<String> {
        let input = json!({ "UserPoolId": self.pool, "Username": user });
        keys(&self.server.call("AdminListDevices", input).await.ok())
    }
}

/// Only the update takes a status.
fn without_strangers(operation: &str, mut input: Value) -> Value {
    if !operation.contains("UpdateDeviceStatus") {
        input.as_object_mut().unwrap().remove("DeviceRememberedStatus");
    }
    input
}

fn keys(page: &Value) -> Vec<String> {
    let devices = page["Devices"].as_array().unwrap();
    devices.iter().map(|device| device["DeviceKey"].as_str().unwrap().to_owned()).collect()
}

/// Tokens of a sign-in that a new device came with.
struct SignedIn {
    tokens: Value,
    key: String,
    group: String,
}

impl SignedIn {
    fn new(tokens: Value) -> Self {
        let text = |name: &str| tokens["NewDeviceMetadata"][name].as_str().unwrap().to_owned();
        Self { key: text("DeviceKey"), group: text("DeviceGroupKey"), tokens }
    }

    fn access(&self) -> &Value {
        &self.tokens["AccessToken"]
    }
}

/// The DeviceSecretVerifierConfig that an SDK makes.
pub(super) fn verifier(group: &str, key: &str) -> Value {
    let salt = "83d558be477f090d80fbec1275d1a0aa";
    let verifier = verifier_with_salt(group, key, DEVICE_PASSWORD, salt).unwrap();
    json!({
        "Salt": "AIPVWL5HfwkNgPvsEnXRoKo=",
        "PasswordVerifier": BASE64.encode(&[&[0][..], &verifier].concat()),
    })
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}
