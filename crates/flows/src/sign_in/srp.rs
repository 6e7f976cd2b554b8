//! USER_SRP_AUTH, the PASSWORD_SRP challenge, and the PASSWORD_VERIFIER challenge that both lead to. The secret
//! block is the sealed attempt; a Session is given with it, but the block alone identifies the attempt, since
//! several clients send nothing else.

use crypto::srp::simulated_verifier;
use domain::auth::{self, First, Step};
use domain::ids::UserId;
use domain::time::Time;
use domain::user::Password;
use domain::username::alias_form;
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};
use storage::{attempts, spent};

use super::answer::{Answerer, answerer};
use super::course::Course;
use super::session_token::SessionToken;
use super::srp_exchange::{self, Claim, Exchange};
use super::stage::{Also, Stage, advance, asked};
use super::{Outcome, Parameters, device, grant, optional, required};
use crate::client_auth;
use crate::cx::ClientCx;
use crate::subject;

const PURPOSE: &str = "srp-attempt";

/// An SRP attempt between challenge and proof. Sealed, it is the secret block.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempt {
    client: String,
    /// The name as typed, which attempts of unknown names are charged to.
    name: String,
    /// The user's id and credential version; an id that nobody has for a name without a verifier, so that
    /// secret blocks of known and unknown names are of one length.
    user: String,
    credential_version: String,
    course: Course,
    exchange: Exchange,
    nonce: String,
    expires_at: Time,
}

pub(super) async fn begin(cx: &ClientCx, parameters: &Parameters) -> Result<Outcome> {
    let name = required(parameters, "USERNAME")?;
    let a = required(parameters, "SRP_A")?;
    client_auth::check_hash(cx, &[name], optional(parameters, "SECRET_HASH")).await?;
    let course = Course::plain(optional(parameters, "DEVICE_KEY").map(str::to_owned));
    challenge(cx, name, a, &course).await
}

/// The answer to PASSWORD_SRP: the client's half.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let a = required(responses, "SRP_A")?;
    let name = match answerer(cx, token, responses).await? {
        Answerer::User(user) => user.username,
        Answerer::Nobody(name) => name,
    };
    challenge(cx, &name, a, &token.course).await
}

/// The server's half.
pub(super) async fn challenge(cx: &ClientCx, name: &str, a: &str, course: &Course) -> Result<Outcome> {
    let a = srp_exchange::read_a(a)?;
    let found = subject::find_with_password(cx, name).await?;
    let user = found.as_ref().map(|(user, _)| user);
    subject::refuse_unknown(cx, user)?;
    let device_key = device::remembered(cx, user, course.device_key.as_deref()).await?;
    let known = found.and_then(with_password);
    let (identity, salt, verifier) = match &known {
        Some((user, password)) => match &password.srp {
            Some(srp) => (user.username.clone(), srp.salt.clone(), srp.verifier.clone()),
            None => simulated(cx, name, Some(user)),
        },
        None => simulated(cx, name, None),
    };
    let (exchange, srp_b) = Exchange::begin(cx, &a, &verifier)?;
    let (user, credential_version) = match &known {
        Some((user, Password { srp: Some(_), .. })) => (user.id.to_string(), user.credential_version),
        _ => (uuid_shaped(&subject::name_digest(cx, name)), 0),
    };
    let attempt = Attempt {
        client: cx.client.id.to_string(),
        name: name.to_owned(),
        user,
        credential_version: fixed_width(credential_version),
        course: course.on(device_key),
        exchange,
        nonce: crypto::random::uuid(cx.random()),
        expires_at: cx.now() + cx.client.auth_session_validity(),
    };
    let block = srp_exchange::seal(cx, PURPOSE, &attempt)?;
    let step = Step::PasswordVerifier;
    let token = SessionToken::srp(cx, auth::Attempt::at(step), &attempt.nonce, attempt.expires_at);
    let parameters = [
        ("SALT", salt),
        ("SRP_B", srp_b),
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
    let claim = Claim::read(responses)?;
    let attempt: Attempt = claim.open(cx, PURPOSE).ok_or(Error::IncorrectUsernameOrPassword)?;
    if attempt.client != cx.client.id.as_str() {
        return Err(Error::IncorrectUsernameOrPassword);
    }
    let hash = responses.get("SECRET_HASH").map(String::as_str);
    client_auth::check_hash(cx, &[typed, &attempt.name], hash).await?;
    if let Some(session) = session {
        SessionToken::open(cx, session)?.check_nonce(&attempt.nonce)?;
    }
    if cx.now() >= attempt.expires_at {
        return Err(Error::SessionExpired);
    }
    if !claim.is_fresh(cx) {
        return Err(Error::IncorrectUsernameOrPassword);
    }
    let id = UserId::new(attempt.user.as_str());
    let found = storage::passwords::find_with_user(cx.db(), cx.pool_ref(), &id).await?;
    let user = found.as_ref().map(|(user, _)| user);
    // Before anything is spent: clients answer the same challenge again without a device that is gone.
    let device_key = match (&attempt.course.device_key, optional(responses, "DEVICE_KEY")) {
        (Some(key), _) => Some(key.clone()),
        (None, named) => device::remembered(cx, user, named).await?,
    };
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
    cx.charge(charge, refusal).await?;
    let known = found.and_then(with_password);
    let verifier = match &known {
        Some((_, Password { srp: Some(srp), .. })) => srp.verifier.clone(),
        _ => simulated(cx, &attempt.name, None).2,
    };
    let identity = known.as_ref().map_or(typed, |(user, _)| user.username.as_str());
    let proved = attempt.exchange.check(cx.pool().id.srp_name(), identity, &verifier, &claim)?;
    match known {
        Some((user, password))
            if proved && attempt.is_of(&user) && attempt.is_named(cx, &user, typed).await? =>
        {
            let mut stage = Stage::first(cx, user, Some(password), attempt.course.on(device_key));
            stage.srp_a = Some(attempt.exchange.a()?);
            stage.proofs =
                auth::Attempt::at(Step::PasswordVerifier).proved(auth::Proof::First(First::Password))?;
            let spent = spent::is_spent(cx.pool_ref(), &attempt.nonce);
            let granted = advance(cx, stage, Also::these(vec![spent])).await;
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
        Ok(typed == self.name || subject::is_named(cx, user, typed).await?)
    }
}

fn fixed_width(version: i64) -> String {
    format!("{version:020}")
}
