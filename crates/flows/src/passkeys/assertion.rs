//! Signing in by passkey: the WEB_AUTHN challenge and its answer.

use crypto::secret_box::Context;
use domain::passkeys;
use domain::time::Time;
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::engine::Statement;
use storage::{passkeys as stored, spent};
use wire::cognito_idp::shapes::AuthFactorType;

use super::ceremony::Ceremony;
use super::response::Response;
use crate::cx::{ClientCx, PoolCx};

/// A challenge between options and answer. Sealed, it is the state.
#[derive(Serialize, Deserialize)]
struct Challenge {
    client: String,
    challenge: String,
    nonce: String,
    expires_at: Time,
}

/// A right answer to a challenge, and what must be written with whatever it permits.
#[derive(Debug)]
pub struct Assertion {
    /// The authenticator verified the user, by PIN or body.
    pub user_verified: bool,
    /// Its passkey was registered as one of a security key.
    pub roaming: bool,
    /// Spends the challenge and moves the counter on. Belongs into the batch that grants, whose refusals
    /// [`refusal`] knows.
    pub statements: [Statement; 2],
}

/// Whether the user can sign in by passkey: the pool allows it and the user has one for its relying party.
pub async fn is_available(cx: &PoolCx, user: &User) -> Result<bool> {
    Ok(cx.pool().allows_first_factor(AuthFactorType::WebAuthn) && !super::usable(cx, user).await?.is_empty())
}

/// `CREDENTIAL_REQUEST_OPTIONS` and the state to hand to [`verify_assertion`]; `None` where the user cannot
/// sign in by passkey. The state is sealed, bound to pool, client and user, and good for the client's
/// `AuthSessionValidity`.
pub async fn assertion_options(cx: &ClientCx, user: &User) -> Result<Option<(String, String)>> {
    let Some(rp_id) = passkeys::relying_party(cx.pool())
        .filter(|_| cx.pool().allows_first_factor(AuthFactorType::WebAuthn))
    else {
        return Ok(None);
    };
    let usable = super::usable(cx, user).await?;
    if usable.is_empty() {
        return Ok(None);
    }
    let (options, challenge) = ceremony(cx, rp_id).assertion_options(&usable)?;
    let challenge = Challenge {
        client: cx.client.id.to_string(),
        challenge,
        nonce: crypto::random::uuid(cx.random()),
        expires_at: cx.now() + cx.client.auth_session_validity(),
    };
    let text = serde_json::to_vec(&challenge).map_err(Error::internal)?;
    let state = cx.services.keys.seal_text(&context(cx, user), &text, cx.random());
    Ok(Some((options, state)))
}

/// Checks `CREDENTIAL` (`AuthenticationResponseJSON` as text) against the state of its challenge and the
/// passkeys the user has now. Every refusal of the answer reads "Incorrect username or password."; a state
/// that is not this client's and user's, or has expired, is an invalid session.
pub async fn verify_assertion(
    cx: &ClientCx,
    user: &User,
    state: &str,
    credential: &str,
) -> Result<Assertion> {
    let incorrect = Error::IncorrectUsernameOrPassword;
    let opened = cx.services.keys.open_text(&context(cx, user), state).map_err(|_| Error::InvalidSession)?;
    let challenge: Challenge = serde_json::from_slice(&opened).map_err(|_| Error::InvalidSession)?;
    if challenge.client != cx.client.id.as_str() {
        return Err(Error::InvalidSession);
    }
    if cx.now() >= challenge.expires_at {
        return Err(Error::SessionExpired);
    }
    let rp_id = passkeys::relying_party(cx.pool())
        .filter(|_| cx.pool().allows_first_factor(AuthFactorType::WebAuthn))
        .ok_or_else(|| incorrect.clone())?;
    let credential: Value = serde_json::from_str(credential).map_err(|_| incorrect.clone())?;
    let response = Response::read(&credential).map_err(|_| incorrect.clone())?;
    response.check_user(user.id.as_str()).map_err(|_| incorrect.clone())?;
    let usable = super::usable(cx, user).await?;
    let passkey =
        usable.iter().find(|p| p.credential_id == response.credential_id).ok_or_else(|| incorrect.clone())?;
    let proof = ceremony(cx, rp_id)
        .assert(&challenge.challenge, passkey, &response, credential)?
        .map_err(|_| incorrect)?;
    Ok(Assertion {
        user_verified: proof.user_verified,
        roaming: passkey.is_roaming(),
        statements: [
            spent::spend(cx.pool_ref(), &challenge.nonce, challenge.expires_at),
            stored::count(cx.pool_ref(), &user.id, &passkey.credential_id, proof.counter),
        ],
    })
}

/// The refusal of a batch with an assertion's statements: the challenge was answered before, or the passkey is
/// gone or was used with a higher counter meanwhile.
pub fn refusal(guard: &str) -> Option<Error> {
    match guard {
        spent::UNSPENT => Some(Error::SessionAlreadyUsed),
        stored::COUNTER_MOVES_ON => Some(Error::IncorrectUsernameOrPassword),
        _ => None,
    }
}

fn ceremony<'a>(cx: &ClientCx, rp_id: &'a str) -> Ceremony<'a> {
    Ceremony { rp_id, user_verification: cx.pool().requires_user_verification() }
}

fn context<'a>(cx: &'a ClientCx, user: &'a User) -> Context<'a> {
    Context {
        purpose: "passkey-assertion",
        table: "",
        column: "",
        account: cx.pool().account.as_str(),
        pool: cx.pool().id.as_str(),
        row: user.id.as_str(),
    }
}
