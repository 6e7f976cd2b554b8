//! Second factors: chosen, asked for, and set up in a sign-in that demands one.

use serde_json::{Value, json};
use testkit::TestServer;

use super::{Call, PASSWORD, Site, initiate, respond};
use crate::api::mfa::{A_MINUTE, all_factors, configure, own_sender};

const TEXT: (&str, &str) = ("phone_number", "+12065550100");
const MAIL: (&str, &str) = ("email", "someone@example.com");

/// A pool that demands a second factor. Its users are called by what they chose and have nothing else; newcomers have
/// nothing at all.
pub struct Factors {
    pub site: Site,
    /// Of alice, who chose nothing. A software token of hers waits for its first code.
    token: Value,
    first_code: String,
    /// Sign-ins under way and their answers.
    asked: Vec<(Value, Value)>,
    /// What awaits an answer of a newcomer.
    set_up: Value,
    /// A Session whose software token waits for its first code, and that code.
    associated: Value,
    /// The answers to MFA_SETUP with a verified token, and to the EMAIL_OTP of a new address.
    done: Vec<(Value, Value)>,
}

impl Factors {
    pub async fn new() -> Self {
        let server = TestServer::start().await;
        let pool = server.pool(json!({ "EmailConfiguration": own_sender() })).await;
        configure(&server, &pool, all_factors("OPTIONAL")).await;
        let client = server.client(&pool, json!({})).await;
        let site = Site { server, pool, clients: vec![client] };
        let alice = site.user("alice", &[MAIL, TEXT], json!({})).await;
        let secret = site.associate(json!({ "AccessToken": alice })).await["SecretCode"].clone();
        let totp = site.with_software_token().await;
        let enabled = json!({ "Enabled": true });
        site.user("sms", &[TEXT], json!({ "SMSMfaSettings": enabled })).await;
        site.user("email", &[MAIL], json!({ "EmailMfaSettings": enabled })).await;
        let both = json!({ "SMSMfaSettings": enabled, "EmailMfaSettings": enabled });
        site.user("either", &[MAIL, TEXT], both).await;
        configure(&site.server, &site.pool, all_factors("ON")).await;
        // The code of the present step is used up.
        site.server.clock.advance(A_MINUTE);
        Self {
            token: alice,
            first_code: site.server.totp(secret.as_str().unwrap()),
            asked: site.asked(&totp).await,
            set_up: site.newcomer("newcomer").await,
            associated: site.associated("associated").await,
            done: vec![site.verified("verified").await, site.addressed("addressed").await],
            site,
        }
    }

    /// What users and administrators choose.
    pub fn chosen(&self) -> Vec<Call> {
        let email = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        let options = json!({ "MFAOptions": [{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }] });
        let own = |operation, mut input: Value| {
            input["AccessToken"] = self.token.clone();
            Call::unsigned(operation, input)
        };
        let admin = |operation, name: &str, mut input: Value| {
            input["UserPoolId"] = self.site.pool.as_str().into();
            input["Username"] = name.into();
            Call::signed(operation, input)
        };
        let mut configuration = all_factors("OPTIONAL");
        configuration["UserPoolId"] = self.site.pool.as_str().into();
        vec![
            Call::signed("SetUserPoolMfaConfig", configuration),
            own("SetUserMFAPreference", email.clone()),
            own("SetUserSettings", options.clone()),
            own("AssociateSoftwareToken", json!({})),
            own("VerifySoftwareToken", json!({ "UserCode": self.first_code })),
            own("VerifySoftwareToken", json!({ "UserCode": "000000" })).refused_anyway(),
            admin("AdminSetUserMFAPreference", "alice", email),
            admin("AdminSetUserSettings", "alice", options),
            admin("AdminDeleteSoftwareToken", "totp", json!({})),
        ]
    }

    /// Sign-ins up to the second factor, and with it.
    pub fn asked_for(&self) -> Vec<Call> {
        let client = &self.site.clients[0];
        let begin = |name: &str| {
            initiate(client, "USER_PASSWORD_AUTH", json!({ "USERNAME": name, "PASSWORD": PASSWORD }))
        };
        let mut calls = Vec::new();
        for (challenge, answer) in &self.asked {
            calls.push(begin(answer["USERNAME"].as_str().unwrap()));
            calls.push(respond(client, challenge, answer.clone()));
            let mut wrong = answer.clone();
            for (name, value) in wrong.as_object_mut().unwrap() {
                if name.ends_with("_CODE") {
                    *value = "000000".into();
                }
            }
            if wrong != *answer {
                calls.push(respond(client, challenge, wrong).refused_anyway());
            }
        }
        calls
    }

