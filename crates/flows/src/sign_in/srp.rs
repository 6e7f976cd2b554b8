//! USER_SRP_AUTH, the PASSWORD_SRP challenge, and the PASSWORD_VERIFIER challenge that both lead to. The secret
//! block is the sealed attempt; a Session is given with it, but the block alone identifies the attempt, since
//! several clients send nothing else.

use crypto::secret_box::Context;
use crypto::srp::{Ephemeral, Proof, PublicA, simulated_verifier};
use data_encoding::BASE64;
use domain::auth::{self, First, Step};
use domain::ids::UserId;
use domain::time::{Time, minutes};
use domain::user::Password;
use domain::username::alias_form;
use domain::{Error, Result, User};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use storage::{attempts, spent};
use zeroize::Zeroizing;

use super::answer::{Answerer, answerer};
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance, asked};
use super::{Outcome, Parameters, device, grant, optional, required};
use crate::client_auth;
use crate::cx::ClientCx;
use crate::subject;

/// An SRP attempt between challenge and proof. Sealed, it is the secret block.
#[derive(Serialize, Deserialize)]
struct Attempt {
    client: String,
    /// The name as typed, which attempts of unknown names are charged to.
    name: String,
    /// The user's id and credential version; an id that nobody has for a name without a verifier, so that
    /// secret blocks of known and unknown names are of one length.
    user: String,
    credential_version: String,
    /// The device that the client named and the user remembers.
    device_key: Option<String>,
    a: String,
    b: String,
    public_b: String,
    nonce: String,
    expires_at: Time,
}

pub(super) async fn begin(cx: &ClientCx, parameters: &Parameters) -> Result<Outcome> {
    let name = required(parameters, "USERNAME")?;
    let a = required(parameters, "SRP_A")?;
    client_auth::check_hash(cx, &[name], optional(parameters, "SECRET_HASH")).await?;
    challenge(cx, name, a, optional(parameters, "DEVICE_KEY")).await
}

/// The answer to PASSWORD_SRP: the client's half.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let a = required(responses, "SRP_A")?;
    let name = match answerer(cx, token, responses).await? {
        Answerer::User(user) => user.username,
        Answerer::Nobody(name) => name,
    };
    challenge(cx, &name, a, token.device_key.as_deref()).await
}

/// The server's half.
pub(super) async fn challenge(
    cx: &ClientCx,
    name: &str,
    a: &str,
    device_key: Option<&str>,
) -> Result<Outcome> {
    let a = PublicA::parse(a).map_err(|_| Error::invalid("Invalid SRP_A"))?;
    let found = subject::find_with_password(cx, name).await?;
    let user = found.as_ref().map(|(user, _)| user);
    subject::refuse_unknown(cx, user)?;
    let device_key = device::remembered(cx, user, device_key).await?;
    let known = found.and_then(with_password);
    let (identity, salt, verifier) = match &known {
        Some((user, password)) => match &password.srp {
            Some(srp) => (user.username.clone(), srp.salt.clone(), srp.verifier.clone()),
            None => simulated(cx, name, Some(user)),
        },
        None => simulated(cx, name, None),
    };
    let ephemeral = Ephemeral::new(&verifier, cx.random()).map_err(Error::internal)?;
    let (user, credential_version) = match &known {
        Some((user, Password { srp: Some(_), .. })) => (user.id.to_string(), user.credential_version),
        _ => (uuid_shaped(&subject::name_digest(cx, name)), 0),
    };
    let attempt = Attempt {
        client: cx.client.id.to_string(),
        name: name.to_owned(),
        user,
        credential_version: fixed_width(credential_version),
        device_key,
        a: BASE64.encode(a.as_bytes()),
        b: BASE64.encode(ephemeral.private.as_ref()),
        public_b: BASE64.encode(&ephemeral.public),
        nonce: crypto::random::uuid(cx.random()),
        expires_at: cx.now() + cx.client.auth_session_validity(),
    };
    let text = Zeroizing::new(serde_json::to_vec(&attempt).map_err(Error::internal)?);
    let block = BASE64.encode(&cx.services.keys.seal(&context(cx), &text, cx.random()));
    let step = Step::PasswordVerifier;
    let token = SessionToken::srp(cx, auth::Attempt::at(step), &attempt.nonce, attempt.expires_at);
    let parameters = [
        ("SALT", salt),
        ("SRP_B", ephemeral.public_hex()),
        ("SECRET_BLOCK", block),
        ("USERNAME", identity.clone()),
        ("USER_ID_FOR_SRP", identity),
    ];
    asked(cx, step, &token, parameters, None)
}

