//! What one root key sealed, another seals anew, until the first is needed no more.

use std::collections::BTreeSet;
use std::time::Duration;

use crypto::secret_box::RootKeys;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use storage::installation::{self, Birth};
use storage::reseal::reseal;
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";

/// Every column that holds values sealed; a new one needs a line in `storage::reseal`.
const SEALED: [&str; 8] = [
    "access_keys.secret",
    "client_secrets.secret",
    "devices.srp_verifier",
    "outbox.content",
    "passwords.srp_verifier",
    "signing_keys.private_key",
    "software_tokens.pending",
    "software_tokens.secret",
];

fn keys(current: u8, old: &[u8]) -> RootKeys {
    RootKeys::new([current; 32], old.iter().map(|byte| [*byte; 32]))
}

/// The columns that hold envelopes of this root key.
async fn sealed_under(server: &TestServer, key: &RootKeys) -> BTreeSet<String> {
    let mut envelope = vec![1];
    envelope.extend(HEXLOWER.decode(key.current_id().as_bytes()).unwrap());
    let (mut table, mut columns) = (String::new(), Vec::new());
    let mut found = BTreeSet::new();
    for line in std::str::from_utf8(&server.snapshot().await).unwrap().lines() {
        match serde_json::from_str(line).unwrap() {
            Value::Array(row) => {
                let blobs = row.iter().zip(&columns).filter_map(|(value, column)| {
                    Some((BASE64.decode(value["b"].as_str()?.as_bytes()).unwrap(), column))
                });
                let of_key = blobs.filter(|(bytes, _)| bytes.starts_with(&envelope));
                found.extend(
                    of_key.map(|(_, column): (_, &Value)| format!("{table}.{}", column.as_str().unwrap())),
                );
            }
            head => {
                table = head["table"].as_str().unwrap_or_default().to_owned();
                columns = head["columns"].as_array().cloned().unwrap_or_default();
            }
        }
    }
    found
}

#[tokio::test]
async fn everything_is_sealed_anew_and_opens_without_the_former_key() {
    let first = TestServer::start().await.node_with_keys(keys(1, &[]));
    installation::claim(&first.services.db, Birth::Serve).await.unwrap();
    let devices = json!({ "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false });
    let pool = first
        .pool(json!({
            "AutoVerifiedAttributes": ["email"], "DeviceConfiguration": devices, "MfaConfiguration": "OFF",
        }))
        .await;
    let mfa = json!({
        "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    first.call("SetUserPoolMfaConfig", mfa).await.ok();
    let client = first.client(&pool, json!({})).await;
    let secret = first.client_description(&pool, json!({ "GenerateSecret": true })).await;
    first.user(&pool, "alice", PASSWORD).await;
    let bob = json!({
        "ClientId": client, "Username": "bob", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" }],
    });
    first.call_unsigned("SignUp", bob).await.ok();
    let tokens = first.sign_in(&client, "alice", PASSWORD).await.ok()["AuthenticationResult"].clone();
    let access = tokens["AccessToken"].as_str().unwrap();
    let confirm = json!({
        "AccessToken": access, "DeviceKey": tokens["NewDeviceMetadata"]["DeviceKey"],
        "DeviceSecretVerifierConfig": { "PasswordVerifier": BASE64.encode(&[7; 300]), "Salt": BASE64.encode(&[7; 16]) },
    });
    first.call_unsigned("ConfirmDevice", confirm).await.ok();
    first.software_token(access).await;
    first.call_unsigned("AssociateSoftwareToken", json!({ "AccessToken": access })).await.ok();
    first
        .administrator(
            "123456789012",
            "admin",
            json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" }] }),
        )
        .await;
    assert_eq!(sealed_under(&first, &keys(1, &[])).await, SEALED.map(str::to_owned).into());

    let second = first.node_with_keys(keys(2, &[1]));
    installation::claim(&second.services.db, Birth::Serve).await.unwrap();
    let without = second.node_with_keys(keys(2, &[]));
    installation::claim(&without.services.db, Birth::Serve).await.unwrap_err();
    assert!(reseal(&second.services.db).await.unwrap() >= SEALED.len() as u64);
    assert_eq!(sealed_under(&second, &keys(1, &[])).await, BTreeSet::new());
    assert_eq!(sealed_under(&second, &keys(2, &[])).await, SEALED.map(str::to_owned).into());
    assert_eq!(reseal(&second.services.db).await.unwrap(), 0);

    installation::claim(&without.services.db, Birth::Serve).await.unwrap();
    installation::claim(&first.services.db, Birth::Serve).await.unwrap_err();
    // A node that still seals under the former key says so, and who lacks it does not open the store.
    installation::stay_known(&first.services.db).await.unwrap();
    installation::claim(&without.services.db, Birth::Serve).await.unwrap_err();
    assert_eq!(reseal(&second.services.db).await.unwrap(), 0);
    installation::claim(&without.services.db, Birth::Serve).await.unwrap();
    without.sign_in_srp(&pool, &client, "bob", "wrong").await.refused_as("NotAuthorizedException");
    let mail = without.mailbox("bob@example.com").await;
    let confirmed = json!({ "ClientId": client, "Username": "bob", "ConfirmationCode": mail[0].code });
    // Codes are known by a digest under the key they were made with: a new one is sent.
    without.clock.advance(Duration::from_secs(1));
    without.call_unsigned("ConfirmSignUp", confirmed).await.refused_as("CodeMismatchException");
    without
        .call_unsigned("ResendConfirmationCode", json!({ "ClientId": client, "Username": "bob" }))
        .await
        .ok();
    let code = without.code("bob@example.com").await;
    let confirmed = json!({ "ClientId": client, "Username": "bob", "ConfirmationCode": code });
    without.call_unsigned("ConfirmSignUp", confirmed).await.ok();
    without.sign_in_srp(&pool, &client, "bob", PASSWORD).await.ok();
    let described = json!({ "UserPoolId": pool, "ClientId": secret["ClientId"] });
    let described = without.call("DescribeUserPoolClient", described).await.ok();
    assert_eq!(described["UserPoolClient"]["ClientSecret"], secret["ClientSecret"]);
}
