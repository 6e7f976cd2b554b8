//! Registering a passkey: StartWebAuthnRegistration and CompleteWebAuthnRegistration.

use std::time::Duration;

use domain::attributes::may_read;
use domain::passkeys::{self, Passkey, friendly_name};
use domain::time::minutes;
use domain::{Error, Result};
use serde_json::Value;
use storage::passkey_registrations::{self as registrations, Registration};
use storage::{passkeys as stored, users};
use wire::cognito_idp::shapes::AuthFactorType;

use super::ceremony::Ceremony;
use super::response::{Fault, Response};
use crate::cx::UserCx;

/// How long a registration waits for its response.
const LIFE: Duration = minutes(5);

/// Begins a registration, which replaces one begun before. Gives `PublicKeyCredentialCreationOptionsJSON`.
pub async fn registration_options(cx: &UserCx) -> Result<Value> {
    refuse_disabled(cx)?;
    let rp_id = passkeys::relying_party(cx.pool()).ok_or(Error::WebAuthnConfigurationMissing)?;
    let present = stored::of_user(cx.db(), cx.pool_ref(), &cx.user.id).await?;
    if present.len() as i64 >= passkeys::MAX_PER_USER {
        return Err(too_many());
    }
    let (options, challenge) =
        ceremony(cx, rp_id).registration_options(&cx.user.id, account_name(cx), &present)?;
    let registration = Registration {
        id: crypto::random::uuid(cx.random()),
        client_id: cx.client.id.clone(),
        challenge,
        expires_at: cx.now() + LIFE,
    };
    let batch = [
        users::credentials_unchanged(cx.pool_ref(), &cx.user),
        registrations::put(cx.pool_ref(), &cx.user.id, &registration),
    ];
    cx.apply(batch, refusal).await?;
    Ok(options)
}

/// Ends a registration: checks `RegistrationResponseJSON` and keeps the passkey.
pub async fn register(cx: &UserCx, credential: Value) -> Result<()> {
    refuse_disabled(cx)?;
    let response = Response::read(&credential).map_err(refused)?;
    let registration = registrations::find(cx.db(), cx.pool_ref(), &cx.user.id)
        .await?
        .filter(|registration| cx.now() < registration.expires_at)
        .ok_or(Error::WebAuthnChallengeNotFound)?;
    if registration.client_id != cx.client.id {
        return Err(Error::WebAuthnClientMismatch);
    }
    let rp_id = passkeys::relying_party(cx.pool()).ok_or(Error::WebAuthnRelyingPartyMismatch)?;
    let made =
        ceremony(cx, rp_id).register(&registration.challenge, &response, credential)?.map_err(refused)?;
    let passkey = Passkey {
        credential_id: response.credential_id,
        credential: made.stored,
        sign_count: made.sign_count,
        name: friendly_name(response.attachment.as_deref()).to_owned(),
        rp_id: rp_id.to_owned(),
        attachment: response.attachment,
        transports: response.transports,
        created_at: cx.now(),
    };
    let mut batch = vec![registrations::consume(cx.pool_ref(), &cx.user.id, &registration.id)];
    batch.extend(stored::insert(cx.pool_ref(), &cx.user, &passkey)?);
    cx.apply(batch, refusal).await
}

/// What the browser shows beside the passkey: the username, or the address that stands for it where usernames are
/// made by the pool.
fn account_name(cx: &UserCx) -> &str {
    let made = cx.user.username == cx.user.id.as_str();
    ["email", "phone_number"]
        .into_iter()
        .filter(|attribute| made && may_read(&cx.client, attribute))
        .find_map(|attribute| cx.user.attribute(attribute))
        .unwrap_or(&cx.user.username)
}

fn ceremony<'a>(cx: &UserCx, rp_id: &'a str) -> Ceremony<'a> {
    Ceremony { rp_id, user_verification: cx.pool().requires_user_verification() }
}

fn refuse_disabled(cx: &UserCx) -> Result<()> {
    if cx.pool().allows_first_factor(AuthFactorType::WebAuthn) {
        Ok(())
    } else {
        Err(Error::WebAuthnNotEnabled)
    }
}

fn refused(fault: Fault) -> Error {
    match fault {
        Fault::Malformed | Fault::Failed => Error::invalid("Invalid credential."),
        Fault::Challenge => Error::WebAuthnChallengeNotFound,
        Fault::Origin => Error::WebAuthnOriginNotAllowed,
        Fault::RelyingParty => Error::WebAuthnRelyingPartyMismatch,
        Fault::Unsupported => Error::WebAuthnCredentialNotSupported("The credential is not supported."),
        Fault::UserNotVerified => Error::WebAuthnCredentialNotSupported("The user was not verified."),
    }
}

fn refusal(guard: &str) -> Option<Error> {
    match guard {
        // The token was good when it was looked at, and the user has been disabled, reset or signed out since.
        users::CREDENTIALS_UNCHANGED => Some(Error::AccessTokenRevoked),
        registrations::WAITS => Some(Error::WebAuthnChallengeNotFound),
        stored::CREDENTIAL_FREE => Some(Error::invalid("The credential is already registered.")),
        stored::WITHIN_USER_LIMIT => Some(too_many()),
        _ => None,
    }
}

fn too_many() -> Error {
    Error::LimitExceeded(format!("A user can have at most {} passkeys.", passkeys::MAX_PER_USER))
}
