//! WEB_AUTHN: an assertion by a passkey as first factor. The challenge is spent by the first answer, right or
//! wrong. Nothing is charged: there is nothing to guess.

use domain::auth::{First, Proof, Step};
use domain::{Error, Result, User};
use wire::cognito_idp::shapes::ChallengeNameType;

use super::answer::user;
use super::choice::Chooser;
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance, asked, refusal};
use super::{Outcome, Parameters, required};
use crate::cx::{ClientCx, PoolCx};
use crate::passkeys;

/// Whether the user can begin by passkey.
pub(crate) async fn has_any(cx: &PoolCx, user: &User) -> Result<bool> {
    passkeys::is_available(cx, user).await
}

/// Asks for an assertion by one of the user's passkeys.
pub(super) async fn begin(
    cx: &ClientCx,
    chooser: &Chooser,
    available: Option<Vec<ChallengeNameType>>,
) -> Result<Outcome> {
    let Chooser::User(stage) = chooser else { return Err(Error::InvalidSession) };
    let (options, state) =
        passkeys::assertion_options(cx, &stage.user).await?.ok_or(Error::InvalidSession)?;
    let mut token = stage.token(cx, Step::WebAuthn);
    token.state = Some(state);
    asked(cx, Step::WebAuthn, &token, [("CREDENTIAL_REQUEST_OPTIONS", options)], available)
}

/// The answer: `CREDENTIAL` as `AuthenticationResponseJSON`.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let credential = required(responses, "CREDENTIAL")?;
    let user = user(cx, token, responses).await?;
    cx.charge([token.spend(cx)], |guard| refusal(cx, guard)).await?;
    let state = token.state.as_deref().ok_or(Error::InvalidSession)?;
    let assertion = passkeys::verify_assertion(cx, &user, state, credential).await?;
    let mut stage = Stage::of(cx, token, user).await?;
    let passkey = First::Passkey { verified: assertion.user_verified, roaming: assertion.roaming };
    stage.proofs = token.attempt.proved(Proof::First(passkey))?;
    let granted = advance(cx, stage, Also::these(assertion.statements.into())).await;
    // The user changed since it was asked, and the challenge cannot be answered again.
    granted.map_err(|error| match error {
        Error::ConcurrentModification => Error::InvalidSession,
        other => other,
    })
}
