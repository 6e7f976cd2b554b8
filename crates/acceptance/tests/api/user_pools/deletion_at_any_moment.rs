//! A pool may be deleted at any moment of whatever is under way in it. Each operation that writes is stopped at
//! every draw of randomness and every reading of the clock in turn, the pool is deleted there, and the operation
//! goes on: it may have been done before the deletion, and writes nothing after it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Reply, TestServer};
use wire::cognito_idp::Operation;

const PASSWORD: &str = "Correct-Horse 7!";
const TEMPORARY: &str = "Temporary-Horse 1!";
const NEW: &str = "Another-Horse 8!";

/// Operations that write and are not tried yet. The list may only become shorter.
const NOT_TRIED: [&str; 12] = [
    "AdminDeleteSoftwareToken",
    "AdminRevokeUserSession",
    "AdminSetUserMFAPreference",
    "AdminSetUserSettings",
    "AssociateSoftwareToken",
    "RevokeUserSession",
    "SetUserMFAPreference",
    "SetUserPoolClientSessionConfiguration",
    "SetUserPoolMfaConfig",
    "SetUserPoolSessionConfiguration",
    "SetUserSettings",
    "VerifySoftwareToken",
];

/// A pool with a user in every state, and what its operations need.
struct House {
    server: TestServer,
    pool: String,
    client: String,
    rotating: String,
    confidential: Value,
    second_secret: Value,
    /// Of alice.
    token: Value,
    refresh: Value,
    rotating_refresh: Value,
    srp_challenge: Value,
    srp_answer: Value,
    verification_code: String,
    reset_code: String,
    /// Of bob, who signed up.
    confirmation_code: String,
    /// Of carol, whom an administrator made.
    new_password_session: Value,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(json!({ "AutoVerifiedAttributes": ["email", "phone_number"] })).await;
        let client = server.client(&pool, json!({})).await;
        let rotation = json!({
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        });
        let rotating = server.client(&pool, rotation).await;
        let secret = json!({ "GenerateSecret": true });
        let confidential = server.client_description(&pool, secret.clone()).await["ClientId"].clone();
        let two_secrets = server.client_description(&pool, secret).await["ClientId"].clone();
        let named = json!({ "UserPoolId": pool, "ClientId": two_secrets });
        let second = server.call("AddUserPoolClientSecret", named).await.ok();
        let second_secret = json!([two_secrets, second["ClientSecretDescriptor"]["ClientSecretId"]]);

