//! AssumeRoleWithWebIdentity: keys for whom a user pool vouches.

use serde_json::{Value, json};
use testkit::{Keys, TestServer};

use super::{ACCOUNT, everything, statement};

const USERNAME: &str = "alice";
const PASSWORD: &str = "Passw0rd!long";
const DENIED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const INVALID: &str = "The web identity token that was passed could not be validated.";

struct World {
    server: TestServer,
    admin: Keys,
    pool: String,
    client: String,
    sub: String,
    tokens: Value,
}

impl World {
    async fn new() -> Self {
        let server = TestServer::start_serve().await;
        let (_, admin) = server.administrator(ACCOUNT, "admin", everything()).await;
        let call =
            async |operation: &str, input: Value| server.call_with(&admin, operation, input).await.ok();
        let pool = call("CreateUserPool", json!({ "PoolName": "a" })).await["UserPool"]["Id"].clone();
        let client = call(
            "CreateUserPoolClient",
            json!({ "UserPoolId": pool, "ClientName": "app",
                    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }),
        )
        .await["UserPoolClient"]["ClientId"]
            .clone();
        let user = json!({ "UserPoolId": pool, "Username": USERNAME, "MessageAction": "SUPPRESS" });
        let sub = call("AdminCreateUser", user).await["User"]["Attributes"][0]["Value"].clone();
        let password =
            json!({ "UserPoolId": pool, "Username": USERNAME, "Password": PASSWORD, "Permanent": true });
        call("AdminSetUserPassword", password).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (pool, client, sub) = (text(&pool), text(&client), text(&sub));
        let mut world = Self { server, admin, pool, client, sub, tokens: Value::Null };
        world.tokens = world.sign_in().await;
        world
    }

    async fn sign_in(&self) -> Value {
        let input = json!({ "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": USERNAME, "PASSWORD": PASSWORD } });
        self.server.call_unsigned("InitiateAuth", input).await.ok()["AuthenticationResult"].clone()
    }

    /// As trust policies name the pool.
    fn provider(&self) -> String {
        format!("localhost:9229/{}", self.pool)
    }

    fn trust(&self, condition: Value) -> Value {
        let provider = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{}", self.provider());
        statement(json!({ "Effect": "Allow", "Principal": { "Federated": provider },
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition }))
    }

    fn of_client(&self) -> Value {
        self.trust(json!({ "StringEquals": { format!("{}:aud", self.provider()): self.client } }))
    }

    async fn assume(&self, role: &str, token: &str) -> testkit::Reply {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        let parameters = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", &arn),
            ("RoleSessionName", "app"),
            ("WebIdentityToken", token),
        ];
        self.server.sts(None, &parameters).await
    }

    fn id_token(&self) -> &str {
        self.tokens["IdToken"].as_str().unwrap()
    }
}

#[tokio::test]
async fn a_user_of_a_trusted_client_gets_the_roles_keys() {
    let world = World::new().await;
    let role = world.server.role(ACCOUNT, "app", world.of_client(), everything()).await;
    let reply = world.assume("app", world.id_token()).await;
    let keys = Keys::of(&reply);
    assert_eq!(reply.element("SubjectFromWebIdentityToken"), Some(&*world.sub));
    assert_eq!(reply.element("Audience"), Some(&*world.client));
    assert_eq!(reply.element("Provider"), Some(&*format!("http://{}", world.provider())));
    assert_eq!(reply.element("AssumedRoleId"), Some(&*format!("{}:app", role.id)));
    world.server.call_with(&keys, "DescribeUserPool", json!({ "UserPoolId": world.pool })).await.ok();
    let reply = world.server.sts(Some(&keys), &[("Action", "GetCallerIdentity")]).await;
    assert_eq!(reply.element("Arn"), Some(&*format!("arn:aws:sts::{ACCOUNT}:assumed-role/app/app")));
}