/// Users without a password are as good as unknown here.
fn with_password((user, password): (User, Option<Password>)) -> Option<(User, Password)> {
    password.map(|password| (user, password))
}

/// What a name gets that has no verifier: the same each time, in the shape that users of this pool have.
fn simulated(cx: &ClientCx, name: &str, user: Option<&User>) -> (String, String, Vec<u8>) {
    let digest = subject::name_digest(cx, name);
    let made = simulated_verifier(&digest, "srp");
    let identity = match user {
        Some(user) => user.username.clone(),
        // What could be a username shows itself; an alias shows the username behind it.
        None if cx.pool().username_attributes().is_empty() && alias_form(cx.pool(), name).is_none() => {
            cx.pool().name_key(name)
        }
        None => uuid_shaped(&digest),
    };
    (identity, made.salt, made.verifier)
}

fn uuid_shaped(digest: &[u8; 32]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    crypto::random::uuid_of(bytes)
}

pub(super) async fn prove(cx: &ClientCx, session: Option<&str>, responses: &Parameters) -> Result<Outcome> {
    let typed = required(responses, "USERNAME")?;
    let block_text = required(responses, "PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = required(responses, "PASSWORD_CLAIM_SIGNATURE")?;
    let timestamp = required(responses, "TIMESTAMP")?;
    let block = BASE64.decode(block_text.as_bytes()).map_err(|_| Error::IncorrectUsernameOrPassword)?;
    let attempt = open(cx, &block).ok_or(Error::IncorrectUsernameOrPassword)?;
    let hash = responses.get("SECRET_HASH").map(String::as_str);
    client_auth::check_hash(cx, &[typed, &attempt.name], hash).await?;
    if let Some(session) = session {
        SessionToken::open(cx, session)?.check_nonce(&attempt.nonce)?;
    }
    if cx.now() >= attempt.expires_at {
        return Err(Error::SessionExpired);
    }
    if !is_fresh(timestamp, cx.services.clock.real()) {
        return Err(Error::IncorrectUsernameOrPassword);
    }
    let id = UserId::new(attempt.user.as_str());
    let found = storage::passwords::find_with_user(cx.db(), cx.pool_ref(), &id).await?;
    let user = found.as_ref().map(|(user, _)| user);
    let _turn = grant::turn(cx, user, &attempt.name).await?;
    let refusal = |guard| match guard {
        attempts::ALLOWED => Some(Error::PasswordAttemptsExceeded),
        spent::UNSPENT => Some(Error::SessionAlreadyUsed),
        _ => None,
    };
    let charge = [
        spent::spend(cx.pool_ref(), &attempt.nonce, attempt.expires_at),
        subject::charge(cx, user, &attempt.name),
    ];
    cx.apply(charge, refusal).await?;
    let device_key = match (&attempt.device_key, optional(responses, "DEVICE_KEY")) {
        (Some(key), _) => Some(key.clone()),
        (None, named) => device::remembered(cx, user, named).await?,
    };
    let known = found.and_then(with_password);
    let verifier = match &known {
        Some((_, Password { srp: Some(srp), .. })) => srp.verifier.clone(),
        _ => simulated(cx, &attempt.name, None).2,
    };
    let identity = known.as_ref().map_or(typed, |(user, _)| user.username.as_str());
    let proved = attempt.check(cx, identity, &verifier, &block, timestamp, signature)?;
    match known {
        Some((user, password))
            if proved && attempt.is_of(&user) && attempt.is_named(cx, &user, typed).await? =>
        {
            let mut stage = Stage::first(user, Some(password), device_key);
            stage.proofs =
                auth::Attempt::at(Step::PasswordVerifier).proved(auth::Proof::First(First::Password))?;
            let granted = advance(cx, stage, Also::default()).await;
            // The user changed between proof and grant, and the attempt was for the user as it was.
            granted.map_err(|error| match error {
                Error::ConcurrentModification => Error::IncorrectUsernameOrPassword,
                other => other,
            })
        }
        _ => Err(Error::IncorrectUsernameOrPassword),
    }
}

impl Attempt {
    /// Whether the attempt was begun for this user as it is now.
    fn is_of(&self, user: &User) -> bool {
        self.user == user.id.as_str() && self.credential_version == fixed_width(user.credential_version)
    }

    /// Whether the USERNAME of the answer means the user that the attempt was begun for.
    async fn is_named(&self, cx: &ClientCx, user: &User, typed: &str) -> Result<bool> {
        if typed == self.name || typed == user.username || typed == user.id.as_str() {
            return Ok(true);
        }
        Ok(subject::find(cx, typed).await?.is_some_and(|found| found.id == user.id))
    }

    fn check(
        &self,
        cx: &ClientCx,
        identity: &str,
        verifier: &[u8],
        secret_block: &[u8],
        timestamp: &str,
        signature: &str,
    ) -> Result<bool> {
        let decode = |text: &str| BASE64.decode(text.as_bytes()).map_err(Error::internal);
        let private =
            decode(&self.b)?.try_into().map_err(|_| Error::internal("an SRP attempt is damaged"))?;
        let proof = Proof {
            realm: cx.pool().id.srp_name(),
            identity,
            verifier,
            a: &PublicA::from_bytes(decode(&self.a)?),
            ephemeral: &Ephemeral { private: Zeroizing::new(private), public: decode(&self.public_b)? },
            secret_block,
            timestamp,
            signature,
        };
        Ok(proof.check().is_ok())
    }
}

fn fixed_width(version: i64) -> String {
    format!("{version:020}")
}

fn open(cx: &ClientCx, block: &[u8]) -> Option<Attempt> {
    let opened = cx.services.keys.open(&context(cx), block).ok()?;
    let attempt: Attempt = serde_json::from_slice(&opened).ok()?;
    (attempt.client == cx.client.id.as_str()).then_some(attempt)
}

fn context(cx: &ClientCx) -> Context<'_> {
    Context {
        purpose: "srp-attempt",
        table: "",
        column: "",
        account: cx.pool().account.as_str(),
        pool: cx.pool().id.as_str(),
        row: "",
    }
}

/// Whether a TIMESTAMP (`Sat Mar 7 09:05:03 UTC 2026`) lies within five minutes of the machine's clock.
fn is_fresh(text: &str, now: Time) -> bool {
    let Ok(time) = DateTime::strptime("%a %b %d %H:%M:%S UTC %Y", text) else { return false };
    let Ok(at) = TimeZone::UTC.to_timestamp(time) else { return false };
    let at = Time::from_millis(at.as_millisecond());
    at + minutes(5) >= now && at <= now + minutes(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_fresh_for_five_minutes_either_way() {
        let at = Time::from_secs(1_772_874_303);
        let text = "Sat Mar 7 09:05:03 UTC 2026";
        assert!(is_fresh(text, at) && is_fresh(text, at + minutes(5)) && is_fresh(text, at - minutes(5)));
        assert!(!is_fresh(text, at + minutes(6)) && !is_fresh(text, at - minutes(6)));
        for bad in ["", "2026-03-07T09:05:03Z", "Sat Mar 7 09:05:03 CET 2026", "Mon Mar 7 09:05:03 UTC 2026"]
        {
            assert!(!is_fresh(bad, at), "{bad}");
        }
    }
}
