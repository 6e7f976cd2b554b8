//! WEB_AUTHN: an assertion by a passkey as first factor.

use domain::{Error, Result, User};
use wire::cognito_idp::shapes::ChallengeNameType;

use super::choice::Chooser;
use super::session_token::SessionToken;
use super::{Outcome, Parameters};
use crate::cx::{ClientCx, PoolCx};

pub(crate) async fn has_any(_cx: &PoolCx, _user: &User) -> Result<bool> {
    Ok(false)
}

pub(super) async fn begin(
    _cx: &ClientCx,
    _chooser: Chooser,
    _parameters: &Parameters,
    _available: Option<Vec<ChallengeNameType>>,
) -> Result<Outcome> {
    Err(Error::InvalidSession)
}

pub(super) async fn answer(_cx: &ClientCx, _token: &SessionToken, _: &Parameters) -> Result<Outcome> {
    Err(Error::InvalidSession)
}
