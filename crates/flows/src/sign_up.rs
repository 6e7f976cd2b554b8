//! Public sign-up: SignUp, ConfirmSignUp, ResendConfirmationCode.

use domain::attributes::{self, Moment, Writer};
use domain::message::{Medium, MessagePurpose};
use domain::user::{User, UserStatus};
use domain::{Error, Result, username};
use storage::codes::Purpose;
use storage::users::Credentials;
use wire::cognito_idp::shapes::{AttributeType, CodeDeliveryDetailsType, VerifiedAttributeType};

use crate::cx::{ClientCx, PoolCx};
use crate::messages::Destination;
use crate::names::{self, Claim, Seize};
use crate::{codes, passwords, sign_in, simulate, subject, users};

/// A sign-up that was accepted.
#[derive(Debug)]
pub struct SignedUp {
    pub user: User,
    pub delivery: Option<CodeDeliveryDetailsType>,
}

/// SignUp, after the client has been authenticated.
pub async fn sign_up(
    cx: &ClientCx,
    asked: &str,
    password: Option<&str>,
    given: &[AttributeType],
) -> Result<SignedUp> {
    if cx.pool().admin_create_only() {
        return Err(Error::SignUpNotPermitted);
    }
    sign_in::refuse_unenforced(cx)?;
    let checked = attributes::check_write(cx.pool(), Writer::Client(&cx.client), Moment::Creation, given)?;
    if checked.contains_key("preferred_username") && cx.pool().is_alias_attribute("preferred_username") {
        return Err(Error::invalid("preferred_username can only be set after the user is confirmed."));
    }
    let mut checked = checked;
    let name = username::check(cx.pool(), asked, &mut checked)?;
    let checked = attributes::with_unverified(checked);
    attributes::check_required(cx.pool(), &checked)?;
    let user = users::new(cx, name, checked, UserStatus::Unconfirmed);
    let password = match password.filter(|text| !text.is_empty()) {
        Some(password) => Some(passwords::make(cx, &user.username, None, password, None).await?),
        None if cx.pool().has_passwordless_factor() => None,
        None => {
            return Err(Error::invalid(
                "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
            ));
        }
    };
    let destination = destination(cx, &user);
    let message = match &destination {
        Some(to) => codes::issue(cx, &user, Purpose::ConfirmSignUp, MessagePurpose::SignUp, to, None)?,
        None => Vec::new(),
    };
    users::create(cx, &user, password.as_ref(), Vec::new(), message).await?;
    Ok(SignedUp { user, delivery: destination.map(|to| to.details()) })
}

/// Where the confirmation code goes: an address that the pool verifies automatically, the phone first.
fn destination(cx: &ClientCx, user: &User) -> Option<Destination> {
    let automatic = cx.pool().auto_verified_attributes();
    [(VerifiedAttributeType::PhoneNumber, Medium::Sms), (VerifiedAttributeType::Email, Medium::Email)]
        .into_iter()
        .filter(|(attribute, _)| automatic.contains(attribute))
        .find_map(|(_, medium)| codes::destination(user, medium))
}

/// ConfirmSignUp, after the client has been authenticated. Where the client may use `USER_AUTH`, there is a
/// Session to sign in with straight away.
pub async fn confirm(cx: &ClientCx, name: &str, code: &str, force_alias: bool) -> Result<Option<String>> {
    let hides = cx.client.hides_user_existence();
    let user = match subject::find(cx, name).await? {
        Some(user) if user.status == UserStatus::Unconfirmed || !hides => user,
        None if !hides => return Err(Error::UsernameClientCombinationNotFound),
        _ => return Err(simulate::redeem(cx, name, Purpose::ConfirmSignUp, code).await),
    };
    users::retry(cx, &user, |user| async move {
        let user = &user;
        check_unconfirmed(user)?;
        let code = codes::redeem(cx, user, Purpose::ConfirmSignUp, code).await?;
        let mut after = user.clone();
        after.status = UserStatus::Confirmed;
        // Only the address that the code went to is proved, and only while it is still on the profile.
        if let Some(attribute) = &code.attribute
            && user.attributes.get(attribute) == code.value.as_ref()
        {
            after.attributes.insert(format!("{attribute}_verified"), "true".into());
        }
        let mut first =
            if force_alias { names::seize_aliases(cx, &after, Seize::FromAnyone).await? } else { Vec::new() };
        first.extend(codes::consume(cx, user, Purpose::ConfirmSignUp, &code));
        users::update_with_first(cx, first, user, &after, Credentials::Changed, Claim::Confirmation).await?;
        after.credential_version += 1;
        let proved = |attribute: &&str| after.attributes.get(*attribute) == code.value.as_ref();
        let medium = code.attribute.as_deref().filter(proved).and_then(Medium::of_attribute);
        medium.map(|medium| sign_in::after_confirmation(cx, &after, medium)).transpose().map(Option::flatten)
    })
    .await
    .map_err(|error| match error {
        // That a name has no code, or needs none any more, would tell that it is known.
        Error::CodeExpired | Error::UserCannotBeConfirmed(_) if hides => Error::CodeMismatch,
        other => other,
    })
}

/// AdminConfirmSignUp. A code still under way becomes useless.
pub async fn confirm_by_administrator(cx: &PoolCx, user: &User) -> Result<()> {
    users::retry(cx, user, |user| async move {
        let user = &user;
        check_unconfirmed(user)?;
        let after = User { status: UserStatus::Confirmed, ..user.clone() };
        let void = vec![storage::codes::void(cx.pool_ref(), &user.id, Purpose::ConfirmSignUp)];
        users::update(cx, user, &after, Credentials::Changed, Claim::Confirmation, void).await
    })
    .await
}

/// A user that is confirmed cannot be confirmed again.
fn check_unconfirmed(user: &User) -> Result<()> {
    match user.status {
        UserStatus::Unconfirmed => Ok(()),
        other => Err(Error::UserCannotBeConfirmed(other.as_str())),
    }
}

/// ResendConfirmationCode, after the client has been authenticated.
pub async fn resend(cx: &ClientCx, name: &str) -> Result<CodeDeliveryDetailsType> {
    let hides = cx.client.hides_user_existence();
    if hides && cx.pool().auto_verified_attributes().is_empty() {
        return Err(Error::AutoVerificationOff);
    }
    let outcome = match subject::find(cx, name).await? {
        Some(user) => send_again(cx, &user).await,
        None => Err(Error::UsernameClientCombinationNotFound),
    };
    match outcome {
        Err(error) if hides && simulate::tells_existence(&error) => {
            simulate::send(cx, name, Purpose::ConfirmSignUp, MessagePurpose::ResendCode).await
        }
        other => other,
    }
}

async fn send_again(cx: &ClientCx, user: &User) -> Result<CodeDeliveryDetailsType> {
    if user.status != UserStatus::Unconfirmed {
        return Err(Error::UserAlreadyConfirmed);
    }
    let destination = destination(cx, user).ok_or(Error::AutoVerificationOff)?;
    let mut batch = vec![codes::charge_send(cx, user, Purpose::ConfirmSignUp)];
    batch.extend(codes::issue(
        cx,
        user,
        Purpose::ConfirmSignUp,
        MessagePurpose::ResendCode,
        &destination,
        None,
    )?);
    cx.apply(batch, codes::refusal).await?;
    Ok(destination.details())
}
