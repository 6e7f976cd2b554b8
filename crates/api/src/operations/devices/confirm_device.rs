//! ConfirmDevice.

use crypto::srp::Verifier;
use domain::user::SrpVerifier;
use domain::{Error, Result};
use flows::cx::UserCx;
use flows::devices;
use wire::cognito_idp::shapes::{
    ConfirmDeviceRequest, ConfirmDeviceResponse, DeviceSecretVerifierConfigType,
};

pub async fn handle(cx: UserCx, input: ConfirmDeviceRequest) -> Result<ConfirmDeviceResponse> {
    let srp = verifier(input.device_secret_verifier_config)?;
    let necessary = devices::confirm(&cx, &input.device_key, input.device_name, &srp).await?;
    Ok(ConfirmDeviceResponse { user_confirmation_necessary: Some(necessary) })
}

/// The model lets it be absent, but a device without it could never prove itself.
fn verifier(config: Option<DeviceSecretVerifierConfigType>) -> Result<SrpVerifier> {
    let config = config.ok_or(Error::MissingParameter("DeviceSecretVerifierConfig"))?;
    let salt = config.salt.ok_or(Error::MissingParameter("Salt"))?;
    let verifier = config.password_verifier.ok_or(Error::MissingParameter("PasswordVerifier"))?;
    let Verifier { salt, verifier } = Verifier::from_client(&salt, &verifier)
        .map_err(|_| Error::invalid("Invalid DeviceSecretVerifierConfig given."))?;
    Ok(SrpVerifier { salt, verifier })
}
