//! A server that cannot send messages refuses what would send one, and does nothing half.

use serde_json::{Value, json};
use testkit::TestServer;

const PASSWORD: &str = "Correct-Horse 7!";
const REFUSAL: (&str, &str) =
    ("OperationNotEnabledException", "This installation cannot send e-mail or text messages yet.");

#[tokio::test]
async fn what_would_send_a_message_is_refused_for_everyone_alike() {
    let house = TestServer::start().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let pool = house.pool(json!({ "AutoVerifiedAttributes": ["email"], "Policies": policies })).await;
    let flows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let settings = json!({ "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": flows });
    let client = house.client(&pool, settings).await;
    house.user(&pool, "alice", PASSWORD).await;
    let email = json!([
        { "Name": "email", "Value": "alice@example.com" }, { "Name": "email_verified", "Value": "true" }
    ]);
    let input = json!({ "UserPoolId": pool, "Username": "alice", "UserAttributes": email });
    house.call("AdminUpdateUserAttributes", input).await.ok();
    let bob = |email: &str| {
        json!({
            "ClientId": client, "Username": "bob", "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": email }],
        })
    };
    house.call_unsigned("SignUp", bob("bob@example.com")).await.ok();
    let token = house.tokens(&client, "alice", PASSWORD).await["AccessToken"].clone();

    let mute = house.node_without_transport();
    let before = mute.snapshot().await;
    let named = |name: &str| json!({ "ClientId": client, "Username": name });
    let by_code = |name: &str| {
        let parameters = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        json!({ "ClientId": client, "AuthFlow": "USER_AUTH", "AuthParameters": parameters })
    };
    let mut carol = bob("carol@example.com");
    carol["Username"] = "carol".into();
    let public: [(&str, Value); 8] = [
        ("SignUp", carol),
        ("ForgotPassword", named("alice")),
        ("ForgotPassword", named("nobody")),
        ("ResendConfirmationCode", named("bob")),
        ("ResendConfirmationCode", named("nobody")),
        ("InitiateAuth", by_code("alice")),
        ("InitiateAuth", by_code("nobody")),
        ("GetUserAttributeVerificationCode", json!({ "AccessToken": token, "AttributeName": "email" })),
    ];
    for (operation, input) in public {
        mute.call_unsigned(operation, input).await.refused(REFUSAL.0, REFUSAL.1);
    }
    let dora = json!({
        "UserPoolId": pool, "Username": "dora", "TemporaryPassword": PASSWORD,
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{ "Name": "email", "Value": "dora@example.com" }],
    });
    mute.call("AdminCreateUser", dora.clone()).await.refused(REFUSAL.0, REFUSAL.1);
    let reset = json!({ "UserPoolId": pool, "Username": "alice" });
    mute.call("AdminResetUserPassword", reset).await.refused(REFUSAL.0, REFUSAL.1);
    assert_eq!(testkit::changed(&before, &mute.snapshot().await), Vec::<String>::new());

    let mut silent = dora;
    silent["MessageAction"] = "SUPPRESS".into();
    silent.as_object_mut().unwrap().remove("DesiredDeliveryMediums");
    mute.call("AdminCreateUser", silent).await.ok();
    mute.sign_in(&client, "alice", PASSWORD).await.ok();
}
