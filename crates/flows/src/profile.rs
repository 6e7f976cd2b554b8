//! A user's attributes: changing, verifying and deleting them, by the user or by an administrator.

use domain::attributes::{self, Moment, Writer};
use domain::message::{Medium, MessagePurpose};
use domain::user::{Attributes, User};
use domain::{Error, Result};
use storage::codes::Purpose;
use storage::engine::Statement;
use storage::users::Credentials;
use wire::cognito_idp::shapes::{AttributeType, CodeDeliveryDetailsType, VerifiedAttributeType};

use crate::cx::{PoolCx, UserCx};
use crate::messages::Destination;
use crate::names::{self, Claim, Seize};
use crate::{codes, users};

const VERIFIABLE: [(&str, VerifiedAttributeType, Medium); 2] = [
    ("email", VerifiedAttributeType::Email, Medium::Email),
    ("phone_number", VerifiedAttributeType::PhoneNumber, Medium::Sms),
];

/// UpdateUserAttributes. Returns where codes went.
pub async fn update_own(cx: &UserCx, given: &[AttributeType]) -> Result<Vec<CodeDeliveryDetailsType>> {
    let written = attributes::check_write(cx.pool(), Writer::Client(&cx.client), Moment::Update, given)?;
    let written = &written;
    users::retry(cx, &cx.user, |user| async move {
        let user = &user;
        let mut after = user.clone();
        let mut written = written.clone();
        let mut more = Vec::new();
        let mut sent = Vec::new();
        for (attribute, kind, medium) in VERIFIABLE {
            let Some(value) = written.get(attribute).filter(|v| !v.is_empty()).cloned() else { continue };
            if user.attributes.get(attribute) == Some(&value) {
                written.remove(attribute);
                after.pending.remove(attribute);
                continue;
            }
            let waits = cx.pool().verified_before_update().contains(&kind);
            if waits {
                written.remove(attribute);
                after.pending.insert(attribute.to_owned(), value.clone());
            } else {
                after.pending.remove(attribute);
            }
            if cx.pool().auto_verified_attributes().contains(&kind) {
                let destination = Destination { medium, address: value };
                let (statements, details) =
                    send(cx, user, attribute, &destination, MessagePurpose::UpdateUserAttribute).await?;
                more.push(codes::charge_send(cx, user, verifiable(attribute)?.0));
                more.extend(statements);
                sent.push(details);
            }
        }
        merge(&mut after.attributes, attributes::with_unverified(written));
        check_kept(cx, &after)?;
        users::update(cx, user, &after, Credentials::Kept, Claim::Update, more).await?;
        Ok(sent)
    })
    .await
}

/// AdminUpdateUserAttributes.
pub async fn update_by_administrator(cx: &PoolCx, user: &User, given: &[AttributeType]) -> Result<()> {
    let written = attributes::check_write(cx.pool(), Writer::Administrator, Moment::Update, given)?;
    let written = &written;
    users::retry(cx, user, |user| async move {
        let user = &user;
        let mut after = user.clone();
        after.pending.retain(|attribute, _| !written.contains_key(attribute));
        // An address that stays what it is stays as verified as it is.
        let mut written = written.clone();
        written.retain(|name, value| !is_verifiable(name) || user.attributes.get(name) != Some(value));
        merge(&mut after.attributes, attributes::with_unverified(written));
        check_kept(cx, &after)?;
        users::update(cx, user, &after, Credentials::Kept, Claim::Update, Vec::new()).await
    })
    .await
}

/// DeleteUserAttributes and AdminDeleteUserAttributes.
pub async fn delete(cx: &PoolCx, writer: Writer<'_>, user: &User, deleted: &[String]) -> Result<()> {
    let list: Vec<AttributeType> =
        deleted.iter().map(|name| AttributeType { name: name.clone(), value: None }).collect();
    let written = attributes::check_write(cx.pool(), writer, Moment::Update, &list)?;
    let written = &written;
    users::retry(cx, user, |user| async move {
        let user = &user;
        let mut after = user.clone();
        for name in written.keys() {
            after.attributes.remove(name);
            after.attributes.remove(&format!("{name}_verified"));
            after.pending.remove(name);
        }
        check_kept(cx, &after)?;
        users::update(cx, user, &after, Credentials::Kept, Claim::Update, Vec::new()).await
    })
    .await
}

