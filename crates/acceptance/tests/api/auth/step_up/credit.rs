//! What ends the credit of an access token while its session goes on.

use serde_json::{Value, json};

use testkit::{Reply, TestServer};

use super::{FOUR, House, ONE, OUT_OF_REACH, THREE, TWO, another_client, granted, told};
use crate::api::mfa::{A_MINUTE, EMAIL, PASSWORD, PHONE, all_factors, configure, own_sender};

const ENDED: (&str, &str) = ("NotAuthorizedException", "Access Token has been revoked");
const STRANGE: &str = "mallory@example.com";

impl House {
    /// The tokens of alice's sign-in by an e-mail code.
    async fn tokens_by_code(&self) -> Value {
        let begin = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let asked = self.server.choose(&self.client, begin).await.ok();
        let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": self.server.code(EMAIL).await });
        granted(self.server.respond(&self.client, &asked, answer).await)
    }

    async fn set(&self, attributes: Value) {
        self.by_admin("AdminUpdateUserAttributes", json!({ "UserAttributes": attributes })).await;
    }

    /// Runs `request` up to the drawing of the session's id, then `change`, then lets it go on.
    async fn interrupted<F, C>(&self, request: impl FnOnce(House) -> F, change: C) -> Reply
    where
        F: Future<Output = Reply> + Send + 'static,
        C: Future<Output = ()>,
    {
        self.server.barrier.arm(1);
        let running = testkit::stoppable(request(self.clone()));
        let barrier = self.server.barrier.clone();
        assert!(tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap());
        change.await;
        self.server.barrier.release();
        running.await.unwrap()
    }
}

/// What was proved with one credential version is not granted under the next, though the step is judged again.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn credentials_that_change_between_check_and_grant() {
    let house = House::new().await;
    let by_code = house.tokens_by_code().await;
    let at_once = json!({
        "ACCESS_TOKEN": by_code["AccessToken"], "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD,
    });
    let with = at_once.clone();
    let step_up = |house: House| async move { house.toward(THREE, with).await };
    let same = json!({ "Password": PASSWORD, "Permanent": true });
    let reply = house.interrupted(step_up, house.by_admin("AdminSetUserPassword", same)).await.ok();
    // The password is right for the next version too, but the code is asked for again.
    assert_eq!(reply["ChallengeName"], "SELECT_MFA_TYPE", "{reply}");
    let by_code = house.tokens_by_code().await;
    let mut with = at_once;
    with["ACCESS_TOKEN"] = by_code["AccessToken"].clone();
    assert_eq!(told(&granted(house.toward(THREE, with).await))[0], THREE);
}