    /// Sign-ins that set a factor up.
    pub fn set_up(&self) -> Vec<Call> {
        let client = &self.site.clients[0];
        let mail = json!({ "USERNAME": "newcomer", "EMAIL": "newcomer@example.com" });
        let mut calls = vec![
            initiate(client, "USER_PASSWORD_AUTH", json!({ "USERNAME": "newcomer", "PASSWORD": PASSWORD })),
            Call::unsigned("AssociateSoftwareToken", json!({ "Session": self.set_up["Session"] })),
            Call::unsigned("VerifySoftwareToken", self.associated.clone()),
            respond(client, &self.set_up, mail),
        ];
        calls.extend(self.done.iter().map(|(challenge, answer)| respond(client, challenge, answer.clone())));
        calls
    }
}

impl Site {
    /// A user with these attributes who chose this; an access token from before.
    async fn user(&self, name: &str, attributes: &[(&str, &str)], mut choice: Value) -> Value {
        let Self { server, pool, clients } = self;
        server.user(pool, name, PASSWORD).await;
        let attributes: Value = attributes.iter().map(|(n, v)| json!({ "Name": n, "Value": v })).collect();
        let input = json!({ "UserPoolId": pool, "Username": name, "UserAttributes": attributes });
        server.call("AdminUpdateUserAttributes", input).await.ok();
        let token = server.tokens(&clients[0], name, PASSWORD).await["AccessToken"].clone();
        choice["AccessToken"] = token.clone();
        server.call_unsigned("SetUserMFAPreference", choice).await.ok();
        token
    }

    /// The user `totp`; the SecretCode.
    async fn with_software_token(&self) -> String {
        let token = self.user("totp", &[], json!({})).await;
        let secret = self.server.software_token(token.as_str().unwrap()).await;
        let choice = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true } });
        self.server.call_unsigned("SetUserMFAPreference", choice).await.ok();
        secret
    }

    async fn begin(&self, name: &str, expected: &str) -> Value {
        let challenge = self.server.sign_in(&self.clients[0], name, PASSWORD).await.ok();
        assert_eq!(challenge["ChallengeName"], expected);
        challenge
    }

    /// Challenges of each second factor, and their answers.
    async fn asked(&self, totp: &str) -> Vec<(Value, Value)> {
        let server = &self.server;
        let token = json!({ "USERNAME": "totp", "SOFTWARE_TOKEN_MFA_CODE": server.totp(totp) });
        let mut asked = vec![
            (self.begin("totp", "SOFTWARE_TOKEN_MFA").await, token),
            (
                self.begin("either", "SELECT_MFA_TYPE").await,
                json!({ "USERNAME": "either", "ANSWER": "EMAIL_OTP" }),
            ),
        ];
        let sms = self.begin("sms", "SMS_MFA").await;
        asked.push((sms, json!({ "USERNAME": "sms", "SMS_MFA_CODE": server.code(TEXT.1).await })));
        let email = self.begin("email", "EMAIL_OTP").await;
        let code = server.code(MAIL.1).await;
        asked.push((email, json!({ "USERNAME": "email", "EMAIL_OTP_CODE": code })));
        asked
    }

    /// The MFA_SETUP of a user without any factor.
    async fn newcomer(&self, name: &str) -> Value {
        self.server.user(&self.pool, name, PASSWORD).await;
        self.begin(name, "MFA_SETUP").await
    }

    async fn associate(&self, holder: Value) -> Value {
        self.server.call_unsigned("AssociateSoftwareToken", holder).await.ok()
    }

    /// What VerifySoftwareToken is called with by a newcomer.
    async fn associated(&self, name: &str) -> Value {
        let challenge = self.newcomer(name).await;
        let made = self.associate(json!({ "Session": challenge["Session"] })).await;
        let code = self.server.totp(made["SecretCode"].as_str().unwrap());
        json!({ "Session": made["Session"], "UserCode": code })
    }

    async fn verified(&self, name: &str) -> (Value, Value) {
        let verify = self.associated(name).await;
        let mut done = self.server.call_unsigned("VerifySoftwareToken", verify).await.ok();
        done["ChallengeName"] = "MFA_SETUP".into();
        (done, json!({ "USERNAME": name }))
    }

    async fn addressed(&self, name: &str) -> (Value, Value) {
        let challenge = self.newcomer(name).await;
        let address = format!("{name}@example.com");
        let answer = json!({ "USERNAME": name, "EMAIL": address });
        let next = self.server.respond(&self.clients[0], &challenge, answer).await.ok();
        let code = self.server.code(&address).await;
        (next, json!({ "USERNAME": name, "EMAIL_OTP_CODE": code }))
    }
}
