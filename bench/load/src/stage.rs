//! What every scenario begins with: a Poolhouse on a folder of its own, a pool, clients and users.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::Result;
use crate::client::Client;
use crate::measure::{self, Operation};
use crate::process::Process;

pub const PASSWORD: &str = "Correct-horse-7-battery";

/// The program to measure, and where its data folders go.
#[derive(Debug)]
pub struct Stage {
    pub poolhouse: PathBuf,
    pub folder: PathBuf,
}

impl Stage {
    /// A Poolhouse on the data folder of this name.
    pub async fn start(&self, name: &str) -> Result<Process> {
        let data = self.data(name);
        let data = data.to_str().ok_or("the folder's name is not text")?;
        Process::start(&self.poolhouse, &["dev", "--data", data, "--listen", "127.0.0.1:0"]).await
    }

    /// A Poolhouse on the database of this URL.
    pub async fn start_on(&self, url: &str) -> Result<Process> {
        Process::start(&self.poolhouse, &["dev", "--store", url, "--listen", "127.0.0.1:0"]).await
    }

    pub fn data(&self, name: &str) -> PathBuf {
        Path::new(&self.folder).join(name)
    }
}

/// A pool with two clients: one whose refresh tokens stay, one whose rotate.
#[derive(Debug, Clone)]
pub struct App {
    pub pool: String,
    pub client: String,
    pub rotating_client: String,
}

impl App {
    pub async fn create(client: &mut Client) -> Result<Self> {
        let made = client
            .call_signed(
                "CreateUserPool",
                &json!({ "PoolName": "bench", "AutoVerifiedAttributes": ["email"] }),
            )
            .await?;
        let pool = text(&made["UserPool"]["Id"])?;
        let flows = json!(["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
        let input = json!({ "UserPoolId": pool, "ClientName": "bench", "ExplicitAuthFlows": flows });
        let made = client.call_signed("CreateUserPoolClient", &input).await?;
        let flows = json!(["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"]);
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
        let input = json!({
            "UserPoolId": pool,
            "ClientName": "rotating",
            "ExplicitAuthFlows": flows,
            "RefreshTokenRotation": rotation,
        });
        let rotating = client.call_signed("CreateUserPoolClient", &input).await?;
        let id = |made: &Value| text(&made["UserPoolClient"]["ClientId"]);
        Ok(Self { pool, client: id(&made)?, rotating_client: id(&rotating)? })
    }

    /// Confirmed users `bench-0`… with [`PASSWORD`].
    pub async fn create_users(&self, server: &Process, number: usize) -> Result<()> {
        measure::drive(server.address, 8, number, CreateUser(self.clone())).await
    }

    pub async fn create_user(&self, client: &mut Client, name: &str) -> Result<()> {
        create_user(client, &self.pool, name).await
    }
}

/// A confirmed user with [`PASSWORD`] and a verified address.
pub async fn create_user(client: &mut Client, pool: &str, name: &str) -> Result<()> {
    let input = json!({
        "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS",
        "TemporaryPassword": PASSWORD, "UserAttributes": verified_email(name),
    });
    client.call_signed("AdminCreateUser", &input).await?;
    let input = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
    client.call_signed("AdminSetUserPassword", &input).await.map(drop)
}

pub fn email(name: &str) -> String {
    format!("{name}@example.com")
}

pub fn verified_email(name: &str) -> Value {
    json!([{ "Name": "email", "Value": email(name) }, { "Name": "email_verified", "Value": "true" }])
}

pub fn username(n: usize) -> String {
    format!("bench-{n}")
}

pub fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().ok_or("an answer lacks a member")?.to_owned())
}

struct CreateUser(App);

impl Operation for CreateUser {
    async fn run(&self, client: &mut Client, n: usize) -> Result<()> {
        self.0.create_user(client, &username(n)).await
    }
}
