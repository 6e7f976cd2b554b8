//! NEW_PASSWORD_REQUIRED: the first sign-in with a temporary password.

use domain::attributes::{self, Moment, Writer};
use domain::auth::{self, Next, Proof, Step};
use domain::user::{Attributes, UserStatus};
use domain::{Error, Result, User};
use serde_json::{Map, json};
use storage::users::{self, Credentials};
use wire::cognito_idp::shapes::AttributeType;

use super::answer::{retry, user};
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance, ask};
use super::{Outcome, Parameters, required};
use crate::cx::ClientCx;
use crate::{names, passwords};

const PREFIX: &str = "userAttributes.";

/// Asks for a new password, showing what the client may read and what the pool still requires.
pub(super) async fn challenge(cx: &ClientCx, stage: Stage, mut also: Also) -> Result<Outcome> {
    let user = &stage.user;
    let readable: Map<_, _> = user
        .attributes
        .iter()
        .filter(|(name, _)| attributes::may_read(&cx.client, name))
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let missing: Vec<String> = attributes::missing_required(cx.pool(), &user.attributes)
        .map(|name| format!("{PREFIX}{name}"))
        .collect();
    let parameters = [
        ("USER_ID_FOR_SRP", user.username.clone()),
        ("userAttributes", json!(readable).to_string()),
        ("requiredAttributes", json!(missing).to_string()),
    ];
    also.more.extend(stage.forgiven(cx));
    let token = stage.token(cx, Step::NewPasswordRequired);
    ask(cx, &stage, token, parameters, also).await
}

/// Sets the password and whatever attributes come with it, and goes on.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    retry(|| attempt(cx, token, responses)).await
}

async fn attempt(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let password = required(responses, "NEW_PASSWORD")?;
    let mut stage = Stage::of(cx, token, user(cx, token, responses).await?).await?;
    // The temporary password may have expired since it was proved.
    if let Next::Deny(error) = auth::next(&stage.facts(cx), stage.proofs) {
        return Err(error);
    }
    let given = given_attributes(cx, &stage.user, responses)?;
    let mut after = stage.user.clone();
    after.attributes.extend(given);
    attributes::check_required(cx.pool(), &after.attributes)?;
    after.status = UserStatus::Confirmed;
    let made = passwords::make(cx, &after.username, stage.password.as_ref(), password, None).await?;
    let now = cx.now();
    let mut change = users::update(cx.pool_ref(), &stage.user, &after, Credentials::Changed, now)?;
    change.extend(names::change(cx.pool(), cx.pool_ref(), &stage.user, &after));
    change.push(storage::passwords::put(cx.db(), cx.pool_ref(), &after, &made)?);
    after.version += 1;
    after.credential_version += 1;
    after.modified_at = now;
    stage.user = after;
    stage.password = Some(made);
    stage.proofs = token.attempt.proved(Proof::NewPassword)?;
    advance(cx, stage, Also { user_change: Some(change), more: vec![token.spend(cx)] }).await
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
