//! MFA_SETUP: a user who must have a second factor and has none.

use domain::auth::{Choice, Proof, Step};
use domain::factors::Factor;
use domain::message::Medium;
use domain::{Error, Result, names};
use serde_json::json;

use super::answer::{retry, user};
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance, ask};
use super::{Outcome, Parameters, optional, otp};
use crate::cx::ClientCx;
use crate::messages::Destination;

pub(super) async fn challenge(
    cx: &ClientCx,
    stage: Stage,
    factors: &[Factor],
    mut also: Also,
) -> Result<Outcome> {
    also.more.extend(stage.forgiven(cx));
    let names = json!(factors.iter().map(|factor| factor.as_str()).collect::<Vec<_>>()).to_string();
    let parameters = [("USER_ID_FOR_SRP", stage.user.username.clone()), ("MFAS_CAN_SETUP", names)];
    let token = stage.token(cx, Step::MfaSetup);
    ask(cx, &stage, token, parameters, also).await
}

/// Either the Session of a software token verified meanwhile, or an e-mail address that a code is sent to.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    if token.attempt.step == Step::MfaSetupDone {
        user(cx, token, responses).await?;
        let proofs = token.attempt.proved(Proof::SetUp(Factor::SoftwareToken))?;
        return retry(|| async move {
            let mut stage = Stage::of(cx, token, token.user(cx).await?).await?;
            stage.proofs = proofs;
            advance(cx, stage, Also::these(vec![token.spend(cx)])).await
        })
        .await;
    }
    let address = optional(responses, "EMAIL").or_else(|| optional(responses, "email"));
    let Some(address) = address else { return Err(Error::InvalidSession) };
    if !names::is_email(address) {
        return Err(Error::invalid("Invalid email address format."));
    }
    let stage = Stage::of(cx, token, user(cx, token, responses).await?).await?;
    token.attempt.choose(&stage.facts(cx), Choice::SetUp(Factor::Email))?;
    let to = Destination { medium: Medium::Email, address: address.to_owned() };
    let name = [("USER_ID_FOR_SRP", stage.user.username.clone())];
    let spent = Also::these(vec![token.spend(cx)]);
    otp::send(cx, &stage, Step::EmailSetup, &to, name, spent).await
}