/// Whoever has a token only could otherwise enter an address of its own and prove that.
#[tokio::test]
async fn an_address_that_changes() {
    let house = House::new().await;
    let fresh = house.tokens().await;
    let change = async |operation: &str, more: Value| {
        let mut input = json!({ "AccessToken": fresh["AccessToken"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        house.server.call_unsigned(operation, input).await.ok();
    };
    let worthless = async |tokens: &Value, why: &str| {
        let reply = house.step_up(FOUR, tokens).await.ok();
        assert_eq!(reply["ChallengeName"], "SELECT_CHALLENGE", "{why}: {reply}");
    };
    let good = async || {
        let tokens = house.tokens().await;
        assert_eq!(house.step_up(FOUR, &tokens).await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        tokens
    };
    let named = |name: &str, value: &str| json!([{ "Name": name, "Value": value }]);

    let before = good().await;
    change("UpdateUserAttributes", json!({ "UserAttributes": named("nickname", "al") })).await;
    assert_eq!(house.step_up(FOUR, &before).await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    change("UpdateUserAttributes", json!({ "UserAttributes": named("email", STRANGE) })).await;
    worthless(&before, "by the user").await;
    let to_stranger = json!({ "ACCESS_TOKEN": before["AccessToken"], "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    house.toward(THREE, to_stranger).await.ok();
    assert!(house.server.mailbox(STRANGE).await.is_empty());
    // The session itself goes on, and says what it said.
    let input = json!({ "ClientId": house.client, "RefreshToken": before["RefreshToken"] });
    let refreshed = granted(house.server.call_unsigned("GetTokensFromRefreshToken", input).await);
    assert_eq!(told(&refreshed), json!([ONE, ["pwd"]]));
    worthless(&refreshed, "refreshed").await;

    let before = good().await;
    house.set(named("phone_number", "+12065550199")).await;
    worthless(&before, "by an administrator").await;
    let before = good().await;
    house.set(named("phone_number_verified", "true")).await;
    worthless(&before, "verified by an administrator").await;
    let before = good().await;
    change("DeleteUserAttributes", json!({ "UserAttributeNames": ["phone_number"] })).await;
    worthless(&before, "deleted").await;

    // Verified, first in place and then as a value that waits.
    let verify = async |why: &str| {
        let before = good().await;
        let ask = json!({ "AttributeName": "email" });
        change("GetUserAttributeVerificationCode", ask).await;
        assert_eq!(house.step_up(FOUR, &before).await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let code = house.server.code(STRANGE).await;
        change("VerifyUserAttribute", json!({ "AttributeName": "email", "Code": code })).await;
        worthless(&before, why).await;
    };
    verify("verified").await;
    house
        .set(json!([{ "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" }]))
        .await;
    let waits = json!({
        "UserPoolId": house.pool, "EmailConfiguration": own_sender(),
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
    });
    house.server.call("UpdateUserPool", waits).await.ok();
    configure(&house.server, &house.pool, all_factors("OPTIONAL")).await;
    change("UpdateUserAttributes", json!({ "UserAttributes": named("email", STRANGE) })).await;
    verify("a value that waited").await;
}

/// Whoever loses an alias to its new owner gets no codes by it either.
#[tokio::test]
async fn an_address_that_becomes_another_users() {
    let server = TestServer::start().await;
    let policy = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"] });
    let settings = json!({ "AliasAttributes": ["email"], "Policies": { "SignInPolicy": policy } });
    let pool = server.pool(settings).await;
    let client = another_client(&server, &pool, "LEGACY").await;
    server.user(&pool, "alice", PASSWORD).await;
    let email = json!([{ "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" }]);
    let mut attributes = email.clone();
    attributes.as_array_mut().unwrap().push(json!({ "Name": "phone_number", "Value": PHONE }));
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": attributes });
    server.call("AdminUpdateUserAttributes", input).await.ok();
    let tokens = server.tokens(&client, "alice", PASSWORD).await;
    let parameters = json!({
        "USERNAME": "alice", "TARGET_ACR_VALUES": THREE, "ACCESS_TOKEN": tokens["AccessToken"],
    });
    assert_eq!(
        server.choose(&client, parameters.clone()).await.ok()["AvailableChallenges"],
        json!(["SMS_OTP"])
    );
    let bob = json!({
        "UserPoolId": pool, "Username": "bob", "UserAttributes": email, "ForceAliasCreation": true,
        "MessageAction": "SUPPRESS",
    });
    server.call("AdminCreateUser", bob).await.ok();
    server.choose(&client, parameters).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
}

/// The grant sees it as well, where everything was judged before.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_address_that_changes_on_the_way() {
    let house = House::new().await;
    let email = |address: &str| json!([{ "Name": "email", "Value": address }]);
    let asked = house.step_up(FOUR, &house.tokens().await).await.ok();
    let answer = |house: House| async move { house.answer_token(&asked).await };
    let reply = house.interrupted(answer, house.set(email(STRANGE))).await;
    reply.refused(ENDED.0, ENDED.1);
    house.server.clock.advance(A_MINUTE);
    let asked = house.step_up(FOUR, &house.tokens().await).await.ok();
    house.set(email(EMAIL)).await;
    house.answer_token(&asked).await.refused(ENDED.0, ENDED.1);
    // A sign-in that rests on no credit goes on.
    house.server.clock.advance(A_MINUTE);
    let asked = house.toward(FOUR, json!({})).await.ok();
    let asked = house.choose_password(&asked).await.ok();
    house.set(email(STRANGE)).await;
    assert_eq!(told(&granted(house.answer_token(&asked).await))[0], FOUR);
}

/// A step up proves nothing anew that it takes from the token.
#[tokio::test]
async fn a_step_up_makes_old_proofs_no_younger() {
    let house = House::new().await;
    let before = house.tokens().await;
    house.server.clock.advance(10 * A_MINUTE);
    let by_code = json!({ "ACCESS_TOKEN": before["AccessToken"], "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let asked = house.toward(THREE, by_code).await.ok();
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": house.server.code(EMAIL).await });
    let third = granted(house.server.respond(&house.client, &asked, answer).await);
    let aged = async |age: &str| {
        house.toward(FOUR, json!({ "ACCESS_TOKEN": third["AccessToken"], "MAX_AGE": age })).await.ok()
    };
    assert_eq!(aged("599").await["ChallengeName"], "SELECT_CHALLENGE");
    let asked = aged("600").await;
    // Nor does a second one.
    let fourth = granted(house.answer_token(&asked).await);
    let aged = json!({ "ACCESS_TOKEN": fourth["AccessToken"], "MAX_AGE": "599" });
    assert_eq!(house.toward(FOUR, aged).await.ok()["ChallengeName"], "SELECT_CHALLENGE");
}

/// Whoever can reset the password by the channel of a code has one factor, not two.
#[tokio::test]
async fn a_code_by_the_channel_that_resets_the_password() {
    let house = House::new().await;
    let recovery = json!({ "RecoveryMechanisms": [
        { "Name": "verified_email", "Priority": 1 }, { "Name": "verified_phone_number", "Priority": 2 },
    ] });
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let settings = json!({
        "UserPoolId": house.pool, "EmailConfiguration": own_sender(), "Policies": policies,
        "AccountRecoverySetting": recovery,
    });
    house.server.call("UpdateUserPool", settings).await.ok();
    configure(&house.server, &house.pool, all_factors("OPTIONAL")).await;
    house.by_admin("AdminDeleteUserAttributes", json!({ "UserAttributeNames": ["phone_number"] })).await;
    house.by_admin("AdminDeleteSoftwareToken", json!({})).await;
    house.step_up(THREE, &house.tokens().await).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
    house.step_up(THREE, &house.tokens_by_code().await).await.refused(OUT_OF_REACH.0, OUT_OF_REACH.1);
    // Both together are worth what the better one is.
    let by_code = json!({
        "ACCESS_TOKEN": house.tokens().await["AccessToken"], "PREFERRED_CHALLENGE": "EMAIL_OTP",
    });
    let asked = house.toward(TWO, by_code).await.ok();
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": house.server.code(EMAIL).await });
    let tokens = granted(house.server.respond(&house.client, &asked, answer).await);
    assert_eq!(told(&tokens), json!([TWO, ["pwd", "email_otp", "mfa"]]));
    // Chosen for MFA, the channel resets no password.
    house.by_admin("AdminSetUserMFAPreference", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let asked = house.toward(THREE, json!({})).await.ok();
    let asked = house.choose_password(&asked).await.ok();
    let answer = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": house.server.code(EMAIL).await });
    assert_eq!(told(&granted(house.server.respond(&house.client, &asked, answer).await))[0], THREE);
}
