//! NEW_PASSWORD_REQUIRED: the first sign-in with a temporary password.

use domain::attributes::{self, Moment, Writer};
use domain::auth::{self, Next, Proofs, Step};
use domain::user::{Attributes, UserStatus};
use domain::{Error, Result, User};
use serde_json::{Map, json};
use storage::users::{self, Credentials};
use wire::cognito_idp::shapes::AttributeType;

use super::session_token::SessionToken;
use super::{Outcome, Parameters, grant, required};
use crate::cx::ClientCx;
use crate::subject;
use crate::{client_auth, names, passwords};

const PREFIX: &str = "userAttributes.";

/// Asks for a new password, showing what the client may read and what the pool still requires.
pub(super) async fn challenge(cx: &ClientCx, user: &User) -> Result<Outcome> {
    let session = SessionToken::new(cx, Step::NewPasswordRequired, user).seal(cx)?;
    let readable: Map<_, _> = user
        .attributes
        .iter()
        .filter(|(name, _)| attributes::may_read(&cx.client, name))
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let missing: Vec<String> = attributes::missing_required(cx.pool(), &user.attributes)
        .map(|name| format!("{PREFIX}{name}"))
        .collect();
    subject::give_back(cx, user).await?;
    Ok(Outcome::Challenge {
        step: Step::NewPasswordRequired,
        session,
        parameters: [
            ("USER_ID_FOR_SRP".to_owned(), user.username.clone()),
            ("userAttributes".to_owned(), json!(readable).to_string()),
            ("requiredAttributes".to_owned(), json!(missing).to_string()),
        ]
        .into(),
    })
}

/// How often the step is evaluated again when the user changed under it.
const TRIES: u32 = 3;

/// Sets the password and whatever attributes come with it, and signs the user in.
pub(super) async fn answer(cx: &ClientCx, session: Option<&str>, responses: &Parameters) -> Result<Outcome> {
    for _ in 0..TRIES {
        match attempt(cx, session, responses).await {
            Err(Error::ConcurrentModification) => {}
            done => return done,
        }
    }
    Err(Error::InvalidSession)
}

async fn attempt(cx: &ClientCx, session: Option<&str>, responses: &Parameters) -> Result<Outcome> {
    let name = required(responses, "USERNAME")?;
    let password = required(responses, "NEW_PASSWORD")?;
    let token = SessionToken::open(cx, session.ok_or(Error::InvalidSession)?, Step::NewPasswordRequired)?;
    let user = token.user(cx).await?;
    let hash = responses.get("SECRET_HASH").map(String::as_str);
    client_auth::check_hash(cx, &[name, &user.username], hash).await?;
    if !is_named(cx, &user, name).await? {
        return Err(Error::InvalidSession);
    }
    let present = storage::passwords::find(cx.db(), cx.pool_ref(), &user).await?;
    let until = present.as_ref().and_then(|p| p.expires_at);
    match auth::next(&user, until, Proofs { password: true, new_password: true }, cx.now()) {
        Next::Grant => {}
        Next::Deny(error) => return Err(error),
        Next::Challenge(_) => return Err(Error::InvalidSession),
    }
    let given = given_attributes(cx, &user, responses)?;
    let mut after = user.clone();
    after.attributes.extend(given);
    attributes::check_required(cx.pool(), &after.attributes)?;
    after.status = UserStatus::Confirmed;
    let made = passwords::make(cx, &user.username, present.as_ref(), password, None).await?;
    let now = cx.now();
    let mut change = users::update(cx.pool_ref(), &user, &after, Credentials::Changed, now)?;
    change.extend(names::change(cx.pool(), cx.pool_ref(), &user, &after));
    change.push(storage::passwords::put(cx.db(), cx.pool_ref(), &user, &made)?);
    after.version += 1;
    after.credential_version += 1;
    after.modified_at = now;
    let also = grant::Also { user_change: Some(change), more: vec![token.spend(cx)] };
    grant::grant(cx, &after, also).await
}

/// Whether `name` means this user, by any of its names.
async fn is_named(cx: &ClientCx, user: &User, name: &str) -> Result<bool> {
    Ok(subject::find(cx, name).await?.is_some_and(|found| found.id == user.id))
}

/// `userAttributes.<name>` among the responses. A value that repeats the present one is no change; another
/// value for a required attribute that already has one is refused. What the pool requires and the user lacks
/// is given as at creation; anything else is an update, by its rules.
fn given_attributes(cx: &ClientCx, user: &User, responses: &Parameters) -> Result<Attributes> {
    let (mut lacking, mut updated) = (Vec::new(), Vec::new());
    for (name, value) in responses {
        let Some(name) = name.strip_prefix(PREFIX) else { continue };
        let required = attributes::find(cx.pool(), name).is_some_and(|a| a.required == Some(true));
        let entry = AttributeType { name: name.to_owned(), value: Some(value.clone()) };
        match user.attributes.get(name) {
            Some(present) if present == value => {}
            Some(_) if required => return Err(Error::CannotModifyProvidedAttribute(name.to_owned())),
            None if required => lacking.push(entry),
            _ => updated.push(entry),
        }
    }
    let writer = Writer::Client(&cx.client);
    let mut given = attributes::check_write(cx.pool(), writer, Moment::Creation, &lacking)?;
    given.extend(attributes::check_write(cx.pool(), writer, Moment::Update, &updated)?);
    given.retain(|_, value| !value.is_empty());
    Ok(attributes::with_unverified(given))
}
