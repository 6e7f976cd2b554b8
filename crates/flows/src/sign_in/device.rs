//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: the secret of a remembered device.

use domain::{Error, Result, User};

use super::session_token::SessionToken;
use super::stage::{Also, Stage};
use super::{Outcome, Parameters};
use crate::cx::ClientCx;

/// The key of the device that the client names, if the user remembers it.
pub(super) async fn remembered(
    _cx: &ClientCx,
    _user: Option<&User>,
    named: Option<&str>,
) -> Result<Option<String>> {
    match named {
        None => Ok(None),
        Some(_) => Err(Error::NotFound("Device does not exist.".into())),
    }
}

pub(super) async fn challenge(_cx: &ClientCx, _stage: Stage, _also: Also) -> Result<Outcome> {
    Err(Error::InvalidSession)
}

pub(super) async fn begin(_cx: &ClientCx, _token: &SessionToken, _: &Parameters) -> Result<Outcome> {
    Err(Error::InvalidSession)
}

pub(super) async fn prove(_cx: &ClientCx, _token: &SessionToken, _: &Parameters) -> Result<Outcome> {
    Err(Error::InvalidSession)
}
