//! Why the program ends before its time.

use std::fmt;
use std::process::ExitCode;

#[derive(Debug)]
pub enum Failure {
    /// It must not start like this, now or when it is started again: status 78 (EX_CONFIG of sysexits.h).
    Refused(String),
    /// It could not go on: status 1.
    Failed(String),
}

impl Failure {
    pub fn status(&self) -> ExitCode {
        match self {
            Self::Refused(_) => ExitCode::from(78),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Failed(text) => f.write_str(text),
        }
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        match error {
            domain::Error::Internal(text) => Self::Failed(text),
            other => Self::Failed(other.to_string()),
        }
    }
}
