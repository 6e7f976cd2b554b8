//! Forgotten passwords: ForgotPassword, ConfirmForgotPassword, AdminResetUserPassword.

use domain::message::MessagePurpose;
use domain::user::{User, UserStatus};
use domain::{Error, Result, password_policy, recovery};
use storage::codes::Purpose;
use storage::engine::Statement;
use storage::users::Credentials;
use wire::cognito_idp::shapes::CodeDeliveryDetailsType;

use crate::cx::{ClientCx, PoolCx};
use crate::messages::Destination;
use crate::names::Claim;
use crate::{codes, passwords, simulate, subject, users};

/// ForgotPassword, after the client has been authenticated.
pub async fn forgot(cx: &ClientCx, name: &str) -> Result<CodeDeliveryDetailsType> {
    recovery::check_self_service(cx.pool())?;
    let hides = cx.client.hides_user_existence();
    let outcome = match subject::find(cx, name).await? {
        Some(user) => send(cx, &user).await,
        None if hides => Err(Error::UserNotFound),
        None => Err(Error::UsernameClientCombinationNotFound),
    };
    match outcome {
        Err(error) if hides && simulate::tells_existence(&error) => {
            simulate::send(cx, name, Purpose::ResetPassword, MessagePurpose::ForgotPassword).await
        }
        other => other.map(|destination| destination.details()),
    }
}

async fn send(cx: &ClientCx, user: &User) -> Result<Destination> {
    if !user.enabled {
        return Err(Error::UserDisabled);
    }
    let (destination, message) = reset_message(cx, user)?;
    let mut batch = vec![codes::charge_send(cx, user, Purpose::ResetPassword)];
    batch.extend(message);
    cx.apply(batch, codes::refusal).await?;
    Ok(destination)
}

fn reset_message(cx: &PoolCx, user: &User) -> Result<(Destination, Vec<Statement>)> {
    recovery::check_state(user)?;
    let medium = recovery::channel(cx.pool(), user)?;
    let destination = codes::destination(user, medium).ok_or(Error::NoVerifiedRecoveryAttribute)?;
    let message =
        codes::issue(cx, user, Purpose::ResetPassword, MessagePurpose::ForgotPassword, &destination, None)?;
    Ok((destination, message))
}

/// ConfirmForgotPassword, after the client has been authenticated.
pub async fn confirm(cx: &ClientCx, name: &str, code: &str, password: &str) -> Result<()> {
    recovery::check_self_service(cx.pool())?;
    password_policy::check(&cx.pool().password_policy(), password)?;
    let hides = cx.client.hides_user_existence();
    let user = match subject::find(cx, name).await? {
        Some(user) if user.enabled || !hides => user,
        _ if hides => return Err(simulate::redeem(cx, name, Purpose::ResetPassword, code).await),
        _ => return Err(Error::UsernameClientCombinationNotFound),
    };
    users::retry(cx, &user, |user| async move { set_by_code(cx, &user, code, password).await }).await.map_err(
        |error| {
            // That a name has no code, or is disabled, would tell that it is known.
            let tells = matches!(error, Error::CodeExpired | Error::UserDisabled);
            if hides && tells { Error::CodeMismatch } else { error }
        },
    )
}

async fn set_by_code(cx: &ClientCx, user: &User, code: &str, password: &str) -> Result<()> {
    // Judged with each reading of the user, so that a disable in between is heeded.
    if !user.enabled {
        return Err(Error::UserDisabled);
    }
    let code = codes::redeem(cx, user, Purpose::ResetPassword, code).await?;
    let present = storage::passwords::find(cx.db(), cx.pool_ref(), user).await?;
    let made = passwords::make(cx, &user.username, present.as_ref(), password, None).await?;
    let mut after = user.clone();
    after.status = UserStatus::Confirmed;
    let mut more = Vec::from(codes::consume(cx, user, Purpose::ResetPassword, &code));
    more.push(storage::passwords::put(cx.db(), cx.pool_ref(), user, &made)?);
    more.push(subject::forget(cx, user));
    users::update(cx, user, &after, Credentials::Changed, Claim::Update, more).await
}

/// AdminResetUserPassword: the password stops working, a code goes out.
pub async fn reset(cx: &PoolCx, user: &User) -> Result<()> {
    users::retry(cx, user, |user| async move {
        let user = &user;
        let (_, message) = reset_message(cx, user)?;
        let mut after = user.clone();
        after.status = UserStatus::ResetRequired;
        users::update(cx, user, &after, Credentials::Changed, Claim::Update, message).await
    })
    .await
}
