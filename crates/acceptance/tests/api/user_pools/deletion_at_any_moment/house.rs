//! Administrators, clients and users of an ordinary pool.

use serde_json::{Value, json};
use testkit::TestServer;

use super::{Call, PASSWORD, Site, initiate, respond};

const TEMPORARY: &str = "Temporary-Horse 1!";
const NEW: &str = "Another-Horse 8!";

/// A pool with a user in every state, and what its operations need.
pub struct House {
    pub server: TestServer,
    pub pool: String,
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
    new_password_challenge: Value,
}

impl House {
    pub async fn new() -> Self {
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
        let new_password_challenge = server.sign_in(&client, "carol", TEMPORARY).await.ok();
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
            new_password_challenge,
        }
    }

    pub fn site(&self) -> Site {
        let clients = vec![self.client.clone(), self.rotating.clone()];
        Site { server: self.server.clone(), pool: self.pool.clone(), clients }
    }

    /// What administrators do.
    pub fn signed(&self) -> Vec<Call> {
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
        calls.into_iter().map(|(operation, input)| Call::signed(operation, input)).collect()
    }

    /// What anybody does through a client.
    pub fn public(&self) -> Vec<Call> {
        let password = |name: &str, password: &str| {
            let parameters = json!({ "USERNAME": name, "PASSWORD": password });
            initiate(&self.client, "USER_PASSWORD_AUTH", parameters)
        };
        let new_password = json!({ "USERNAME": "carol", "NEW_PASSWORD": NEW });
        let email = json!([{ "Name": "email", "Value": "late@example.com" }]);
        let confirm = |code: &str| {
            let input = json!({ "ClientId": self.client, "Username": "bob", "ConfirmationCode": code });
            Call::unsigned("ConfirmSignUp", input)
        };
        let mut calls = vec![
            ("SignUp", json!({ "Username": "late", "Password": PASSWORD, "UserAttributes": email })),
            ("ResendConfirmationCode", json!({ "Username": "bob" })),
            ("ForgotPassword", json!({ "Username": "alice" })),
            (
                "ConfirmForgotPassword",
                json!({ "Username": "alice", "ConfirmationCode": self.reset_code, "Password": NEW }),
            ),
            ("GetTokensFromRefreshToken", json!({ "RefreshToken": self.refresh })),
            ("RevokeToken", json!({ "Token": self.refresh })),
        ];
        for (_, input) in &mut calls {
            input["ClientId"] = self.client.as_str().into();
        }
        let rotate = json!({ "ClientId": self.rotating, "RefreshToken": self.rotating_refresh });
        calls.push(("GetTokensFromRefreshToken", rotate));
        let refresh = json!({ "REFRESH_TOKEN": self.refresh });
        let mut calls: Vec<_> =
            calls.into_iter().map(|(operation, input)| Call::unsigned(operation, input)).collect();
        calls.extend([
            confirm(&self.confirmation_code),
            confirm("wrong").refused_anyway(),
            password("alice", PASSWORD),
            password("alice", "wrong").refused_anyway(),
            // A challenge is nothing to hold on to, but handing one out gives attempts back.
            password("carol", TEMPORARY),
            initiate(&self.client, "REFRESH_TOKEN_AUTH", refresh),
            respond(&self.client, &self.srp_challenge, self.srp_answer.clone()),
            respond(&self.client, &self.new_password_challenge, new_password),
        ]);
        calls
    }

    /// What a signed-in user does.
    pub fn own(&self) -> Vec<Call> {
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
        calls.into_iter().map(|(operation, input)| Call::unsigned(operation, input)).collect()
    }
}
