//! The two WebAuthn ceremonies, over webauthn-rs-core. Nothing outside this file names the library.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use domain::ids::UserId;
use domain::passkeys::Passkey;
use domain::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationFormat, AttestationMetadata, AuthenticationState, COSEAlgorithm, COSEKeyType, Credential,
    ECDSACurve, ParsedAttestation, ParsedAttestationData, PublicKeyCredential, RegisterPublicKeyCredential,
    RegistrationState, UserVerificationPolicy,
};

use super::response::{Fault, Response};

/// How long the browser waits for the user, in the options of each ceremony.
const REGISTRATION_TIMEOUT: Duration = Duration::from_millis(60_000);
const ASSERTION_TIMEOUT: Duration = Duration::from_millis(180_000);

/// One relying party with what it asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceremony<'a> {
    pub(super) rp_id: &'a str,
    pub(super) user_verification: bool,
}

/// What a right assertion shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof {
    pub(super) user_verified: bool,
    pub(super) counter: u32,
}

/// A new passkey's key and what the authenticator says of itself.
#[derive(Debug)]
pub(super) struct NewCredential {
    pub(super) stored: String,
    pub(super) sign_count: u32,
}

impl Ceremony<'_> {
    /// `PublicKeyCredentialCreationOptionsJSON`, and the challenge to keep. `name` is what the browser shows.
    pub(super) fn registration_options(
        self,
        user: &UserId,
        name: &str,
        exclude: &[Passkey],
    ) -> Result<(Value, String)> {
        let core = self.core(Vec::new(), REGISTRATION_TIMEOUT);
        let builder = core
            .new_challenge_register_builder(user.as_str().as_bytes(), name, name)
            .map_err(fault_of_ours)?
            .user_verification_policy(self.policy())
            .require_resident_key(true)
            .credential_algorithms(vec![COSEAlgorithm::ES256, COSEAlgorithm::RS256]);
        let (response, state) = core.generate_challenge_register(builder).map_err(fault_of_ours)?;
        let mut options = serde_json::to_value(&response.public_key).map_err(Error::internal)?;
        // Only the browser is told which passkeys there are. The store refuses a credential id that is taken.
        options["excludeCredentials"] = exclude.iter().map(descriptor).collect();
        Ok((options, to_text(&state)?))
    }

    /// Checks the answer to a registration's challenge.
    pub(super) fn register(
        self,
        challenge: &str,
        response: &Response,
        credential: Value,
    ) -> Result<Result<NewCredential, Fault>> {
        let state: RegistrationState = from_text(challenge)?;
        Ok(self.check_registration(&state, response, credential))
    }

    fn check_registration(
        self,
        state: &RegistrationState,
        response: &Response,
        credential: Value,
    ) -> Result<NewCredential, Fault> {
        let core = self.core(vec![response.origin(self.rp_id)?], REGISTRATION_TIMEOUT);
        let given: RegisterPublicKeyCredential =
            serde_json::from_value(credential).map_err(|_| Fault::Malformed)?;
        let made = core.register_credential(&given, state, None).map_err(|e| fault(&e))?;
        if BASE64URL_NOPAD.encode(&made.cred_id) != response.credential_id {
            return Err(Fault::Malformed);
        }
        // ES256 is over P-256 (WebAuthn §5.8.5); the library takes it over any curve.
        if matches!(&made.cred.key, COSEKeyType::EC_EC2(key) if key.curve != ECDSACurve::SECP256R1) {
            return Err(Fault::Unsupported);
        }
        let stored = Credential {
            // The counter, the transports and what to ask of the user are kept, and judged, elsewhere; attestation
            // is neither asked for nor believed.
            counter: 0,
            transports: None,
            registration_policy: UserVerificationPolicy::Discouraged_DO_NOT_USE,
            attestation: ParsedAttestation {
                data: ParsedAttestationData::None,
                metadata: AttestationMetadata::None,
            },
            attestation_format: AttestationFormat::None,
            ..made.clone()
        };
        let stored = serde_json::to_string(&stored).map_err(|_| Fault::Malformed)?;
        Ok(NewCredential { stored, sign_count: made.counter })
    }

    /// `PublicKeyCredentialRequestOptionsJSON` as text, and the challenge to keep.
    pub(super) fn assertion_options(self, allowed: &[Passkey]) -> Result<(String, String)> {
        let core = self.core(Vec::new(), ASSERTION_TIMEOUT);
        let builder = core
            .new_challenge_authenticate_builder(Vec::new(), Some(self.policy()))
            .map_err(fault_of_ours)?;
        let (response, state) = core.generate_challenge_authenticate(builder).map_err(fault_of_ours)?;
        let mut options = serde_json::to_value(&response.public_key).map_err(Error::internal)?;
        options["allowCredentials"] = allowed.iter().map(descriptor).collect();
        Ok((options.to_string(), to_text(&state)?))
    }

    /// Checks the answer to an assertion's challenge against the passkey it names.
    pub(super) fn assert(
        self,
        challenge: &str,
        passkey: &Passkey,
        response: &Response,
        credential: Value,
    ) -> Result<Result<Proof, Fault>> {
        let state: AuthenticationState = from_text(challenge)?;
        let mut known: Credential = from_text(&passkey.credential)?;
        known.counter = passkey.sign_count;
        Ok(self.check_assertion(&state, &known, response, credential))
    }

    fn check_assertion(
        self,
        state: &AuthenticationState,
        known: &Credential,
        response: &Response,
        credential: Value,
    ) -> Result<Proof, Fault> {
        let core = self.core(vec![response.origin(self.rp_id)?], ASSERTION_TIMEOUT);
        let given: PublicKeyCredential = serde_json::from_value(credential).map_err(|_| Fault::Malformed)?;
        let result = core.authenticate_single_credential(&given, state, known).map_err(|e| fault(&e))?;
        if self.user_verification && !result.user_verified() {
            return Err(Fault::UserNotVerified);
        }
        Ok(Proof { user_verified: result.user_verified(), counter: result.counter() })
    }

    fn core(self, origins: Vec<url::Url>, timeout: Duration) -> WebauthnCore {
        WebauthnCore::new_unsafe_experts_only(self.rp_id, self.rp_id, origins, timeout, None, None)
    }

    fn policy(self) -> UserVerificationPolicy {
        if self.user_verification {
            UserVerificationPolicy::Required
        } else {
            UserVerificationPolicy::Preferred
        }
    }
}

