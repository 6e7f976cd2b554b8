//! Users made by an administrator: AdminCreateUser with its invitation, and RESEND.

use domain::attributes::{self, Moment, Writer};
use domain::message::Medium;
use domain::user::{Password, User, UserStatus};
use domain::{Error, Result, password_policy, username};
use storage::engine::Statement;
use storage::users::Credentials;
use wire::cognito_idp::shapes::{AttributeType, DeliveryMediumType};
use zeroize::Zeroizing;

use crate::cx::PoolCx;
use crate::names::{self, Claim, Seize};
use crate::{codes, messages, passwords, users};

/// What AdminCreateUser asks for.
pub struct Invitation {
    pub username: String,
    pub attributes: Vec<AttributeType>,
    pub temporary_password: Option<String>,
    /// SMS when absent.
    pub mediums: Option<Vec<DeliveryMediumType>>,
    pub suppress: bool,
    /// Take a verified alias away from whoever has it.
    pub force_alias: bool,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(<redacted>)")
    }
}

pub async fn create(cx: &PoolCx, asked: Invitation) -> Result<User> {
    let mut given =
        attributes::check_write(cx.pool(), Writer::Administrator, Moment::Creation, &asked.attributes)?;
    let name = username::check(cx.pool(), &asked.username, &mut given)?;
    let given = attributes::with_unverified(given);
    if asked.temporary_password.as_deref().is_none_or(str::is_empty) && cx.pool().has_passwordless_factor() {
        return create_passwordless(cx, users::new(cx, name, given, UserStatus::Confirmed), &asked).await;
    }
    let user = users::new(cx, name, given, UserStatus::ForceChangePassword);
    let (text, password) = temporary(cx, &user.username, None, asked.temporary_password).await?;
    let messages =
        if asked.suppress { Vec::new() } else { invite(cx, &user, &text, asked.mediums.as_deref())? };
    let before = if asked.force_alias {
        names::seize_aliases(cx, &user, Seize::FromAnyone).await?
    } else {
        Vec::new()
    };
    users::create(cx, &user, Some(&password), before, messages).await?;
    Ok(user)
}

/// A user without a password, who signs in by code. There is no password to send.
async fn create_passwordless(cx: &PoolCx, user: User, asked: &Invitation) -> Result<User> {
    let before = if asked.force_alias {
        names::seize_aliases(cx, &user, Seize::FromAnyone).await?
    } else {
        Vec::new()
    };
    users::create(cx, &user, None, before, Vec::new()).await?;
    Ok(user)
}

/// A new temporary password for a user who has not used the last one.
pub async fn resend(cx: &PoolCx, asked: Invitation) -> Result<User> {
    let user = users::find(cx, &asked.username).await?;
    if user.status != UserStatus::ForceChangePassword {
        return Err(Error::ResendNotPossible(user.username));
    }
    let present = storage::passwords::find(cx.db(), cx.pool_ref(), &user).await?;
    let (text, password) = temporary(cx, &user.username, present.as_ref(), asked.temporary_password).await?;
    let mut more = vec![storage::passwords::put(cx.db(), cx.pool_ref(), &user, &password)?];
    more.extend(invite(cx, &user, &text, asked.mediums.as_deref())?);
    users::update(cx, &user, &user, Credentials::Changed, Claim::Update, more).await?;
    users::find(cx, user.id.as_str()).await
}

async fn temporary(
    cx: &PoolCx,
    username: &str,
    present: Option<&Password>,
    given: Option<String>,
) -> Result<(Zeroizing<String>, Password)> {
    let text = given.unwrap_or_else(|| password_policy::generate(&cx.pool().password_policy(), cx.random()));
    let text = Zeroizing::new(text);
    let until = cx.now() + cx.pool().temporary_password_validity();
    let password = passwords::make(cx, username, present, &text, Some(until)).await?;
    Ok((text, password))
}

/// One message per medium asked for that the user has an address for; at least one must go out.
fn invite(
    cx: &PoolCx,
    user: &User,
    password: &str,
    mediums: Option<&[DeliveryMediumType]>,
) -> Result<Vec<Statement>> {
    let now = cx.now();
    let not_after = now + cx.pool().temporary_password_validity();
    let mut out = Vec::new();
    for medium in mediums.filter(|m| !m.is_empty()).unwrap_or(&[DeliveryMediumType::Sms]) {
        let medium = match medium {
            DeliveryMediumType::Sms => Medium::Sms,
            DeliveryMediumType::Email => Medium::Email,
        };
        let Some(destination) = codes::destination(user, medium) else { continue };
        let name = invited_name(user, &destination.address);
        let message = messages::invitation(cx.pool(), &user.id, name, &destination, password, not_after);
        let id = cx.services.message_id();
        out.push(messages::queue(cx, &id, &message)?);
    }
    if out.is_empty() && mediums.is_some() {
        return Err(Error::invalid("User does not have an address for any of the desired delivery mediums."));
    }
    Ok(out)
}

/// The name to sign in with: the address where the username is only an id.
fn invited_name<'a>(user: &'a User, address: &'a str) -> &'a str {
    if user.username == user.id.as_str() { address } else { &user.username }
}