        server.user(&pool, "alice", PASSWORD).await;
        let verified = json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "email_verified", "Value": "true" }]);
        let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": verified });
        server.call("AdminUpdateUserAttributes", input).await.ok();
        server.call("CreateGroup", json!({ "UserPoolId": pool, "GroupName": "staff" })).await.ok();
        let member = json!({ "UserPoolId": pool, "Username": "alice", "GroupName": "staff" });
        server.call("AdminAddUserToGroup", member).await.ok();
        let tokens = server.tokens(&client, "alice", PASSWORD).await;
        let rotating_refresh = server.tokens(&rotating, "alice", PASSWORD).await["RefreshToken"].clone();
        let phone = json!([{ "Name": "phone_number", "Value": "+12065550100" }]);
        let input = json!({ "AccessToken": tokens["AccessToken"], "UserAttributes": phone });
        server.call_unsigned("UpdateUserAttributes", input).await.ok();
        let forgot = json!({ "ClientId": client, "Username": "alice" });
        server.call_unsigned("ForgotPassword", forgot).await.ok();

        let email = json!([{ "Name": "email", "Value": "b@example.com" }]);
        let sign_up =
            json!({ "ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": email });
        server.call_unsigned("SignUp", sign_up).await.ok();
        let invited = json!({
            "UserPoolId": pool, "Username": "carol", "TemporaryPassword": TEMPORARY, "MessageAction": "SUPPRESS",
        });
        server.call("AdminCreateUser", invited).await.ok();
        let new_password_session = server.sign_in(&client, "carol", TEMPORARY).await.ok()["Session"].clone();
        let (attempt, srp_challenge) = server.begin_srp(&client, "alice").await;
        Self {
            srp_answer: server.srp_answer(&pool, &attempt, &srp_challenge, PASSWORD),
            verification_code: server.code("+12065550100").await,
            reset_code: server.code("a@example.com").await,
            confirmation_code: server.code("b@example.com").await,
            token: tokens["AccessToken"].clone(),
            refresh: tokens["RefreshToken"].clone(),
            server,
            pool,
            client,
            rotating,
            confidential,
            second_secret,
            rotating_refresh,
            srp_challenge,
            new_password_session,
        }
    }

    /// What administrators do.
    fn signed(&self) -> Vec<(&'static str, Value)> {
        let attributes = json!([{ "Name": "email", "Value": "new@example.com" }]);
        let arn = format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{}", self.pool);
        let [of, second_secret] = [&self.second_secret[0], &self.second_secret[1]];
        let sign_in = json!({
            "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
        });
        let respond = json!({
            "ClientId": self.client, "ChallengeName": "PASSWORD_VERIFIER",
            "Session": self.srp_challenge["Session"], "ChallengeResponses": self.srp_answer,
        });
        let mut calls = vec![
            ("UpdateUserPool", json!({ "MfaConfiguration": "OFF" })),
            (
                "AddCustomAttributes",
                json!({ "CustomAttributes": [{ "Name": "late", "AttributeDataType": "String" }] }),
            ),
            ("CreateUserPoolClient", json!({ "ClientName": "late", "GenerateSecret": true })),
            ("UpdateUserPoolClient", json!({ "ClientId": self.client, "ClientName": "late" })),
            ("DeleteUserPoolClient", json!({ "ClientId": self.client })),
            ("AddUserPoolClientSecret", json!({ "ClientId": self.confidential })),
            ("DeleteUserPoolClientSecret", json!({ "ClientId": of, "ClientSecretId": second_secret })),
            ("CreateGroup", json!({ "GroupName": "late" })),
            ("UpdateGroup", json!({ "GroupName": "staff", "Description": "late" })),
            ("DeleteGroup", json!({ "GroupName": "staff" })),
            ("AdminAddUserToGroup", json!({ "GroupName": "staff", "Username": "bob" })),
            ("AdminRemoveUserFromGroup", json!({ "GroupName": "staff", "Username": "alice" })),
            ("AdminCreateUser", json!({ "Username": "late", "MessageAction": "SUPPRESS" })),
            (
                "AdminCreateUser",
                json!({ "Username": "late", "UserAttributes": attributes, "DesiredDeliveryMediums": ["EMAIL"] }),
            ),
            ("AdminCreateUser", json!({ "Username": "carol", "MessageAction": "RESEND" })),
            ("AdminSetUserPassword", json!({ "Username": "alice", "Password": NEW, "Permanent": true })),
            ("AdminUpdateUserAttributes", json!({ "Username": "alice", "UserAttributes": attributes })),
            ("AdminDeleteUserAttributes", json!({ "Username": "alice", "UserAttributeNames": ["email"] })),
            ("AdminConfirmSignUp", json!({ "Username": "bob" })),
            ("AdminInitiateAuth", sign_in),
            ("AdminRespondToAuthChallenge", respond),
        ];
        for operation in [
            "AdminDisableUser",
            "AdminEnableUser",
            "AdminResetUserPassword",
            "AdminUserGlobalSignOut",
            "AdminDeleteUser",
        ] {
            calls.push((operation, json!({ "Username": "alice" })));
        }
        for (_, input) in &mut calls {
            input["UserPoolId"] = self.pool.as_str().into();
        }
        calls.push(("TagResource", json!({ "ResourceArn": arn, "Tags": { "late": "yes" } })));
        calls.push(("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["late"] })));
        calls
    }

    /// What anybody does through a client.
    fn public(&self) -> Vec<(&'static str, Value)> {
        let sign_in = |name: &str, password: &str| json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": name, "PASSWORD": password } });
        let new_password = json!({ "USERNAME": "carol", "NEW_PASSWORD": NEW });
        let email = json!([{ "Name": "email", "Value": "late@example.com" }]);
        let mut calls = vec![
            ("SignUp", json!({ "Username": "late", "Password": PASSWORD, "UserAttributes": email })),
            ("ConfirmSignUp", json!({ "Username": "bob", "ConfirmationCode": self.confirmation_code })),
            ("ConfirmSignUp", json!({ "Username": "bob", "ConfirmationCode": "wrong" })),
            ("ResendConfirmationCode", json!({ "Username": "bob" })),
            ("ForgotPassword", json!({ "Username": "alice" })),
            (
                "ConfirmForgotPassword",
                json!({ "Username": "alice", "ConfirmationCode": self.reset_code, "Password": NEW }),
            ),
            ("InitiateAuth", sign_in("alice", PASSWORD)),
            ("InitiateAuth", sign_in("alice", "wrong")),
            // A challenge is nothing to hold on to, but handing one out gives attempts back.
            ("InitiateAuth", sign_in("carol", TEMPORARY)),
            (
                "InitiateAuth",
                json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": self.refresh } }),
            ),
            (
                "RespondToAuthChallenge",
                json!({
                    "ChallengeName": "PASSWORD_VERIFIER", "Session": self.srp_challenge["Session"],
                    "ChallengeResponses": self.srp_answer,
                }),
            ),
            (
                "RespondToAuthChallenge",
                json!({
                    "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": self.new_password_session,
                    "ChallengeResponses": new_password,
                }),
            ),
            ("GetTokensFromRefreshToken", json!({ "RefreshToken": self.refresh })),
            ("RevokeToken", json!({ "Token": self.refresh })),
        ];
        for (_, input) in &mut calls {
            input["ClientId"] = self.client.as_str().into();
        }
        let rotate = json!({ "ClientId": self.rotating, "RefreshToken": self.rotating_refresh });
        calls.push(("GetTokensFromRefreshToken", rotate));
        calls
    }

    /// What a signed-in user does.
    fn own(&self) -> Vec<(&'static str, Value)> {
        let email = json!([{ "Name": "email", "Value": "late@example.com" }]);
        let mut calls = vec![
            ("UpdateUserAttributes", json!({ "UserAttributes": email })),
            ("DeleteUserAttributes", json!({ "UserAttributeNames": ["email"] })),
            ("GetUserAttributeVerificationCode", json!({ "AttributeName": "email" })),
            (
                "VerifyUserAttribute",
                json!({ "AttributeName": "phone_number", "Code": self.verification_code }),
            ),
            ("ChangePassword", json!({ "PreviousPassword": PASSWORD, "ProposedPassword": NEW })),
            ("GlobalSignOut", json!({})),
            ("DeleteUser", json!({})),
        ];
        for (_, input) in &mut calls {
            input["AccessToken"] = self.token.clone();
        }
        calls
    }

    /// Deletes the pool at every place of one call, each time from the same beginning.
    async fn delete_under(&self, operation: &'static str, input: &Value, signed: bool) {
        let server = &self.server;
        let before = server.snapshot().await;
        let mut refused = 0;
        for place in 0.. {
            server.barrier.arm_any(place);
            let (running, input) = (server.clone(), input.clone());
            let call = tokio::spawn(async move {
                let reply = if signed {
                    running.call(operation, input).await
                } else {
                    running.call_unsigned(operation, input).await
                };
                // Whoever waits for it to be stopped need not wait any longer.
                running.barrier.release();
                reply
            });
            let barrier = server.barrier.clone();
            if !tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap() {
                let reply = call.await.unwrap();
                assert!(reply.status < 500, "{operation}: {}", reply.body);
                assert!(refused > 0, "{operation} was never refused");
                break;
            }
            server.call("DeleteUserPool", json!({ "UserPoolId": self.pool })).await.ok();
            let deleted = server.snapshot().await;
            server.barrier.release();
            let reply = call.await.unwrap();
            let written = testkit::changed(&deleted, &server.snapshot().await);
            assert!(written.is_empty(), "{operation} at {place}: {written:?}");
            refused += usize::from(reply.status != 200);
            self.left_nothing(operation, place, reply).await;
            server.restore(&before).await;
        }
        server.restore(&before).await;
    }

    /// Asserts a refusal that says why, or else that nothing which was granted is good for anything.
    async fn left_nothing(&self, operation: &str, place: usize, reply: Reply) {
        let server = &self.server;
        if reply.status != 200 {
            let kind = reply.body["__type"].as_str().unwrap();
            let known = ["ResourceNotFoundException", "NotAuthorizedException", "CodeMismatchException"];
            assert!(known.contains(&kind), "{operation} at {place}: {}", reply.body);
        }
        let tokens = &reply.body["AuthenticationResult"];
        if let Some(token) = tokens["AccessToken"].as_str() {
            server
                .call_unsigned("GetUser", json!({ "AccessToken": token }))
                .await
                .refused_as("NotAuthorizedException");
        }
        if let Some(token) = tokens["RefreshToken"].as_str() {
            for client in [&self.client, &self.rotating] {
                server
                    .call_unsigned(
                        "GetTokensFromRefreshToken",
                        json!({ "ClientId": client, "RefreshToken": token }),
                    )
                    .await
                    .refused_as("ResourceNotFoundException");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_administrators_do() {
    let house = House::new().await;
    for (operation, input) in house.signed() {
        house.delete_under(operation, &input, true).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_anybody_does() {
    let house = House::new().await;
    for (operation, input) in house.public() {
        house.delete_under(operation, &input, false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_users_do() {
    let house = House::new().await;
    for (operation, input) in house.own() {
        house.delete_under(operation, &input, false).await;
    }
}

#[tokio::test]
async fn every_operation_that_writes_in_a_pool_is_tried() {
    let house = House::new().await;
    let mut calls = house.signed();
    calls.extend(house.public());
    calls.extend(house.own());
    let tried: BTreeSet<_> = calls.into_iter().map(|(operation, _)| operation).collect();
    let reads = |name: &str| {
        ["Describe", "List", "GetGroup", "GetUser", "AdminGet", "AdminList"]
            .iter()
            .any(|p| name.starts_with(p))
    };
    for operation in Operation::ALL.into_iter().map(Operation::name) {
        let of_pools = ["CreateUserPool", "DeleteUserPool"].contains(&operation);
        if tried.contains(operation) || reads(operation) || of_pools || NOT_TRIED.contains(&operation) {
            continue;
        }
        let reply = house.server.call(operation, json!({ "UserPoolId": house.pool })).await;
        assert_eq!(reply.body["__type"], "OperationNotEnabledException", "{operation}: {}", reply.body);
    }
}