fn descriptor(passkey: &Passkey) -> Value {
    json!({ "type": "public-key", "id": passkey.credential_id, "transports": passkey.transports })
}

fn fault(error: &WebauthnError) -> Fault {
    use WebauthnError as E;
    match error {
        E::MismatchedChallenge => Fault::Challenge,
        E::InvalidRPOrigin | E::CredentialCrossOrigin => Fault::Origin,
        E::InvalidRPIDHash => Fault::RelyingParty,
        E::UserNotVerified => Fault::UserNotVerified,
        E::AttestationNotSupported
        | E::CredentialAlteredAlgFromRequest
        | E::CredentialMayNotBeHardwareBound
        | E::CredentialInsecureCryptography
        | E::COSEKeyInvalidType
        | E::COSEKeyInvalidAlgorithm
        | E::COSEKeyECDSAInvalidCurve
        | E::COSEKeyECDSAXYInvalid
        | E::COSEKeyRSANEInvalid
        | E::COSEKeyEDUnsupported
        | E::COSEKeyEDDSAXInvalid
        | E::COSEKeyEDDSAInvalidCurve
        | E::EcdsaPointInvalid
        | E::RsaParametersInvalid
        | E::SshPublicKeyEDUnsupported => Fault::Unsupported,
        E::ParseJSONFailure(_)
        | E::ParseCBORFailure(_)
        | E::ParseBase64Failure(_)
        | E::ParseNOMFailure
        | E::ParseInsufficientBytesAvailable
        | E::COSEKeyInvalidCBORValue
        | E::MissingAttestationCredentialData
        | E::InvalidClientDataType => Fault::Malformed,
        _ => Fault::Failed,
    }
}

fn fault_of_ours(error: WebauthnError) -> Error {
    Error::internal(format_args!("WebAuthn: {error}"))
}

fn to_text(state: &impl Serialize) -> Result<String> {
    serde_json::to_string(state).map_err(Error::internal)
}

fn from_text<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| Error::internal("a stored passkey or challenge is damaged"))
}
