//! STS's errors: a code, a status and a text.

use domain::Error;

use crate::authenticate::Fault;

#[derive(Debug)]
pub(super) struct StsError {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

impl StsError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn too_large() -> Self {
        Self::new(413, "RequestEntityTooLarge", "The request body is too large.")
    }

    pub(super) fn missing_action() -> Self {
        Self::new(400, "MissingAction", "The request must contain the parameter Action.")
    }

    pub(super) fn unknown_action(action: &str, version: &str) -> Self {
        let text = format!("Could not find operation {action} for version {version}");
        Self::new(400, "InvalidAction", text)
    }

    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, "MalformedInput", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    /// A parameter, by its name in the request, that fails a constraint of the model. Its value is not repeated: it
    /// may be a secret.
    pub(super) fn constraint(name: &str, fault: &str) -> Self {
        let mut chars = name.chars();
        let first = chars.next().map(|c| c.to_ascii_lowercase());
        let member: String = first.into_iter().chain(chars).collect();
        Self::invalid(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: {fault}"
        ))
    }

    pub(super) fn access_denied(arn: &str, action: &str, resource: &str) -> Self {
        let text = format!("User: {arn} is not authorized to perform: {action} on resource: {resource}");
        Self::new(403, "AccessDenied", text)
    }

    pub(super) fn web_identity_denied() -> Self {
        Self::new(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    }

    pub(super) fn invalid_identity_token(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidIdentityToken", message)
    }
}

impl From<Fault> for StsError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Signature(error) => {
                let (code, status) = error.query();
                Self::new(status, code, error.message())
            }
            Fault::Failed(error) => error.into(),
        }
    }
}

/// What is no refusal of STS's own is a fault of ours.
impl From<Error> for StsError {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "STS");
        Self::new(500, "InternalFailure", "Internal server error.")
    }
}
