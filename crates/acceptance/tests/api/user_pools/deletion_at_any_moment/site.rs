//! The deletion itself: one call, and the pool deleted at each of its places.

use serde_json::{Value, json};
use testkit::{Reply, TestServer};

/// An operation and its input, tried from the same beginning as every other.
#[derive(Clone)]
pub struct Call {
    pub operation: &'static str,
    input: Value,
    signed: bool,
    succeeds: bool,
}

impl Call {
    /// By an administrator.
    pub fn signed(operation: &'static str, input: Value) -> Self {
        Self { operation, input, signed: true, succeeds: true }
    }

    /// By anybody, or by whoever holds what the input contains.
    pub fn unsigned(operation: &'static str, input: Value) -> Self {
        Self { operation, input, signed: false, succeeds: true }
    }

    /// One that is refused in a living pool too, and counts the attempt.
    pub fn refused_anyway(self) -> Self {
        Self { succeeds: false, ..self }
    }

    async fn run(&self, server: &TestServer) -> Reply {
        if self.signed {
            server.call(self.operation, self.input.clone()).await
        } else {
            server.call_unsigned(self.operation, self.input.clone()).await
        }
    }
}

/// A pool on a server of its own.
pub struct Site {
    pub server: TestServer,
    pub pool: String,
    pub clients: Vec<String>,
}

impl Site {
    pub async fn delete_under_each(&self, calls: &[Call]) {
        for call in calls {
            self.delete_under(call).await;
        }
    }

    /// Deletes the pool at every place of one call, each time from the same beginning.
    async fn delete_under(&self, call: &Call) {
        let server = &self.server;
        let what = format!("{} {}", call.operation, call.input);
        let before = server.snapshot().await;
        let mut refused = 0;
        for place in 0.. {
            server.barrier.arm_any(place);
            let (running, call_again) = (server.clone(), call.clone());
            let running = testkit::stoppable(async move {
                let reply = call_again.run(&running).await;
                // Whoever waits for it to be stopped need not wait any longer.
                running.barrier.release();
                reply
            });
            let barrier = server.barrier.clone();
            if !tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap() {
                let reply = running.await.unwrap();
                assert_eq!(reply.status == 200, call.succeeds, "{what}: {}", reply.body);
                assert!(reply.status < 500, "{what}: {}", reply.body);
                assert!(refused > 0, "{what} was never refused");
                break;
            }
            server.call("DeleteUserPool", json!({ "UserPoolId": self.pool })).await.ok();
            let deleted = server.snapshot().await;
            server.barrier.release();
            let reply = running.await.unwrap();
            let written = testkit::changed(&deleted, &server.snapshot().await);
            assert!(written.is_empty(), "{what} at {place}: {written:?}");
            refused += usize::from(reply.status != 200);
            self.left_nothing(&what, place, reply).await;
            server.restore(&before).await;
        }
        server.restore(&before).await;
    }

    /// Asserts a refusal that says why, or else that nothing which was granted is good for anything.
    async fn left_nothing(&self, what: &str, place: usize, reply: Reply) {
        let server = &self.server;
        if reply.status != 200 {
            let kind = reply.body["__type"].as_str().unwrap();
            let known = ["ResourceNotFoundException", "NotAuthorizedException", "CodeMismatchException"];
            assert!(known.contains(&kind), "{what} at {place}: {}", reply.body);
        }
        let tokens = &reply.body["AuthenticationResult"];
        if let Some(token) = tokens["AccessToken"].as_str() {
            server
                .call_unsigned("GetUser", json!({ "AccessToken": token }))
                .await
                .refused_as("NotAuthorizedException");
        }
        for client in &self.clients {
            if let Some(token) = tokens["RefreshToken"].as_str() {
                let refresh = json!({ "ClientId": client, "RefreshToken": token });
                server
                    .call_unsigned("GetTokensFromRefreshToken", refresh)
                    .await
                    .refused_as("ResourceNotFoundException");
            }
            if let Some(session) = reply.body["Session"].as_str() {
                let step = reply.body["ChallengeName"].as_str().unwrap_or("MFA_SETUP");
                let answer = json!({ "ClientId": client, "ChallengeName": step, "Session": session });
                server
                    .call_unsigned("RespondToAuthChallenge", answer)
                    .await
                    .refused_as("ResourceNotFoundException");
            }
        }
    }
}
