//! What can go wrong, in the product's own terms. The AWS name and exact text of each stand in
//! `api/src/errors.rs`; nothing here knows HTTP.

use crate::ids::{ClientId, PoolId};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal, or a fault of the server itself. No variant carries a secret or a person's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub enum Error {
    // Sign-in
    IncorrectUsernameOrPassword,
    PasswordAttemptsExceeded,
    UserDisabled,
    UserNotConfirmed,
    PasswordResetRequired,
    TemporaryPasswordExpired,
    AuthFlowNotEnabled(&'static str),
    AdminAuthFlowNotEnabled,
    InitiateAuthNotSupported,
    MissingParameter(&'static str),
    InvalidSession,
    SessionExpired,
    SessionAlreadyUsed,
    CannotModifyProvidedAttribute(String),
    /// A second factor is due and the user can have none that the pool allows.
    NoSecondFactor,
    /// No level of `TARGET_ACR_VALUES` can be reached with the factors that the user has.
    AcrOutOfReach,
    /// The session of `ACCESS_TOKEN` has reached the level already.
    AcrAlreadyReached,
    /// A setting restricts who gets in and this build cannot enforce it.
    SettingNotEnforced(&'static str),
    /// A message would have to be sent and nobody carries it.
    NoTransport,

    // Client authentication
    ClientSecretMissing(ClientId),
    ClientSecretMismatch(ClientId),
    RefreshSecretMismatch(ClientId),
    InvalidClientOrSecret,

    // Tokens
    AccessTokenExpired,
    AccessTokenRevoked,
    AccessTokenLacksScope,
    AccessTokenInvalid,
    AccessTokenSignature,
    RefreshTokenInvalid,
    RefreshTokenRevoked,
    RefreshTokenExpired,
    RefreshTokenReused,
    UnsupportedTokenType,
    RevocationNotEnabled,
    TokenOfAnotherClient,

    // Users and names
    UserNotFound,
    UsernameClientCombinationNotFound,
    UsernameExists,
    /// The e-mail address or phone number is taken (pools where it is the username).
    SignInAttributeExists(&'static str),
    /// At confirmation: another user owns the alias.
    AliasExistsAtConfirmation(&'static str),
    /// At an update of attributes: another user owns the alias.
    AliasExists(&'static str),
    SignUpNotPermitted,
    UserCannotBeConfirmed(&'static str),
    UserAlreadyConfirmed,
    PasswordCannotBeReset,
    ContactAdministratorToReset,
    NoVerifiedRecoveryAttribute,
    AutoVerificationOff,
    ResendNotPossible(String),
    UnauthorizedAttributeWrite,

    // Factors
    /// The pool has no software token factor.
    SoftwareTokenNotEnabled,
    /// The first code of a software token is wrong.
    SoftwareTokenMismatch,
    /// The code's time step, or a later one, was used already.
    SoftwareTokenUsed,
    /// The factors named lack what they need: an address, or a verified token.
    FactorNotSetUp(&'static str),

    // Codes
    CodeMismatch,
    /// The code answers a challenge of a sign-in.
    ChallengeCodeMismatch,
    CodeExpired,
    AttemptLimitExceeded,

    // Passkeys
    WebAuthnNotEnabled,
    WebAuthnConfigurationMissing,
    WebAuthnChallengeNotFound,
    WebAuthnClientMismatch,
    WebAuthnOriginNotAllowed,
    WebAuthnRelyingPartyMismatch,
    WebAuthnCredentialNotSupported(&'static str),

    // Passwords
    InvalidPassword(&'static str),
    PasswordUsedBefore,

    // Things
    PoolNotFound(PoolId),
    ClientNotFound(ClientId),
    GroupNotFound,
    GroupExists,
    /// No session of the user has this id, or the pool does not track sessions.
    UserSessionNotFound,
    /// The session that the presented access token belongs to.
    CurrentUserSession,
    DeviceNotFound,
    /// ConfirmDevice of a key that did not come with the sign-in of the access token.
    InvalidDeviceKey,
    DeviceKeyExists,
    NotFound(String),
    LimitExceeded(String),
    InvalidPoolConfiguration(String),
    FeatureUnavailableInTier(String),
    ScopeDoesNotExist(String),
    InvalidOauthFlow(String),

    /// Any other input that cannot be accepted, with the text the caller reads.
    InvalidParameter(String),
    /// The same thing was changed by someone else at the same moment.
    ConcurrentModification,
    TooManyRequests,
    /// More than the account may have.
    ServiceQuotaExceeded(String),
    OperationNotEnabled(String),

    /// A fault of the server. The text is for the log, never for the caller.
    Internal(String),
}

impl Error {
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::InvalidParameter(text.into())
    }

    pub fn internal(text: impl std::fmt::Display) -> Self {
        Self::Internal(text.to_string())
    }
}