#[tokio::test]
async fn the_trust_policy_must_trust_the_pool_and_say_for_which_clients() {
    let world = World::new().await;
    let key = |name: &str| format!("{}:{name}", world.provider());
    let mut other_pool = world.of_client();
    other_pool["Statement"][0]["Principal"]["Federated"] =
        format!("arn:aws:iam::{ACCOUNT}:oidc-provider/localhost:9229/eu-west-1_other").into();
    let mut other_account = world.of_client();
    other_account["Statement"][0]["Principal"]["Federated"] =
        format!("arn:aws:iam::999999999999:oidc-provider/{}", world.provider()).into();
    let mut not_this_action = world.of_client();
    not_this_action["Statement"][0]["Action"] = "sts:AssumeRole".into();
    not_this_action["Statement"][0]["Principal"] = json!({ "AWS": ACCOUNT });
    let client = world.client.as_str();
    for (name, trust, passes) in [
        ("client", world.of_client(), true),
        ("pattern", world.trust(json!({ "StringLike": { key("aud"): "*" } })), true),
        ("sub", world.trust(json!({ "StringEquals": { key("aud"): client, key("sub"): world.sub } })), true),
        ("other-sub", world.trust(json!({ "StringEquals": { key("aud"): client, key("sub"): "x" } })), false),
        ("other-client", world.trust(json!({ "StringEquals": { key("aud"): "x" } })), false),
        ("any-client", world.trust(json!({})), false),
        ("lax", world.trust(json!({ "StringEqualsIfExists": { key("aud"): client } })), false),
        ("but-one", world.trust(json!({ "StringNotEquals": { key("aud"): "x" } })), false),
        ("other-pool", other_pool, false),
        ("other-account", other_account, false),
        ("not-this-action", not_this_action, false),
    ] {
        world.server.role(ACCOUNT, name, trust, everything()).await;
        let reply = world.assume(name, world.id_token()).await;
        if passes {
            assert_eq!(reply.status, 200, "{name} {}", reply.text);
        } else {
            reply.refused_xml(403, "AccessDenied", DENIED);
        }
    }
    world.assume("none", world.id_token()).await.refused_xml(403, "AccessDenied", DENIED);
}

#[tokio::test]
async fn only_a_live_id_token_of_this_installation_counts() {
    let world = World::new().await;
    world.server.role(ACCOUNT, "app", world.of_client(), everything()).await;
    let id_token = world.id_token();
    let (signed, signature) = id_token.rsplit_once('.').unwrap();
    let elsewhere = World::new().await;
    for token in [
        "aaaa",
        "a.b.c",
        world.tokens["AccessToken"].as_str().unwrap(),
        world.tokens["RefreshToken"].as_str().unwrap(),
        elsewhere.id_token(),
        &format!("{signed}."),
        &format!("{}.{signature}", signed.replacen("eyJ", "eyK", 1)),
    ] {
        world.assume("app", token).await.refused_xml(400, "InvalidIdentityToken", INVALID);
    }
    world.assume("app", "x").await.refused_xml(
        400,
        "ValidationError",
        "1 validation error detected: Value at &apos;webIdentityToken&apos; failed to satisfy constraint: Member \
         must have length greater than or equal to 4",
    );
    world.server.clock.advance(std::time::Duration::from_secs(3_600));
    let reply = world.assume("app", id_token).await;
    assert_eq!((reply.status, reply.element("Code")), (400, Some("ExpiredTokenException")));
}

#[tokio::test]
async fn a_token_ends_with_the_session_the_user_and_the_client() {
    let world = World::new().await;
    world.server.role(ACCOUNT, "app", world.of_client(), everything()).await;
    let admin = async |operation: &str, mut input: Value| {
        input["UserPoolId"] = world.pool.clone().into();
        world.server.call_with(&world.admin, operation, input).await.ok()
    };
    let user = || json!({ "Username": USERNAME });
    assert_eq!(world.assume("app", world.id_token()).await.status, 200);
    admin("AdminUserGlobalSignOut", user()).await;
    world.assume("app", world.id_token()).await.refused_xml(400, "InvalidIdentityToken", INVALID);

    let fresh = world.sign_in().await;
    let fresh = fresh["IdToken"].as_str().unwrap();
    assert_eq!(world.assume("app", fresh).await.status, 200);
    admin("AdminDisableUser", user()).await;
    world.assume("app", fresh).await.refused_xml(400, "InvalidIdentityToken", INVALID);
    admin("AdminEnableUser", user()).await;

    let fresh = world.sign_in().await;
    let fresh = fresh["IdToken"].as_str().unwrap();
    assert_eq!(world.assume("app", fresh).await.status, 200);
    admin("DeleteUserPoolClient", json!({ "ClientId": world.client })).await;
    world.assume("app", fresh).await.refused_xml(400, "InvalidIdentityToken", INVALID);
}
