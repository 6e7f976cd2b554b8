//! Sign-ins with more than a password. Each way has a file, which makes a pool and users of its own, and a line in
//! [`measure`].

mod device;
mod email_otp;
mod passkey;
mod totp;

use serde_json::{Value, json};

use crate::Result;
use crate::client::Client;
use crate::operations::Run;
use crate::stage::text;

pub const TOTP: &str = "TOTP sign-in";
/// The code is read between the halves, which costs the server what no user does.
pub const EMAIL_OTP: [&str; 2] = ["e-mail OTP sign-in, code sent", "e-mail OTP sign-in, code given"];
pub const DEVICE: &str = "device sign-in";
pub const PASSKEY: &str = "passkey sign-in";

pub async fn measure(run: &mut Run<'_>) -> Result<()> {
    totp::measure(run).await?;
    email_otp::measure(run).await?;
    device::measure(run).await?;
    passkey::measure(run).await
}

/// A pool and a client of it.
struct Door {
    pool: String,
    client: String,
}

impl Door {
    async fn open(client: &mut Client, mut pool: Value, flow: &str) -> Result<Self> {
        pool["PoolName"] = "bench".into();
        let made = client.call_signed("CreateUserPool", &pool).await?;
        let pool = text(&made["UserPool"]["Id"])?;
        let input = json!({
            "UserPoolId": pool, "ClientName": "bench", "AuthSessionValidity": 15,
            "ExplicitAuthFlows": [flow, "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let made = client.call_signed("CreateUserPoolClient", &input).await?;
        Ok(Self { pool, client: text(&made["UserPoolClient"]["ClientId"])? })
    }
}