/// GetUserAttributeVerificationCode: for the value that waits, else for the one on the profile.
pub async fn send_code(cx: &UserCx, attribute: &str) -> Result<CodeDeliveryDetailsType> {
    let (purpose, medium) = verifiable(attribute)?;
    let user = &cx.user;
    let address = user
        .pending
        .get(attribute)
        .or_else(|| user.attributes.get(attribute))
        .ok_or_else(|| Error::invalid(format!("User does not have {attribute} to verify.")))?;
    let destination = Destination { medium, address: address.clone() };
    let mut batch = vec![codes::charge_send(cx, user, purpose)];
    let (statements, details) =
        send(cx, user, attribute, &destination, MessagePurpose::VerifyUserAttribute).await?;
    batch.extend(statements);
    cx.apply(batch, codes::refusal).await?;
    Ok(details)
}

/// VerifyUserAttribute. An alias that another user holds moves to this one, unless that user proved the address
/// after this code was sent: of many who do so at once, one gets it.
pub async fn verify(cx: &UserCx, attribute: &str, code: &str) -> Result<()> {
    let (purpose, _) = verifiable(attribute)?;
    users::retry(cx, &cx.user, |user| async move {
        let user = &user;
        let code = codes::redeem(cx, user, purpose, code).await?;
        let value = code.value.as_ref().ok_or(Error::CodeExpired)?;
        let mut after = user.clone();
        if user.pending.get(attribute) == Some(value) {
            after.pending.remove(attribute);
            after.attributes.insert(attribute.to_owned(), value.clone());
        } else if user.attributes.get(attribute) != Some(value) {
            // The code went to an address that is no longer on the profile.
            return Err(Error::CodeExpired);
        }
        after.attributes.insert(format!("{attribute}_verified"), "true".into());
        let mut first = names::seize_aliases(cx, &after, Seize::From(code.holder.as_ref())).await?;
        first.extend(codes::consume(cx, user, purpose, &code));
        users::update_with_first(cx, first, user, &after, Credentials::Kept, Claim::Update).await
    })
    .await
}

fn is_verifiable(attribute: &str) -> bool {
    VERIFIABLE.iter().any(|(name, ..)| *name == attribute)
}

fn verifiable(attribute: &str) -> Result<(Purpose, Medium)> {
    Purpose::verify(attribute)
        .zip(Medium::of_attribute(attribute))
        .ok_or_else(|| Error::invalid("Only email and phone_number can be verified."))
}

async fn send(
    cx: &PoolCx,
    user: &User,
    attribute: &str,
    destination: &Destination,
    message: MessagePurpose,
) -> Result<(Vec<Statement>, CodeDeliveryDetailsType)> {
    let (purpose, _) = verifiable(attribute)?;
    let holder = names::holder(cx, attribute, &destination.address).await?;
    Ok((codes::issue(cx, user, purpose, message, destination, holder)?, destination.details()))
}

/// Puts written values in place; an empty one deletes.
fn merge(attributes: &mut Attributes, written: Attributes) {
    for (name, value) in written {
        if value.is_empty() {
            attributes.remove(&format!("{name}_verified"));
            attributes.remove(&name);
        } else {
            attributes.insert(name, value);
        }
    }
    // A flag says something only about a value that is there.
    for attribute in ["email", "phone_number"] {
        if !attributes.contains_key(attribute) {
            attributes.remove(&format!("{attribute}_verified"));
        }
    }
}

/// What the pool requires, and something to sign in with, must remain.
fn check_kept(cx: &PoolCx, after: &User) -> Result<()> {
    attributes::check_required(cx.pool(), &after.attributes)?;
    let kinds = cx.pool().username_attributes();
    if !kinds.is_empty() && !kinds.iter().any(|kind| after.attributes.contains_key(kind.as_str())) {
        return Err(Error::invalid("The attribute that the user signs in with cannot be deleted."));
    }
    Ok(())
}
