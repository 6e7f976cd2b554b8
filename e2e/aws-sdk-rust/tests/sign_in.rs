//! A user's life through the AWS SDK for Rust, and refusals as its typed errors.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use aws_sdk_cognitoidentityprovider as cognito;
use cognito::config::{BehaviorVersion, Credentials, Region};
use cognito::types::{AttributeType, AuthFlowType, ExplicitAuthFlowsType, VerifiedAttributeType};

const PASSWORD: &str = "Correct-Horse 7!";

/// `poolhouse dev` on a free port, ended when dropped.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let program = std::env::var("POOLHOUSE_BIN").expect("POOLHOUSE_BIN names the program");
        let mut process = Command::new(program)
            .args(["dev", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("poolhouse starts");
        let lines = BufReader::new(process.stdout.take().expect("it has an output")).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("listening on ").map(|(_, url)| url.to_owned()))
            .expect("it says where it listens");
        Self { process, url }
    }

    fn client(&self) -> cognito::Client {
        let config = cognito::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(&self.url)
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        cognito::Client::from_conf(config)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn pool_and_client(client: &cognito::Client) -> (String, String) {
    let pool = client
        .create_user_pool()
        .pool_name("sdk")
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .send()
        .await
        .expect("a pool");
    let pool = pool.user_pool().and_then(|p| p.id()).expect("an id").to_owned();
    let app = client
        .create_user_pool_client()
        .user_pool_id(&pool)
        .client_name("app")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .send()
        .await
        .expect("a client");
    let app = app.user_pool_client().and_then(|c| c.client_id()).expect("an id").to_owned();
    (pool, app)
}

#[tokio::test]
async fn a_user_signs_up_in_and_out() {
    let server = Server::start();
    let client = server.client();
    let (pool, app) = pool_and_client(&client).await;
    let email = AttributeType::builder().name("email").value("alice@example.com").build().expect("an attribute");
    let made = client.sign_up().client_id(&app).username("alice").password(PASSWORD).user_attributes(email).send().await;
    let made = made.expect("signed up");
    assert!(!made.user_confirmed());
    assert_eq!(made.code_delivery_details().and_then(|d| d.destination()), Some("a***@e***"));
    client.admin_confirm_sign_up().user_pool_id(&pool).username("alice").send().await.expect("confirmed");
    let sign_in = |password: &str| {
        client
            .initiate_auth()
            .client_id(&app)
            .auth_flow(AuthFlowType::UserPasswordAuth)
            .auth_parameters("USERNAME", "alice")
            .auth_parameters("PASSWORD", password)
            .send()
    };
    let refused = sign_in("wrong").await.expect_err("refused").into_service_error();
    assert!(refused.is_not_authorized_exception(), "{refused:?}");
    let granted = sign_in(PASSWORD).await.expect("granted");
    let tokens = granted.authentication_result().expect("tokens");
    let access = tokens.access_token().expect("an access token");
    let user = client.get_user().access_token(access).send().await.expect("the user");
    assert_eq!(user.username(), "alice");
    client.global_sign_out().access_token(access).send().await.expect("signed out");
    let refused = client.get_user().access_token(access).send().await.expect_err("refused").into_service_error();
    assert!(refused.is_not_authorized_exception(), "{refused:?}");
}

#[tokio::test]
async fn refusals_are_typed() {
    let server = Server::start();
    let client = server.client();
    let (pool, app) = pool_and_client(&client).await;
    let create = || client.admin_create_user().user_pool_id(&pool).username("bob").message_action(cognito::types::MessageActionType::Suppress).send();
    create().await.expect("created");
    let again = create().await.expect_err("refused").into_service_error();
    assert!(again.is_username_exists_exception(), "{again:?}");
    let weak = client.sign_up().client_id(&app).username("carol").password("weak").send().await;
    assert!(weak.expect_err("refused").into_service_error().is_invalid_password_exception());
    let unknown = client.describe_user_pool().user_pool_id("eu-west-1_000000000").send().await;
    assert!(unknown.expect_err("refused").into_service_error().is_resource_not_found_exception());
    let not_built = client.describe_risk_configuration().user_pool_id(&pool).send().await;
    let not_built = not_built.expect_err("refused").into_service_error();
    assert_eq!(not_built.meta().code(), Some("OperationNotEnabledException"));
}

#[tokio::test]
async fn pages_are_walked() {
    let server = Server::start();
    let client = server.client();
    let (pool, _) = pool_and_client(&client).await;
    for i in 0..7 {
        let create = client.admin_create_user().user_pool_id(&pool).username(format!("user{i}"));
        create.message_action(cognito::types::MessageActionType::Suppress).send().await.expect("created");
    }
    let mut pages = client.list_users().user_pool_id(&pool).limit(3).into_paginator().send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        seen.extend(page.expect("a page").users().iter().map(|u| u.username().unwrap_or_default().to_owned()));
    }
    seen.sort();
    assert_eq!(seen, (0..7).map(|i| format!("user{i}")).collect::<Vec<_>>());
}
