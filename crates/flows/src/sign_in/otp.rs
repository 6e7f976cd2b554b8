//! Codes sent within a sign-in: EMAIL_OTP and SMS_OTP as first factor, SMS_MFA and EMAIL_OTP as second, and the
//! EMAIL_OTP that sets a second factor up. The code's keyed digest travels sealed in the Session, so that one
//! attempt cannot replace the code of another; wrong ones are counted in the store, by user.

use data_encoding::BASE64URL_NOPAD;
use domain::auth::{self, First, FirstFactor, Proof, Step};
use domain::factors::Factor;
use domain::message::Medium;
use domain::time::hours;
use domain::user::UserStatus;
use domain::{Error, Result, User};
use storage::attempts::{self, Subject};
use storage::engine::Statement;
use storage::outbox;
use storage::users::{self, Credentials};
use wire::cognito_idp::shapes::ChallengeNameType;

use super::answer::{Answerer, answerer, retry};
use super::choice::Chooser;
use super::session_token::{SentCode, SessionToken};
use super::stage::{Also, Stage, advance, ask, asked, refusal};
use super::{Outcome, Parameters, grant, required};
use crate::cx::{ClientCx, PoolCx};
use crate::messages::{self, Destination};
use crate::{names, simulate, subject};

/// Codes of sign-ins sent to one user per hour.
const SENDS_PER_HOUR: i64 = 20;
const SENDS: &str = "send:sign_in";
/// Wrong codes, those of software tokens among them, lock out as wrong passwords do, but by a count of their
/// own: who knows the password must not be able to wipe it.
const TRIES: &str = "sign_in_code";

/// Sends the code of a first factor. `token` is the Session that this answers: it can send one code.
pub(super) async fn begin(
    cx: &ClientCx,
    chooser: &Chooser,
    factor: FirstFactor,
    token: Option<&SessionToken>,
    available: Option<Vec<ChallengeNameType>>,
) -> Result<Outcome> {
    let medium = if factor == FirstFactor::SmsOtp { Medium::Sms } else { Medium::Email };
    let step = Step::of_first(factor);
    let spent = token.map(|token| token.spend(cx));
    match chooser {
        Chooser::User(stage) => {
            let address = stage.user.attributes.get(medium.attribute()).ok_or(Error::InvalidSession)?;
            let to = Destination { medium, address: address.clone() };
            let also = Also::these(spent.into_iter().collect());
            let outcome = send(cx, stage, step, &to, [], also).await?;
            Ok(outcome.with_available(available))
        }
        Chooser::Nobody(name, _) => {
            let nobody = simulate::nobody(cx, name);
            let to = simulate::delivery_by(cx, name, medium);
            let mut token = chooser.token(cx, step);
            let ([charge, queue], id) = prepare(cx, &nobody, &mut token, &to)?;
            let batch = spent.into_iter().chain([charge, queue, outbox::withdraw(cx.pool_ref(), &id)]);
            cx.apply(batch, |guard| refusal(cx, guard)).await?;
            asked(cx, step, &token, delivery(&to.details()), available)
        }
    }
}

