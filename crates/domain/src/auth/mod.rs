//! Sign-in as one pure state machine: which flows may begin, what each proof leads to, when tokens are due.
//! No I/O and no cryptography: proofs arrive as facts.

mod flow;

pub use flow::{Flow, Surface, begin};

use crate::time::Time;
use crate::user::{User, UserStatus};
use crate::{Error, Result};

/// What an attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Step {
    /// PASSWORD_VERIFIER: the SRP proof.
    PasswordVerifier,
    /// NEW_PASSWORD_REQUIRED: a password to replace the temporary one.
    NewPasswordRequired,
}

impl Step {
    pub const ALL: [Self; 2] = [Self::PasswordVerifier, Self::NewPasswordRequired];

    /// Its `ChallengeName`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordVerifier => "PASSWORD_VERIFIER",
            Self::NewPasswordRequired => "NEW_PASSWORD_REQUIRED",
        }
    }
}

/// What has been proved so far in an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The present password, in plain or by SRP.
    pub password: bool,
    /// A temporary password has been replaced.
    pub new_password: bool,
}

/// Where an attempt goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    Challenge(Step),
    Grant,
    Deny(Error),
}

/// Decides what follows. `temporary_until` is the end of a temporary password's life.
pub fn next(user: &User, temporary_until: Option<Time>, proofs: Proofs, now: Time) -> Next {
    if !proofs.password {
        return Next::Deny(Error::IncorrectUsernameOrPassword);
    }
    if !user.enabled {
        return Next::Deny(Error::UserDisabled);
    }
    match user.status {
        UserStatus::Confirmed => Next::Grant,
        UserStatus::Unconfirmed => Next::Deny(Error::UserNotConfirmed),
        UserStatus::ResetRequired => Next::Deny(Error::PasswordResetRequired),
        // Such a user has no password of its own to prove.
        UserStatus::ExternalProvider => Next::Deny(Error::IncorrectUsernameOrPassword),
        UserStatus::ForceChangePassword if proofs.new_password => Next::Grant,
        UserStatus::ForceChangePassword if temporary_until.is_some_and(|until| now >= until) => {
            Next::Deny(Error::TemporaryPasswordExpired)
        }
        UserStatus::ForceChangePassword => Next::Challenge(Step::NewPasswordRequired),
    }
}

/// Checks that the challenge answered is the one the attempt waits for.
pub fn expect(waiting_for: Step, answered: Step) -> Result<()> {
    if waiting_for == answered { Ok(()) } else { Err(Error::InvalidSession) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    fn user(status: UserStatus, enabled: bool) -> User {
        User {
            id: UserId::new("u"),
            username: "u".into(),
            status,
            enabled,
            attributes: Default::default(),
            pending: Default::default(),
            version: 1,
            credential_version: 1,
            created_at: Time::default(),
            modified_at: Time::default(),
        }
    }

    /// Every combination of facts: tokens come in exactly one way each.
    #[test]
    fn tokens_need_every_proof() {
        let now = Time::from_secs(100);
        for status in UserStatus::ALL {
            for enabled in [false, true] {
                for temporary_until in [None, Some(Time::from_secs(100)), Some(Time::from_secs(101))] {
                    for password in [false, true] {
                        for new_password in [false, true] {
                            let proofs = Proofs { password, new_password };
                            let outcome = next(&user(status, enabled), temporary_until, proofs, now);
                            let due = password
                                && enabled
                                && (status == UserStatus::Confirmed
                                    || (status == UserStatus::ForceChangePassword && new_password));
                            assert_eq!(
                                outcome == Next::Grant,
                                due,
                                "{status:?} {enabled} {proofs:?}: {outcome:?}"
                            );
                            if !password {
                                assert_eq!(outcome, Next::Deny(Error::IncorrectUsernameOrPassword));
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_temporary_password_must_be_replaced_while_it_lives() {
        let (now, proofs) = (Time::from_secs(100), Proofs { password: true, new_password: false });
        let user = user(UserStatus::ForceChangePassword, true);
        assert_eq!(next(&user, Some(now), proofs, now), Next::Deny(Error::TemporaryPasswordExpired));
        let later = Some(Time::from_secs(101));
        assert_eq!(next(&user, later, proofs, now), Next::Challenge(Step::NewPasswordRequired));
    }
}
