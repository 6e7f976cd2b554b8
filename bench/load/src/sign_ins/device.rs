//! Password by SRP from a remembered device, then the device's own secret by SRP.

use std::sync::Arc;

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use crypto::srp::verifier_with_salt;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Door;
use crate::Result;
use crate::client::{Client, result};
use crate::measure::{self, Operation};
use crate::operations::{FEW, Run};
use crate::sign_in::claim;
use crate::stage::{create_user, text, username};

const SIGN_INS: usize = 100;
/// As many as connections at least, so that no two act on one user at a time.
const USERS: usize = 64;
/// What a device keeps, and what salts its verifier.
const SECRET: &str = "a secret that no user types";
const SALT: [u8; 16] = [0x5a; 16];

pub async fn measure(run: &mut Run<'_>) -> Result<()> {
    let tracking = json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false });
    let settings = json!({ "DeviceConfiguration": tracking });
    let mut client = Client::open(run.server.address).await?;
    let door = Door::open(&mut client, settings, "ALLOW_USER_SRP_AUTH").await?;
    let devices = (0..USERS).map(|_| Mutex::default()).collect();
    let scenario = Arc::new(Devices { door, devices });
    measure::drive(run.server.address, FEW, USERS, SetUp(scenario.clone())).await?;
    run.add(super::DEVICE, FEW, SIGN_INS, scenario).await
}

struct Devices {
    door: Door,
    /// One of each user.
    devices: Vec<Mutex<Device>>,
}

#[derive(Clone, Default)]
struct Device {
    key: String,
    group: String,
}

impl Operation for Devices {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let (Door { pool, client: id }, name) = (&self.door, username(n % USERS));
        let Device { key, group } = self.devices[n % USERS].lock().await.clone();
        let attempt = Attempt::new(&SystemRandom)?;
        let asked = client.prove_password(pool, id, &name, &attempt, Some(&key)).await?;
        let half = json!({ "USERNAME": name, "DEVICE_KEY": key, "SRP_A": attempt.public_hex() });
        let challenge = client.respond(id, &asked, half).await?;
        let mut proof = claim(&group, &key, SECRET, &attempt, &challenge["ChallengeParameters"])?;
        proof["USERNAME"] = name.into();
        proof["DEVICE_KEY"] = key.into();
        result(client.respond(id, &challenge, proof).await?).map(drop)
    }
}

/// A user with a remembered device.
struct SetUp(Arc<Devices>);

impl Operation for SetUp {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        let (Devices { door, devices }, name) = (self.0.as_ref(), username(n));
        create_user(client, &door.pool, &name).await?;
        let tokens = client.sign_in_srp(&door.pool, &door.client, &name).await?;
        let given: &Value = &tokens["NewDeviceMetadata"];
        let device = Device { key: text(&given["DeviceKey"])?, group: text(&given["DeviceGroupKey"])? };
        let verifier = verifier_with_salt(&device.group, &device.key, SECRET, &HEXLOWER.encode(&SALT))?;
        let secret = json!({ "Salt": BASE64.encode(&SALT), "PasswordVerifier": BASE64.encode(&[&[0][..], &verifier].concat()) });
        let confirm = json!({
            "AccessToken": tokens["AccessToken"], "DeviceKey": device.key,
            "DeviceSecretVerifierConfig": secret,
        });
        *devices[n].lock().await = device;
        client.call("ConfirmDevice", &confirm).await.map(drop)
    }
}
