//! Sign-ins with the factor of the user's choice, and right after a sign-up.

use serde_json::{Value, json};
use testkit::TestServer;

use super::{Call, PASSWORD, Site, initiate, respond};

const EMAIL: &str = "alice@example.com";

/// A pool where codes by e-mail sign in, with alice, who has a password too, and bob and carol, who signed up without.
pub async fn site() -> (Site, Vec<Call>) {
    let server = TestServer::start().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let pool = server.pool(json!({ "Policies": policies, "AutoVerifiedAttributes": ["email"] })).await;
    let hides = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
    });
    let client = server.client(&pool, hides).await;
    server.user(&pool, "alice", PASSWORD).await;
    let email = json!([{ "Name": "email", "Value": EMAIL }]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": email });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    for name in ["bob", "carol"] {
        server.call_unsigned("SignUp", sign_up(&client, name)).await.ok();
    }
    let code = server.code("carol@example.com").await;
    let confirm = json!({ "ClientId": client, "Username": "carol", "ConfirmationCode": code });
    let confirmed = server.call_unsigned("ConfirmSignUp", confirm).await.ok();
    let calls = calls(&server, &client, &confirmed["Session"]).await;
    (Site { server, pool, clients: vec![client] }, calls)
}

fn sign_up(client: &str, name: &str) -> Value {
    let email = json!([{ "Name": "email", "Value": format!("{name}@example.com") }]);
    json!({ "ClientId": client, "Username": name, "UserAttributes": email })
}

async fn calls(server: &TestServer, client: &str, after_sign_up: &Value) -> Vec<Call> {
    let by_mail = |name: &str| json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let begin = |parameters: Value| initiate(client, "USER_AUTH", parameters);
    let answer = |name: &str, code: &str| json!({ "USERNAME": name, "EMAIL_OTP_CODE": code });
    let choice = server.choose(client, json!({ "USERNAME": "alice" })).await.ok();
    let select = |way: &str| json!({ "USERNAME": "alice", "ANSWER": way, "PASSWORD": PASSWORD });
    let confirmation = server.code("bob@example.com").await;
    let confirm = json!({ "ClientId": client, "Username": "bob", "ConfirmationCode": confirmation });
    let straight_away = json!({
        "ClientId": client, "AuthFlow": "USER_AUTH", "Session": after_sign_up,
        "AuthParameters": { "USERNAME": "carol" },
    });
    let mut calls = vec![
        Call::unsigned("SignUp", sign_up(client, "late")),
        Call::unsigned("ConfirmSignUp", confirm),
        Call::unsigned("InitiateAuth", straight_away),
        begin(json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD })),
        respond(client, &choice, select("EMAIL_OTP")),
        respond(client, &choice, select("PASSWORD")),
    ];
    for name in ["alice", "bob", "nobody"] {
        calls.push(begin(by_mail(name)));
        let challenge = server.choose(client, by_mail(name)).await.ok();
        calls.push(respond(client, &challenge, answer(name, "00000000")).refused_anyway());
        if name != "nobody" {
            let code = server.code(&format!("{name}@example.com")).await;
            calls.push(respond(client, &challenge, answer(name, &code)));
        }
    }
    calls
}
