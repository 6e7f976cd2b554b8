//! What happens when something changes between the proof and the tokens. The barrier stops a sign-in when it
//! draws the session's id, after everything has been judged.

use serde_json::{Value, json};
use storage::engine::{Batch, Statement};
use testkit::{Reply, TestServer};

const PASSWORD: &str = "Correct-Horse 7!";

struct House {
    server: TestServer,
    pool: String,
    client: String,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(json!({})).await;
        let client = server.client(&pool, json!({})).await;
        server.user(&pool, "alice", PASSWORD).await;
        let verified = json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "email_verified", "Value": "true" }]);
        server
            .call(
                "AdminUpdateUserAttributes",
                json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": verified }),
            )
            .await
            .ok();
        Self { server, pool, client }
    }

    /// Runs `sign_in` up to the drawing of the session's id (after `draws` other draws), then `change`, then
    /// lets the sign-in go on.
    async fn interrupted<F>(&self, draws: usize, sign_in: F, change: (&str, Value)) -> Reply
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        self.server.barrier.arm(draws);
        let running = testkit::stoppable(sign_in);
        let barrier = self.server.barrier.clone();
        assert!(tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap());
        self.server.call(change.0, change.1).await.ok();
        self.server.barrier.release();
        running.await.unwrap()
    }

    fn changes(&self) -> Vec<(&'static str, Value)> {
        let named = json!({ "UserPoolId": self.pool, "Username": "alice" });
        let set = json!({ "UserPoolId": self.pool, "Username": "alice", "Password": "Another-One 8!", "Permanent": true });
        vec![
            ("AdminDisableUser", named.clone()),
            ("AdminSetUserPassword", set),
            ("AdminResetUserPassword", named.clone()),
            ("AdminDeleteUser", named),
            ("DeleteUserPoolClient", json!({ "UserPoolId": self.pool, "ClientId": self.client })),
            ("DeleteUserPool", json!({ "UserPoolId": self.pool })),
        ]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_password_sign_in_is_judged_again() {
    for i in 0..6 {
        let house = House::new().await;
        let change = house.changes().swap_remove(i);
        let expected =
            ["User is disabled.", "Incorrect username or password.", "", "User does not exist.", "", ""][i];
        let (server, client) = (house.server.clone(), house.client.clone());
        let sign_in = async move { server.sign_in(&client, "alice", PASSWORD).await };
        let reply = house.interrupted(1, sign_in, change.clone()).await;
        assert_eq!(reply.status, 400, "{}: {}", change.0, reply.body);
        assert!(reply.body.get("AuthenticationResult").is_none());
        if !expected.is_empty() {
            assert_eq!(reply.body["message"], expected, "{}", change.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_srp_sign_in_is_refused() {
    for i in 0..6 {
        let house = House::new().await;
        let change = house.changes().swap_remove(i);
        let (attempt, challenge) = house.server.begin_srp(&house.client, "alice").await;
        let answer = house.server.srp_answer(&house.pool, &attempt, &challenge, PASSWORD);
        let (server, client) = (house.server.clone(), house.client.clone());
        let respond = async move { server.respond(&client, &challenge, answer).await };
        let reply = house.interrupted(1, respond, change.clone()).await;
        assert_eq!(reply.status, 400, "{}: {}", change.0, reply.body);
        let kind = reply.body["__type"].as_str().unwrap();
        assert!(
            matches!(kind, "NotAuthorizedException" | "ResourceNotFoundException"),
            "{}: {kind}",
            change.0
        );
    }
}

/// A database that crashed may have forgotten what was only charged, but not beneath a grant that it knows of.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_proof_whose_mark_was_lost_grants_nothing() {
    let house = House::new().await;
    // The first draw that finds the mark comes between the charge and the grant; how many come before it is the engine's.
    for draws in 0.. {
        let (attempt, challenge) = house.server.begin_srp(&house.client, "alice").await;
        let answer = house.server.srp_answer(&house.pool, &attempt, &challenge, PASSWORD);
        let (server, client) = (house.server.clone(), house.client.clone());
        house.server.barrier.arm(draws);
        let running = testkit::stoppable(async move { server.respond(&client, &challenge, answer).await });
        let barrier = house.server.barrier.clone();
        assert!(tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap());
        let lost = Statement::new("DELETE FROM spent", Vec::new()).must_change_one("mark");
        let was_there = house.server.services.db.store().apply(Batch::from_iter([lost])).await.is_ok();
        house.server.barrier.release();
        let reply = running.await.unwrap();
        if was_there {
            reply.refused("NotAuthorizedException", "Invalid session for the user.");
            return;
        }
        reply.ok();
        let forgotten = Statement::new("DELETE FROM spent", Vec::new());
        house.server.services.db.store().apply(Batch::from_iter([forgotten])).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_sign_out_of_all_ends_what_was_under_way() {
    let house = House::new().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    // By password the step is judged again, and the sign-in counts as after the sign-out.
    let (server, client) = (house.server.clone(), house.client.clone());
    let sign_in = async move { server.sign_in(&client, "alice", PASSWORD).await };
    let change = ("AdminUserGlobalSignOut", named);
    let tokens = house.interrupted(1, sign_in, change.clone()).await.ok()["AuthenticationResult"].clone();
    house.server.call_unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await.ok();
    // An SRP proof was for the user as it was.
    let (attempt, challenge) = house.server.begin_srp(&house.client, "alice").await;
    let answer = house.server.srp_answer(&house.pool, &attempt, &challenge, PASSWORD);
    let (server, client) = (house.server.clone(), house.client.clone());
    let respond = async move { server.respond(&client, &challenge, answer).await };
    house.interrupted(1, respond, change).await.refused_as("NotAuthorizedException");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn nothing_is_created_in_a_pool_that_was_deleted_meanwhile() {
    let creations: [(&str, usize, Value, bool); 3] = [
        ("CreateUserPoolClient", 1, json!({ "ClientName": "late" }), true),
        ("AdminCreateUser", 1, json!({ "Username": "late", "MessageAction": "SUPPRESS" }), true),
        ("SignUp", 1, json!({ "Username": "late", "Password": PASSWORD }), false),
    ];
    for (operation, draws, mut input, signed) in creations {
        let house = House::new().await;
        if signed {
            input["UserPoolId"] = house.pool.as_str().into();
        } else {
            input["ClientId"] = house.client.as_str().into();
        }
        let server = house.server.clone();
        let create = async move {
            if signed {
                server.call(operation, input).await
            } else {
                server.call_unsigned(operation, input).await
            }
        };
        let reply =
            house.interrupted(draws, create, ("DeleteUserPool", json!({ "UserPoolId": house.pool }))).await;
        assert_eq!(reply.body["__type"], "ResourceNotFoundException", "{operation}: {}", reply.body);
    }
}

/// A step that only asks is judged again as well: no message goes out for who was disabled meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_challenge_is_not_sent_to_who_was_disabled_meanwhile() {
    let house = House::new().await;
    let mut mfa = crate::api::mfa::all_factors("OPTIONAL");
    mfa.as_object_mut().unwrap().remove("EmailMfaConfiguration");
    crate::api::mfa::configure(&house.server, &house.pool, mfa).await;
    let named = json!({ "UserPoolId": house.pool, "Username": "alice" });
    let mut phone = named.clone();
    phone["UserAttributes"] = json!([{ "Name": "phone_number", "Value": crate::api::mfa::PHONE }]);
    house.server.call("AdminUpdateUserAttributes", phone).await.ok();
    let enabled = json!({ "SMSMfaSettings": { "Enabled": true } });
    crate::api::mfa::prefer(&house.server, &house.pool, enabled).await;
    let (server, client) = (house.server.clone(), house.client.clone());
    let sign_in = async move { server.sign_in(&client, "alice", PASSWORD).await };
    let reply = house.interrupted(1, sign_in, ("AdminDisableUser", named)).await;
    assert_eq!(reply.body["message"], "User is disabled.", "{}", reply.body);
    assert!(house.server.mailbox(crate::api::mfa::PHONE).await.is_empty());
}
