mod pool_config;
mod preference;
mod software_token;

use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestServer;

pub const PASSWORD: &str = "Correct-Horse 7!";
pub const PHONE: &str = "+12065550100";
pub const EMAIL: &str = "alice@example.com";
/// Longer than a code's step: the next code is a new one.
pub const A_MINUTE: Duration = Duration::from_secs(60);

/// All three second factors, as SetUserPoolMfaConfig takes them.
pub fn all_factors(mfa: &str) -> Value {
    json!({
        "MfaConfiguration": mfa,
        "SmsMfaConfiguration": { "SmsConfiguration": sms() },
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": { "Message": "Code {####}", "Subject": "Code" },
    })
}

pub fn sms() -> Value {
    json!({ "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x" })
}

/// Where e-mail can be a second factor.
pub fn own_sender() -> Value {
    json!({
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/example.com",
    })
}

/// A pool with this MFA configuration, a client, and `alice` with these attributes.
pub async fn house(mfa: Value, attributes: Value) -> (TestServer, String, String) {
    let server = TestServer::start().await;
    let pool = server.pool(json!({ "EmailConfiguration": own_sender() })).await;
    configure(&server, &pool, mfa).await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", PASSWORD).await;
    if attributes.as_array().is_some_and(|list| !list.is_empty()) {
        let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes });
        server.call("AdminUpdateUserAttributes", input).await.ok();
    }
    (server, pool, client)
}

pub async fn configure(server: &TestServer, pool: &str, mut mfa: Value) {
    mfa["UserPoolId"] = pool.into();
    server.call("SetUserPoolMfaConfig", mfa).await.ok();
}

pub fn phone_and_email() -> Value {
    json!([{ "Name": "phone_number", "Value": PHONE }, { "Name": "email", "Value": EMAIL }])
}

/// Sets what an administrator can set of a user's factors.
pub async fn prefer(server: &TestServer, pool: &str, mut blocks: Value) {
    blocks["UserPoolId"] = pool.into();
    blocks["Username"] = "alice".into();
    server.call("AdminSetUserMFAPreference", blocks).await.ok();
}
