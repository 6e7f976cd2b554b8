//! Leads a sign-in to any of its steps, and knows the right answer there.

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use serde_json::{Value, json};
use testkit::{Reply, TestServer};

use crate::api::mfa::{A_MINUTE, PASSWORD, all_factors, configure, own_sender};

/// A pool and a client of it that may begin in every way.
pub struct Place {
    pub pool: String,
    pub client: String,
}

/// Two pools: users of the one may choose second factors, those of the other must have one.
pub struct Course {
    pub server: TestServer,
    optional: Place,
    required: Place,
}

/// The steps by names of their own, since three are called EMAIL_OTP and two MFA_SETUP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    SelectChallenge,
    Password,
    PasswordSrp,
    PasswordVerifier,
    EmailOtp,
    SmsOtp,
    NewPassword,
    SelectMfaType,
    SmsMfa,
    EmailMfa,
    SoftwareToken,
    MfaSetup,
    EmailSetup,
    MfaSetupDone,
}

impl At {
    pub const ALL: [Self; 14] = [
        Self::SelectChallenge,
        Self::Password,
        Self::PasswordSrp,
        Self::PasswordVerifier,
        Self::EmailOtp,
        Self::SmsOtp,
        Self::NewPassword,
        Self::SelectMfaType,
        Self::SmsMfa,
        Self::EmailMfa,
        Self::SoftwareToken,
        Self::MfaSetup,
        Self::EmailSetup,
        Self::MfaSetupDone,
    ];
}

/// A sign-in under way.
pub struct Led {
    pub user: String,
    pub place: Place,
    pub asked: Value,
    /// The right one.
    pub answer: Value,
}

impl Led {
    pub fn email(&self) -> String {
        email(&self.user)
    }

    pub fn phone(&self) -> String {
        phone(&self.user)
    }

    /// The input of an administrative operation on the user, with these members.
    pub fn named(&self, members: Value) -> Value {
        let mut input = json!({ "UserPoolId": self.place.pool, "Username": self.user });
        for (name, value) in members.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    }
}

fn email(user: &str) -> String {
    format!("{user}@example.com")
}

fn phone(user: &str) -> String {
    let number: u32 = user.bytes().map(u32::from).sum();
    format!("+1206555{number:04}")
}

impl Course {
    pub async fn new() -> Self {
        let server = TestServer::start().await;
        let place = async |mfa: &str, first: Value| {
            let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": first } });
            let pool = server.pool(json!({ "EmailConfiguration": own_sender(), "Policies": policies })).await;
            configure(&server, &pool, all_factors(mfa)).await;
            let client = client_of(&server, &pool).await;
            Place { pool, client }
        };
        let optional = place("OPTIONAL", json!(["PASSWORD", "EMAIL_OTP", "SMS_OTP"])).await;
        let required = place("ON", json!(["PASSWORD"])).await;
        Self { server, optional, required }
    }

    /// Another client of the same pool.
    pub async fn sibling(&self, led: &Led) -> String {
        client_of(&self.server, &led.place.pool).await
    }

    /// A user of its own, led to this step.
    pub async fn lead(&self, at: At) -> Led {
        let user = format!("{at:?}").to_lowercase();
        let required = matches!(at, At::MfaSetup | At::EmailSetup | At::MfaSetupDone);
        let place = if required { &self.required } else { &self.optional };
        let place = Place { pool: place.pool.clone(), client: place.client.clone() };
        self.server.user(&place.pool, &user, PASSWORD).await;
        let mut led = Led { user, place, asked: Value::Null, answer: Value::Null };
        if !required {
            self.give_addresses(&led).await;
        }
        match at {
            At::SelectChallenge | At::Password | At::PasswordSrp | At::EmailOtp | At::SmsOtp => {
                self.lead_by_choice(&mut led, at).await;
            }
            At::MfaSetup | At::EmailSetup | At::MfaSetupDone => self.lead_to_set_up(&mut led, at).await,
            _ => self.lead_by_password(&mut led, at).await,
        }
        led.answer["USERNAME"] = led.user.as_str().into();
        led
    }

    pub async fn give_addresses(&self, led: &Led) {
        let attributes = json!([
            { "Name": "email", "Value": led.email() }, { "Name": "email_verified", "Value": "true" },
            { "Name": "phone_number", "Value": led.phone() },
        ]);
        self.server
            .call("AdminUpdateUserAttributes", led.named(json!({ "UserAttributes": attributes })))
            .await
            .ok();
    }

