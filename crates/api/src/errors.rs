//! The one table from what went wrong to what the caller reads: AWS's exception name and exact text.

use domain::Error;
use http::StatusCode;
use wire::cognito_idp::errors::ErrorKind;

/// An answer that refuses: HTTP status, `__type` and message, as AWS JSON 1.1 carries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub status: StatusCode,
    pub kind: &'static str,
    pub message: Option<String>,
    /// Framework-level faults spell the member `Message`, modelled errors `message`.
    pub capital_message: bool,
}

impl ApiError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::named(StatusCode::BAD_REQUEST, kind.as_str(), message)
    }

    pub fn named(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: Some(message.into()), capital_message: false }
    }

    pub fn unknown_operation() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "UnknownOperationException",
            message: None,
            capital_message: false,
        }
    }

    pub fn serialization(message: Option<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "SerializationException",
            message,
            capital_message: true,
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        use ErrorKind as K;
        let (kind, text): (ErrorKind, String) = match error {
            // Sign-in
            Error::IncorrectUsernameOrPassword => {
                (K::NotAuthorizedException, "Incorrect username or password.".into())
            }
            Error::PasswordAttemptsExceeded => {
                (K::NotAuthorizedException, "Password attempts exceeded".into())
            }
            Error::UserDisabled => (K::NotAuthorizedException, "User is disabled.".into()),
            Error::UserNotConfirmed => (K::UserNotConfirmedException, "User is not confirmed.".into()),
            Error::PasswordResetRequired => {
                (K::PasswordResetRequiredException, "Password reset required for the user".into())
            }
            Error::TemporaryPasswordExpired => (
                K::NotAuthorizedException,
                "Temporary password has expired and must be reset by an administrator.".into(),
            ),
            Error::AuthFlowNotEnabled(flow) => {
                (K::InvalidParameterException, format!("{flow} flow not enabled for this client"))
            }
            Error::AdminAuthFlowNotEnabled => {
                (K::InvalidParameterException, "Auth flow not enabled for this client".into())
            }
            Error::InitiateAuthNotSupported => {
                (K::InvalidParameterException, "Initiate Auth method not supported.".into())
            }
            Error::MissingParameter(name) => {
                (K::InvalidParameterException, format!("Missing required parameter {name}"))
            }
            Error::InvalidSession => (K::NotAuthorizedException, "Invalid session for the user.".into()),
            Error::SessionExpired => {
                (K::NotAuthorizedException, "Invalid session for the user, session is expired.".into())
            }
            Error::SessionAlreadyUsed => (
                K::NotAuthorizedException,
                "Invalid session for the user, session can only be used once.".into(),
            ),
            Error::CannotModifyProvidedAttribute(name) => {
                (K::NotAuthorizedException, format!("Cannot modify an already provided {name}"))
            }
            Error::NoSecondFactor => (
                K::InvalidParameterException,
                "The user has no second factor that this user pool allows.".into(),
            ),
            Error::AcrOutOfReach => (
                K::InvalidParameterException,
                "The user has no authentication factors that satisfy a requested ACR value.".into(),
            ),
            Error::AcrAlreadyReached => (
                K::InvalidParameterException,
                "The access token already satisfies the requested ACR value.".into(),
            ),
            Error::NoTransport => (
                K::OperationNotEnabledException,
                "This installation cannot send e-mail or text messages yet.".into(),
            ),
            Error::SettingNotEnforced(setting) => (
                K::OperationNotEnabledException,
                format!("This user pool uses {setting}, which this version of Poolhouse cannot enforce yet."),
            ),

            // Client authentication
            Error::ClientSecretMissing(id) => (
                K::NotAuthorizedException,
                format!("Client {id} is configured for secret but secret was not received"),
            ),
            Error::ClientSecretMismatch(id) => {
                (K::NotAuthorizedException, format!("Unable to verify secret hash for client {id}"))
            }
            Error::RefreshSecretMismatch(id) => {
                (K::NotAuthorizedException, format!("SecretHash does not match for the client: {id}"))
            }
            Error::InvalidClientOrSecret => (K::NotAuthorizedException, "Invalid client or secret".into()),

            // Tokens
            Error::AccessTokenExpired => (K::NotAuthorizedException, "Access Token has expired".into()),
            Error::AccessTokenRevoked => (K::NotAuthorizedException, "Access Token has been revoked".into()),
            Error::AccessTokenLacksScope => {
                (K::NotAuthorizedException, "Access Token does not have required scopes".into())
            }
            Error::AccessTokenInvalid => (K::NotAuthorizedException, "Invalid Access Token".into()),
            Error::AccessTokenSignature => {
                (K::NotAuthorizedException, "Could not verify signature for Access Token".into())
            }
            Error::RefreshTokenInvalid => (K::NotAuthorizedException, "Invalid Refresh Token.".into()),
            Error::RefreshTokenRevoked => {
                (K::NotAuthorizedException, "Refresh Token has been revoked".into())
            }
            Error::RefreshTokenExpired => (K::NotAuthorizedException, "Refresh Token has expired".into()),
            Error::RefreshTokenReused => {
                (K::RefreshTokenReuseException, "Refresh token has already been used.".into())
            }
            Error::UnsupportedTokenType => {
                (K::UnsupportedTokenTypeException, "Unsupported token type".into())
            }
            Error::RevocationNotEnabled => {
                (K::UnsupportedOperationException, "Token revocation is not enabled for this client".into())
            }
            Error::TokenOfAnotherClient => {
                (K::UnauthorizedException, "The token was not issued to this client".into())
            }

            // Users and names
            Error::UserNotFound => (K::UserNotFoundException, "User does not exist.".into()),
            Error::UsernameClientCombinationNotFound => {
                (K::UserNotFoundException, "Username/client id combination not found.".into())
            }
            Error::UsernameExists => (K::UsernameExistsException, "User already exists".into()),
            Error::SignInAttributeExists(attribute) => {
                (K::UsernameExistsException, format!("An account with the given {attribute} already exists."))
            }
            Error::AliasExistsAtConfirmation(attribute) => {
                (K::AliasExistsException, format!("An account with the {attribute} already exists."))
            }
            Error::AliasExists(attribute) => {
                (K::AliasExistsException, format!("An account with the given {attribute} already exists."))
            }
            Error::SignUpNotPermitted => {
                (K::NotAuthorizedException, "SignUp is not permitted for this user pool".into())
            }
            Error::UserCannotBeConfirmed(status) => {
                (K::NotAuthorizedException, format!("User cannot be confirmed. Current status is {status}"))
            }
            Error::UserAlreadyConfirmed => {
                (K::InvalidParameterException, "User is already confirmed.".into())
            }
            Error::PasswordCannotBeReset => {
                (K::NotAuthorizedException, "User password cannot be reset in the current state.".into())
            }
            Error::ContactAdministratorToReset => {
                (K::NotAuthorizedException, "Contact administrator to reset password.".into())
            }
            Error::NoVerifiedRecoveryAttribute => (
                K::InvalidParameterException,
                "Cannot reset password for the user as there is no registered/verified email or phone_number"
                    .into(),
            ),
            Error::AutoVerificationOff => {
                (K::NotAuthorizedException, "Cannot resend codes. Auto verification not turned on.".into())
            }
            Error::ResendNotPossible(username) => (
                K::UnsupportedUserStateException,
                format!("Resend not possible. {username} status is not FORCE_CHANGE_PASSWORD"),
            ),
            Error::UnauthorizedAttributeWrite => {
                (K::NotAuthorizedException, "A client attempted to write unauthorized attribute".into())
            }

            // Factors
            Error::SoftwareTokenNotEnabled => (
                K::SoftwareTokenMFANotFoundException,
                "Software Token MFA has not been enabled by the userPool".into(),
            ),
            Error::SoftwareTokenMismatch => (K::EnableSoftwareTokenMFAException, "Code mismatch".into()),
            Error::SoftwareTokenUsed => {
                (K::ExpiredCodeException, "Your software token has already been used once.".into())
            }
            Error::FactorNotSetUp(factor) => (
                K::InvalidParameterException,
                format!("User does not have delivery config set to turn on {factor}"),
            ),

            // Codes
            Error::ChallengeCodeMismatch => {
                (K::CodeMismatchException, "Invalid code received for user".into())
            }
            Error::CodeMismatch => {
                (K::CodeMismatchException, "Invalid verification code provided, please try again.".into())
            }
            Error::CodeExpired => {
                (K::ExpiredCodeException, "Invalid code provided, please request a code again.".into())
            }
            Error::AttemptLimitExceeded => {
                (K::LimitExceededException, "Attempt limit exceeded, please try after some time.".into())
            }

            // Passkeys
            Error::WebAuthnNotEnabled => (
                K::WebAuthnNotEnabledException,
                "Passkeys are not enabled as a first authentication factor of this user pool.".into(),
            ),
            Error::WebAuthnConfigurationMissing => (
                K::WebAuthnConfigurationMissingException,
                "The user pool has no relying party ID for passkeys.".into(),
            ),
            Error::WebAuthnChallengeNotFound => (
                K::WebAuthnChallengeNotFoundException,
                "The passkey registration has expired or was not started.".into(),
            ),
            Error::WebAuthnClientMismatch => (
                K::WebAuthnClientMismatchException,
                "The passkey registration was started by another app client.".into(),
            ),
            Error::WebAuthnOriginNotAllowed => (
                K::WebAuthnOriginNotAllowedException,
                "The origin of the request is not allowed for the relying party.".into(),
            ),
            Error::WebAuthnRelyingPartyMismatch => (
                K::WebAuthnRelyingPartyMismatchException,
                "The credential was made for another relying party.".into(),
            ),
            Error::WebAuthnCredentialNotSupported(reason) => {
                (K::WebAuthnCredentialNotSupportedException, reason.into())
            }

            // Passwords
            Error::InvalidPassword(reason) => {
                (K::InvalidPasswordException, format!("Password did not conform with policy: {reason}"))
            }
            Error::PasswordUsedBefore => {
                (K::PasswordHistoryPolicyViolationException, "Password has previously been used".into())
            }

            // Things
            Error::PoolNotFound(id) => {
                (K::ResourceNotFoundException, format!("User pool {id} does not exist."))
            }
            Error::ClientNotFound(id) => {
                (K::ResourceNotFoundException, format!("User pool client {id} does not exist."))
            }
            Error::GroupNotFound => (K::ResourceNotFoundException, "Group not found.".into()),
            Error::GroupExists => (K::GroupExistsException, "A group with the name already exists.".into()),
            Error::UserSessionNotFound => (K::ResourceNotFoundException, "Session does not exist.".into()),
            Error::CurrentUserSession => (
                K::InvalidParameterException,
                "The session of the access token cannot be revoked by this operation.".into(),
            ),
            Error::DeviceNotFound => (K::ResourceNotFoundException, "Device does not exist.".into()),
            Error::InvalidDeviceKey => (K::InvalidParameterException, "Invalid device key given.".into()),
            Error::DeviceKeyExists => (K::DeviceKeyExistsException, "Device already exists.".into()),
            Error::NotFound(text) => (K::ResourceNotFoundException, text),
            Error::LimitExceeded(text) => (K::LimitExceededException, text),
            Error::InvalidPoolConfiguration(text) => (K::InvalidUserPoolConfigurationException, text),
            Error::FeatureUnavailableInTier(text) => (K::FeatureUnavailableInTierException, text),
            Error::ScopeDoesNotExist(text) => (K::ScopeDoesNotExistException, text),
            Error::InvalidOauthFlow(text) => (K::InvalidOAuthFlowException, text),
            Error::InvalidParameter(text) => (K::InvalidParameterException, text),
            Error::ConcurrentModification => (
                K::ConcurrentModificationException,
                "The resource was modified at the same time, please try again.".into(),
            ),
            Error::TooManyRequests => (K::TooManyRequestsException, "Rate exceeded".into()),
            Error::ServiceQuotaExceeded(text) => (K::ServiceQuotaExceededException, text),
            Error::OperationNotEnabled(text) => (K::OperationNotEnabledException, text),

            Error::Internal(detail) => {
                tracing::error!(detail, "internal error");
                return Self::named(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    K::InternalErrorException.as_str(),
                    "Internal server error.",
                );
            }
        };
        Self::new(kind, text)
    }
}
