//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: the secret of a remembered device.

use domain::auth::{Attempt, Choice, Proof, Proofs, Step};
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};

use super::answer::user;
use super::course::Course;
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance, ask};
use super::{Outcome, Parameters, device_proof, required};
use crate::cx::ClientCx;
use crate::{devices, subject};

/// What the secret block carries past the proof.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    proofs: Proofs,
    course: Course,
}

/// The key of the device that the client names, if the user remembers it.
pub(super) async fn remembered(
    cx: &ClientCx,
    user: Option<&User>,
    named: Option<&str>,
) -> Result<Option<String>> {
    let Some(key) = named else { return Ok(None) };
    if domain::device::Tracking::of(cx.pool()).is_none() {
        return Ok(None);
    }
    // A name nobody has is answered as one that has no such device.
    let known = devices::find_known(cx, user.ok_or(Error::DeviceNotFound)?, key).await?;
    Ok(known.filter(|device| device.remembered).map(|device| device.key))
}

/// Asks for the device's half.
pub(super) async fn challenge(cx: &ClientCx, stage: Stage, mut also: Also) -> Result<Outcome> {
    let key = stage.course.device_key.clone().ok_or(Error::InvalidSession)?;
    also.more.extend(stage.forgiven(cx));
    let token = stage.token(cx, Step::DeviceSrpAuth);
    if let Some(a) = &stage.srp_a {
        let device = devices::find(cx, &stage.user, &key).await?;
        also.more.push(device_proof::await_proof(cx, &device, a, &token.seal(cx)?));
    }
    let parameters = [("USERNAME", stage.user.username.clone()), ("DEVICE_KEY", key)];
    ask(cx, &stage, token, parameters, also).await
}

/// The Session of a DEVICE_SRP_AUTH that came without one.
pub(super) async fn awaited(cx: &ClientCx, responses: &Parameters) -> Result<SessionToken> {
    let (name, key) = (required(responses, "USERNAME")?, required(responses, "DEVICE_KEY")?);
    let a = required(responses, "SRP_A")?;
    let user = subject::find(cx, name).await?.ok_or(Error::InvalidSession)?;
    SessionToken::open(cx, &device_proof::awaited_session(cx, &user, key, a).await?)
}

/// The answer to DEVICE_SRP_AUTH: the device's half.
pub(super) async fn begin(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let key = required(responses, "DEVICE_KEY")?;
    let a = required(responses, "SRP_A")?;
    let stage = Stage::of(cx, token, user(cx, token, responses).await?).await?;
    if stage.course.device_key.as_deref() != Some(key) {
        return Err(Error::DeviceNotFound);
    }
    let step = token.attempt.choose(&stage.facts(cx), Choice::SrpHalf)?;
    let carried = Carried { proofs: stage.proofs, course: stage.course.clone() };
    let carried = serde_json::to_string(&carried).map_err(Error::internal)?;
    let begun = device_proof::begin(cx, &stage.user, key, a, carried).await?;
    let attempt = Attempt { step, proofs: stage.proofs };
    let next = SessionToken::srp(cx, attempt, &begun.nonce, begun.expires_at);
    let names = ["SALT", "SRP_B", "SECRET_BLOCK", "USERNAME", "DEVICE_KEY"];
    let parameters = names.map(|name| (name, begun.parameters.get(name).cloned().unwrap_or_default()));
    ask(cx, &stage, next, parameters, Also::these(vec![token.spend(cx)])).await
}

/// The answer to DEVICE_PASSWORD_VERIFIER. The secret block says what the attempt is.
pub(super) async fn prove(cx: &ClientCx, session: Option<&str>, responses: &Parameters) -> Result<Outcome> {
    let token = session.map(|session| SessionToken::open(cx, session)).transpose()?;
    if token.as_ref().is_some_and(|token| token.attempt.step != Step::DevicePasswordVerifier) {
        return Err(Error::InvalidSession);
    }
    let proved = device_proof::prove(cx, token.as_ref().map(SessionToken::nonce), responses).await?;
    let Carried { proofs, course } =
        serde_json::from_str(&proved.carried).map_err(|_| Error::InvalidSession)?;
    let noted = device_proof::noted(cx, &proved.device);
    let mut stage = Stage::first(cx, proved.user, None, course.on(Some(proved.device.key)));
    stage.proofs = Attempt { step: Step::DevicePasswordVerifier, proofs }.proved(Proof::Device)?;
    advance(cx, stage, Also::these(vec![proved.spent, noted])).await
}
