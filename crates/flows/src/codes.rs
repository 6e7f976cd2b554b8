//! Codes that prove control of an address: made and sent in one batch, redeemed once, attempts counted.

use std::time::Duration;

use domain::ids::UserId;
use domain::message::{Medium, MessagePurpose};
use domain::time::hours;
use domain::{Error, Result, User};
use storage::attempts::{self, Subject};
use storage::codes::{self, Code, Purpose};
use storage::engine::Statement;
use storage::outbox;

use crate::cx::PoolCx;
use crate::messages::{self, Destination};
use crate::subject;

/// Wrong or right tries of one purpose per user and hour.
const TRIES_PER_HOUR: i64 = 15;
/// Codes sent per user, purpose and hour.
const SENDS_PER_HOUR: i64 = 5;

/// How long a code of this purpose lives.
pub fn lifetime(purpose: Purpose) -> Duration {
    match purpose {
        Purpose::ConfirmSignUp | Purpose::VerifyEmail | Purpose::VerifyPhoneNumber => hours(24),
        Purpose::ResetPassword => hours(1),
    }
}

/// A destination's address if the user has one for the medium.
pub fn destination(user: &User, medium: Medium) -> Option<Destination> {
    let address = user.attributes.get(medium.attribute())?;
    Some(Destination { medium, address: address.clone() })
}

/// The statements that make a new code the live one and queue the message that carries it. `holder` is who has
/// the address as an alias.
pub fn issue(
    cx: &PoolCx,
    user: &User,
    purpose: Purpose,
    message: MessagePurpose,
    destination: &Destination,
    holder: Option<UserId>,
) -> Result<Vec<Statement>> {
    let (statements, _) = prepare(cx, user, purpose, message, destination, holder)?;
    Ok(Vec::from(statements))
}

/// As [`issue`] for somebody who does not exist: the same work, but the message does not stay.
pub(crate) fn issue_to_nobody(
    cx: &PoolCx,
    nobody: &User,
    purpose: Purpose,
    message: MessagePurpose,
    destination: &Destination,
) -> Result<Vec<Statement>> {
    let ([put, queue], message_id) = prepare(cx, nobody, purpose, message, destination, None)?;
    Ok(vec![put, queue, outbox::withdraw(cx.pool_ref(), &message_id)])
}

fn prepare(
    cx: &PoolCx,
    user: &User,
    purpose: Purpose,
    message: MessagePurpose,
    destination: &Destination,
    holder: Option<UserId>,
) -> Result<([Statement; 2], String)> {
    let now = cx.now();
    let text = crypto::random::digits(cx.random(), 6);
    let code = Code {
        id: crypto::random::uuid(cx.random()),
        mac: mac(cx, user, purpose, &text),
        attribute: Some(destination.medium.attribute().to_owned()),
        value: Some(destination.address.clone()),
        holder,
        expires_at: now + lifetime(purpose),
        created_at: now,
    };
    let message =
        messages::verification(cx.pool(), user, destination, message, (&code.id, &text), code.expires_at);
    let id = cx.services.message_id();
    let statements =
        [codes::put(cx.pool_ref(), &user.id, purpose, &code), messages::queue(cx, &id, &message)?];
    Ok((statements, id))
}

/// The condition that the user may be sent another code of this purpose, counted in the same batch.
pub fn charge_send(cx: &PoolCx, user: &User, purpose: Purpose) -> Statement {
    let key = send_key(purpose);
    attempts::charge_statement(
        cx.pool_ref(),
        Subject(user.id.as_str()),
        key,
        SENDS_PER_HOUR,
        hours(1),
        cx.now(),
    )
}

/// Charges a try, then compares. The caller consumes the code in the batch of what it permits.
pub async fn redeem(cx: &PoolCx, user: &User, purpose: Purpose, given: &str) -> Result<Code> {
    subject::charge_hourly(cx, user.id.as_str(), try_key(purpose), TRIES_PER_HOUR).await?;
    let code = codes::find(cx.db(), cx.pool_ref(), &user.id, purpose).await?.ok_or(Error::CodeExpired)?;
    if cx.now() >= code.expires_at {
        return Err(Error::CodeExpired);
    }
    if !crypto::mac::equal(&code.mac, &mac(cx, user, purpose, given)) {
        return Err(Error::CodeMismatch);
    }
    Ok(code)
}

/// Uses the code up and gives its try back. Wrong tries stay counted: a user who proves an address of its own
/// in between must not get more guesses at the code of somebody else's.
pub fn consume(cx: &PoolCx, user: &User, purpose: Purpose, code: &Code) -> [Statement; 2] {
    [
        codes::consume(cx.pool_ref(), &user.id, purpose, code),
        attempts::give_one_back(cx.pool_ref(), Subject(user.id.as_str()), try_key(purpose)),
    ]
}

/// The refusal of a batch whose code was used or replaced meanwhile.
pub fn refusal(guard: &str) -> Option<Error> {
    match guard {
        codes::LIVE => Some(Error::CodeExpired),
        attempts::ALLOWED => Some(Error::AttemptLimitExceeded),
        _ => None,
    }
}

fn mac(cx: &PoolCx, user: &User, purpose: Purpose, code: &str) -> Vec<u8> {
    let key = cx.services.keys.mac_key("code", cx.pool().id.as_str());
    let parts: [&[u8]; 5] =
        [user.id.as_str().as_bytes(), b"\0", purpose.as_str().as_bytes(), b"\0", code.as_bytes()];
    crypto::mac::hmac_sha256(key.as_ref(), &parts).to_vec()
}

const fn try_key(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::ConfirmSignUp => "try:confirm_sign_up",
        Purpose::ResetPassword => "try:reset_password",
        Purpose::VerifyEmail => "try:verify_email",
        Purpose::VerifyPhoneNumber => "try:verify_phone_number",
    }
}

const fn send_key(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::ConfirmSignUp => "send:confirm_sign_up",
        Purpose::ResetPassword => "send:reset_password",
        Purpose::VerifyEmail => "send:verify_email",
        Purpose::VerifyPhoneNumber => "send:verify_phone_number",
    }
}