/// Sends a code that answers `step`, in the batch of what leads there.
pub(super) async fn send(
    cx: &ClientCx,
    stage: &Stage,
    step: Step,
    to: &Destination,
    more: impl IntoIterator<Item = (&'static str, String)>,
    mut also: Also,
) -> Result<Outcome> {
    let mut token = stage.token(cx, step);
    let (statements, _) = prepare(cx, &stage.user, &mut token, to)?;
    also.more.extend(statements);
    let parameters: Vec<_> = delivery(&to.details()).into_iter().chain(more).collect();
    ask(cx, stage, token, parameters, also).await
}

/// Makes the code that answers the token's step: the statements that count it and queue its message, with the
/// message's id.
fn prepare(
    cx: &ClientCx,
    user: &User,
    token: &mut SessionToken,
    to: &Destination,
) -> Result<([Statement; 2], String)> {
    let step = token.attempt.step;
    // The live service sends eight digits by e-mail as first factor, and six otherwise.
    let length = if step == Step::Otp(Medium::Email) { 8 } else { 6 };
    let text = crypto::random::digits(cx.random(), length);
    token.code = Some(SentCode { mac: mac(cx, user, step, &text), address: to.address.clone() });
    let message = messages::authentication(cx.pool(), user, to, &text, token.expires_at);
    let (subject, now) = (Subject(user.id.as_str()), cx.now());
    let id = cx.services.message_id();
    let charge = attempts::charge_statement(cx.pool_ref(), subject, SENDS, SENDS_PER_HOUR, hours(1), now);
    let queue = outbox::queue(cx.db(), cx.pool_ref(), &id, &message, now)?;
    Ok(([charge, queue], id))
}

fn delivery(details: &wire::cognito_idp::shapes::CodeDeliveryDetailsType) -> [(&'static str, String); 2] {
    let medium = details.delivery_medium.map(|m| m.as_str().to_owned()).unwrap_or_default();
    [
        ("CODE_DELIVERY_DELIVERY_MEDIUM", medium),
        ("CODE_DELIVERY_DESTINATION", details.destination.clone().unwrap_or_default()),
    ]
}

/// The answer to any of them. A wrong code leaves the Session usable.
pub(super) async fn answer(cx: &ClientCx, token: &SessionToken, responses: &Parameters) -> Result<Outcome> {
    let (parameter, proof) = match token.attempt.step {
        Step::Otp(Medium::Email) => ("EMAIL_OTP_CODE", Proof::First(First::Otp(Medium::Email))),
        Step::Otp(Medium::Sms) => ("SMS_OTP_CODE", Proof::First(First::Otp(Medium::Sms))),
        Step::Second(Factor::Email) => ("EMAIL_OTP_CODE", Proof::Second(Factor::Email)),
        Step::Second(Factor::Sms) => ("SMS_MFA_CODE", Proof::Second(Factor::Sms)),
        Step::EmailSetup => ("EMAIL_OTP_CODE", Proof::SetUp(Factor::Email)),
        _ => return Err(Error::InvalidSession),
    };
    let given = required(responses, parameter)?;
    let sent = token.code.as_ref().ok_or(Error::InvalidSession)?;
    let user = match answerer(cx, token, responses).await? {
        Answerer::User(user) => *user,
        Answerer::Nobody(name) => {
            charge(cx, None, &name).await?;
            return Err(Error::ChallengeCodeMismatch);
        }
    };
    let _turn = grant::turn(cx, Some(&user), "").await?;
    charge(cx, Some(&user), "").await?;
    if !crypto::mac::equal(sent.mac.as_bytes(), mac(cx, &user, token.attempt.step, given).as_bytes()) {
        return Err(Error::ChallengeCodeMismatch);
    }
    let proofs = token.attempt.proved(proof)?;
    retry(|| async move {
        let mut stage = Stage::of(cx, token, token.user(cx).await?).await?;
        stage.proofs = proofs;
        let mut also = Also::these(vec![token.spend(cx), forget(cx, &stage.user)]);
        prove_address(cx, &mut stage, token.attempt.step, &sent.address, &mut also)?;
        advance(cx, stage, also).await
    })
    .await
}

/// The code proved the address, if it is still the user's; and whoever had not been confirmed is, by a first
/// factor.
fn prove_address(cx: &ClientCx, stage: &mut Stage, step: Step, address: &str, also: &mut Also) -> Result<()> {
    let (medium, first) = match step {
        Step::Otp(medium) => (medium, true),
        Step::Second(factor) => (factor.medium().ok_or(Error::InvalidSession)?, false),
        _ => (Medium::Email, false),
    };
    let attribute = medium.attribute();
    let before = stage.user.clone();
    let mut after = before.clone();
    if step == Step::EmailSetup {
        // It is for whoever has no factor, which an administrator may have changed since.
        if !auth::can_set_up(&stage.facts(cx), stage.proofs, Factor::Email) {
            return Err(Error::InvalidSession);
        }
        after.attributes.insert(attribute.to_owned(), address.to_owned());
    }
    if after.attributes.get(attribute).is_none_or(|value| value != address) {
        return Err(Error::InvalidSession);
    }
    after.attributes.insert(format!("{attribute}_verified"), "true".into());
    if first && before.status == UserStatus::Unconfirmed {
        after.status = UserStatus::Confirmed;
    }
    if after == before {
        return Ok(());
    }
    let mut change = users::update(cx.pool_ref(), &before, &after, Credentials::Kept, cx.now())?;
    change.extend(names::change(cx.pool(), cx.pool_ref(), &before, &after));
    after.version += 1;
    after.modified_at = cx.now();
    stage.user = after;
    also.user_change = Some(change);
    Ok(())
}

/// Charges one try at a code of this user, before it is looked at.
pub(super) async fn charge(cx: &ClientCx, user: Option<&User>, name: &str) -> Result<()> {
    let key = user.map_or_else(|| subject::unknown_key(cx, name), |user| user.id.to_string());
    let statement = attempts::lockout_statement(cx.pool_ref(), Subject(&key), TRIES, cx.now());
    let locked = |guard| (guard == attempts::ALLOWED).then_some(Error::PasswordAttemptsExceeded);
    cx.charge([statement], locked).await
}

/// Forgets the wrong codes of a user who gave a right one.
pub(super) fn forget(cx: &PoolCx, user: &User) -> Statement {
    attempts::forget(cx.pool_ref(), Subject(user.id.as_str()), TRIES)
}

fn mac(cx: &ClientCx, user: &User, step: Step, code: &str) -> String {
    let key = cx.services.keys.mac_key("sign-in-code", cx.pool().id.as_str());
    let step = format!("{step:?}");
    let parts: [&[u8]; 5] = [user.id.as_str().as_bytes(), b"\0", step.as_bytes(), b"\0", code.as_bytes()];
    BASE64URL_NOPAD.encode(&crypto::mac::hmac_sha256(key.as_ref(), &parts))
}