    pub async fn respond(&self, led: &Led) -> Reply {
        self.server.respond(&led.place.client, &led.asked, led.answer.clone()).await
    }

    async fn lead_by_choice(&self, led: &mut Led, at: At) {
        let (server, client) = (&self.server, &led.place.client);
        led.asked = server.choose(client, json!({ "USERNAME": led.user })).await.ok();
        let chosen = match at {
            At::Password => "PASSWORD",
            At::PasswordSrp => "PASSWORD_SRP",
            At::EmailOtp => "EMAIL_OTP",
            At::SmsOtp => "SMS_OTP",
            _ => {
                led.answer = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
                return;
            }
        };
        let choice = json!({ "USERNAME": led.user, "ANSWER": chosen });
        led.asked = server.respond(client, &led.asked, choice).await.ok();
        led.answer = match at {
            At::Password => json!({ "PASSWORD": PASSWORD }),
            At::PasswordSrp => json!({ "SRP_A": Attempt::new(&SystemRandom).unwrap().public_hex() }),
            At::EmailOtp => json!({ "EMAIL_OTP_CODE": server.code(&led.email()).await }),
            _ => json!({ "SMS_OTP_CODE": server.code(&led.phone()).await }),
        };
    }

    async fn lead_by_password(&self, led: &mut Led, at: At) {
        let (server, client) = (&self.server, &led.place.client);
        if at == At::PasswordVerifier {
            let (attempt, challenge) = server.begin_srp(client, &led.user).await;
            led.answer = server.srp_answer(&led.place.pool, &attempt, &challenge, PASSWORD);
            led.asked = challenge;
            return;
        }
        let mut secret = String::new();
        match at {
            At::NewPassword => {
                let temporary = led.named(json!({ "Password": PASSWORD, "Permanent": false }));
                server.call("AdminSetUserPassword", temporary).await.ok();
            }
            At::SoftwareToken => {
                let tokens = server.tokens(client, &led.user, PASSWORD).await;
                secret = server.software_token(tokens["AccessToken"].as_str().unwrap()).await;
                server.clock.advance(A_MINUTE);
            }
            _ => {}
        }
        let enabled = |factor: bool| json!({ "Enabled": factor });
        let blocks = json!({
            "SMSMfaSettings": enabled(matches!(at, At::SelectMfaType | At::SmsMfa)),
            "EmailMfaSettings": enabled(matches!(at, At::SelectMfaType | At::EmailMfa)),
            "SoftwareTokenMfaSettings": enabled(at == At::SoftwareToken),
        });
        server.call("AdminSetUserMFAPreference", led.named(blocks)).await.ok();
        led.asked = server.sign_in(client, &led.user, PASSWORD).await.ok();
        led.answer = match at {
            At::NewPassword => json!({ "NEW_PASSWORD": "Brand-new Horse 8!" }),
            At::SelectMfaType => json!({ "ANSWER": "SMS_MFA" }),
            At::SmsMfa => json!({ "SMS_MFA_CODE": server.code(&led.phone()).await }),
            At::EmailMfa => json!({ "EMAIL_OTP_CODE": server.code(&led.email()).await }),
            _ => json!({ "SOFTWARE_TOKEN_MFA_CODE": server.totp(&secret) }),
        };
    }

    async fn lead_to_set_up(&self, led: &mut Led, at: At) {
        let (server, client) = (&self.server, &led.place.client);
        led.asked = server.sign_in(client, &led.user, PASSWORD).await.ok();
        let address = json!({ "USERNAME": led.user, "EMAIL": led.email() });
        match at {
            At::EmailSetup => {
                led.asked = server.respond(client, &led.asked, address).await.ok();
                led.answer = json!({ "EMAIL_OTP_CODE": server.code(&led.email()).await });
            }
            At::MfaSetupDone => {
                let session = json!({ "Session": led.asked["Session"] });
                let made = server.call_unsigned("AssociateSoftwareToken", session).await.ok();
                let code = server.totp(made["SecretCode"].as_str().unwrap());
                let input = json!({ "Session": made["Session"], "UserCode": code });
                let verified = server.call_unsigned("VerifySoftwareToken", input).await.ok();
                led.asked["Session"] = verified["Session"].clone();
                led.answer = json!({});
            }
            _ => led.answer = address,
        }
    }
}

async fn client_of(server: &TestServer, pool: &str) -> String {
    let flows = json!([
        "ALLOW_USER_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ]);
    server.client(pool, json!({ "ExplicitAuthFlows": flows })).await
}
