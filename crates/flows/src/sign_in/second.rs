//! The second factor: SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA, and SELECT_MFA_TYPE among them.

use domain::auth::{Choice, Proof, Step};
use domain::factors::Factor;
use domain::{Error, Result};
use serde_json::json;

use super::answer::{retry, user};
use super::session_token::SessionToken;
use super::stage::{Also, Stage, advance, ask};
use super::{Outcome, Parameters, grant, otp, required};
use crate::cx::ClientCx;
use crate::messages::Destination;
use crate::software_token;

/// Asks for the code of a factor, sending it where it must be sent.
pub(super) async fn challenge(
    cx: &ClientCx,
    stage: Stage,
    factor: Factor,
    mut also: Also,
) -> Result<Outcome> {
    also.more.extend(stage.forgiven(cx));
    let step = Step::Second(factor);
    let mut parameters = vec![("USER_ID_FOR_SRP", stage.user.username.clone())];
    if let Some(medium) = factor.medium() {
        let address = stage.user.attributes.get(medium.attribute()).ok_or(Error::NoSecondFactor)?;
        let to = Destination { medium, address: address.clone() };
        return otp::send(cx, &stage, step, &to, parameters, also).await;
    }
    let name = storage::software_tokens::friendly_name(cx.db(), cx.pool_ref(), &stage.user.id).await?;
    parameters.extend(name.map(|name| ("FRIENDLY_DEVICE_NAME", name)));
    let token = stage.token(cx, step);
    ask(cx, &stage, token, parameters, also).await
}

/// Asks which factor it shall be.
pub(super) async fn select(
    cx: &ClientCx,
    stage: Stage,
    factors: &[Factor],
    mut also: Also,
) -> Result<Outcome> {
    also.more.extend(stage.forgiven(cx));
    let names = json!(factors.iter().map(|factor| factor.as_str()).collect::<Vec<_>>()).to_string();
    let mut parameters = vec![
        ("USER_ID_FOR_SRP", stage.user.username.clone()),
        ("MFAS_CAN_CHOOSE", names.clone()),
        // What AWS's guide calls it.
        ("MFAS_CAN_SELECT", names),
    ];
    let phone = factors.contains(&Factor::Sms).then(|| stage.user.attributes.get("phone_number")).flatten();
    parameters.extend(phone.map(|n| ("CODE_DELIVERY_DESTINATION", domain::names::mask_phone_number(n))));
    let token = stage.token(cx, Step::SelectMfaType);
    ask(cx, &stage, token, parameters, also).await
}

/// The answer to SELECT_MFA_TYPE.
pub(super) async fn selected(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let factor = required(responses, "ANSWER")?;
    let factor = Factor::parse(factor).ok_or_else(|| Error::invalid("Invalid ANSWER"))?;
    let stage = Stage::of(cx, token, user(cx, token, responses).await?).await?;
    token.attempt.choose(&stage.facts(cx), Choice::Second(factor))?;
    challenge(cx, stage, factor, Also::these(vec![token.spend(cx)])).await
}

/// The answer to a factor's challenge.
pub(super) async fn answer(
    cx: &ClientCx,
    token: &SessionToken,
    factor: Factor,
    responses: &Parameters,
) -> Result<Outcome> {
    if factor != Factor::SoftwareToken {
        return otp::answer(cx, token, responses).await;
    }
    let code = required(responses, "SOFTWARE_TOKEN_MFA_CODE")?;
    let user = user(cx, token, responses).await?;
    let _turn = grant::turn(cx, Some(&user), "").await?;
    otp::charge(cx, Some(&user), "").await?;
    let used = &software_token::check(cx, &user, code).await?;
    let proofs = token.attempt.proved(Proof::Second(factor))?;
    retry(|| async move {
        let mut stage = Stage::of(cx, token, token.user(cx).await?).await?;
        stage.proofs = proofs;
        let also = vec![token.spend(cx), used.clone(), otp::forget(cx, &stage.user)];
        advance(cx, stage, Also::these(also)).await
    })
    .await
}
