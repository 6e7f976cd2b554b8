//! Sign-in as one pure state machine: which flows may begin, what each proof leads to, when tokens are due.
//! No I/O and no cryptography: proofs arrive as facts.
//!
//! An [`Attempt`] is all that is remembered between two requests. It moves in two ways: by a [`Proof`], after
//! which [`next`] says what follows, or by a choice ([`Attempt::choose`]), which proves nothing.
//!
//! A [`Goal`] comes on top of what pool and user demand: it makes steps due that would not be, and takes none away.
//! What an access token shows to be done counts for the level to reach and for nothing else.

mod first;
mod flow;
mod second;
mod step;
#[cfg(test)]
mod tests;
pub mod walk;

pub use first::{First, FirstFactor, available, check_reach, check_reach_by, reachable, simulated};
pub use flow::{Flow, Surface, begin};
pub use second::{Due, can_set_up, demanded, due};
use serde::{Deserialize, Serialize};
pub use step::{Proof, Step};

use crate::acr::{Goal, Level, Method, Methods};
use crate::factors::Factor;
use crate::pool::Pool;
use crate::time::Time;
use crate::user::{User, UserStatus};
use crate::{Error, Result, recovery};

/// What is true of pool and user while a step is judged.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub pool: &'a Pool,
    pub user: &'a User,
    pub has_password: bool,
    /// The end of a temporary password's life.
    pub temporary_until: Option<Time>,
    pub has_passkey: bool,
    /// The attempt names a device that the user remembers.
    pub device: bool,
    pub goal: Goal,
    pub now: Time,
}

impl<'a> Facts<'a> {
    /// Of a user of whom nothing else is known.
    pub fn of(pool: &'a Pool, user: &'a User, now: Time) -> Self {
        Self {
            pool,
            user,
            has_password: false,
            temporary_until: None,
            has_passkey: false,
            device: false,
            goal: Goal::default(),
            now,
        }
    }

    /// The level that these methods reach together. A code by the channel that resets the password adds nothing to
    /// the password: who has the one has the other.
    pub fn level(&self, methods: Methods) -> Option<Level> {
        let resets = |factor: &Factor| recovery::resets_by(self.pool, self.user, *factor);
        let beside = Factor::ALL.into_iter().filter(resets).fold(methods, |rest, f| rest.without(f.into()));
        beside.level().max(methods.without(Method::Password).level())
    }

    /// Whether these methods are not enough for the level to reach.
    pub fn is_short(&self, methods: Methods) -> bool {
        self.goal.target.is_some() && self.level(methods) < self.goal.target
    }
}

/// What has been proved so far in an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proofs {
    pub first: Option<First>,
    /// A temporary password has been replaced.
    pub new_password: bool,
    /// A second factor, which may have been set up in this attempt.
    pub second: Option<Factor>,
    /// The second factor was set up: it says nothing of who the user was before.
    pub set_up: bool,
    /// The device's secret.
    pub device: bool,
}

impl Proofs {
    /// Of an attempt that goes on from the password of an access token.
    pub fn credited() -> Self {
        Self { first: Some(First::Credited), ..Self::default() }
    }

    /// The methods completed, those of the credit among them.
    pub fn methods(&self, credit: Methods) -> Methods {
        let first = match self.first {
            None | Some(First::Credited) => None,
            Some(First::Password) => Some(Method::Password),
            Some(First::Otp(medium)) => Some(medium.into()),
            Some(First::Passkey { roaming: true, .. }) => Some(Method::RoamingPasskey),
            Some(First::Passkey { roaming: false, .. }) => Some(Method::PlatformPasskey),
        };
        let second = self.second.filter(|_| !self.set_up).map(Method::from);
        first.into_iter().chain(second).fold(credit, Methods::with)
    }
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    pub step: Step,
    pub proofs: Proofs,
}

/// Where a choice leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// An answer to SELECT_CHALLENGE.
    First(FirstFactor),
    /// PASSWORD_SRP and DEVICE_SRP_AUTH: the client's half has arrived.
    SrpHalf,
    /// An answer to SELECT_MFA_TYPE.
    Second(Factor),
    /// MFA_SETUP by this factor: its code was sent, or its token was verified.
    SetUp(Factor),
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    NewPassword,
    Second(Factor),
    SelectMfaType(Vec<Factor>),
    MfaSetup(Vec<Factor>),
    Device,
    Grant,
    Deny(Error),
}

impl Attempt {
    pub fn at(step: Step) -> Self {
        Self { step, proofs: Proofs::default() }
    }

    /// The same attempt waiting for another step.
    #[must_use]
    pub const fn waiting_for(self, step: Step) -> Self {
        Self { step, ..self }
    }

    /// What is proved once `proof` is, which must be what the attempt waits for.
    pub fn proved(self, proof: Proof) -> Result<Proofs> {
        if !self.step.admits(proof) {
            return Err(Error::InvalidSession);
        }
        let mut proofs = self.proofs;
        match proof {
            Proof::First(first) => proofs.first = Some(first),
            Proof::NewPassword => proofs.new_password = true,
            Proof::Second(factor) => (proofs.second, proofs.set_up) = (Some(factor), false),
            Proof::SetUp(factor) => (proofs.second, proofs.set_up) = (Some(factor), true),
            Proof::Device => proofs.device = true,
        }
        Ok(proofs)
    }

    fn methods(self, facts: &Facts<'_>) -> Methods {
        self.proofs.methods(facts.goal.credit)
    }

    /// The step that a choice leads to, if the user has it.
    pub fn choose(self, facts: &Facts<'_>, choice: Choice) -> Result<Step> {
        let step = match (self.step, choice) {
            (Step::SelectChallenge, Choice::First(factor)) => {
                available(facts).contains(&factor).then(|| Step::of_first(factor))
            }
            (Step::PasswordSrp, Choice::SrpHalf) => Some(Step::PasswordVerifier),
            (Step::DeviceSrpAuth, Choice::SrpHalf) => Some(Step::DevicePasswordVerifier),
            (Step::SelectMfaType, Choice::Second(factor)) => match due(facts, self.methods(facts)) {
                Due::Choice(factors) => factors.contains(&factor).then_some(Step::Second(factor)),
                _ => None,
            },
            (Step::MfaSetup, Choice::SetUp(factor)) if !can_set_up(facts, self.proofs, factor) => None,
            (Step::MfaSetup, Choice::SetUp(factor)) => match factor {
                Factor::Email => Some(Step::EmailSetup),
                Factor::SoftwareToken => Some(Step::MfaSetupDone),
                Factor::Sms => None,
            },
            _ => return Err(Error::InvalidSession),
        };
        step.ok_or_else(|| Error::invalid("The selected challenge is not available for this user."))
    }
}

/// Decides what follows from what has been proved.
pub fn next(facts: &Facts<'_>, proofs: Proofs) -> Next {
    let Some(first) = proofs.first else { return Next::Deny(Error::IncorrectUsernameOrPassword) };
    if !facts.user.enabled {
        return Next::Deny(Error::UserDisabled);
    }
    if let Some(next) = by_status(facts, first, proofs) {
        return next;
    }
    let short = facts.is_short(proofs.methods(facts.goal.credit));
    let device_due = facts.device && first == First::Password && !proofs.device;
    match second_due(facts, first, proofs) {
        // Credit alone is no sign-in: something must be proved now.
        Due::Nothing | Due::SetUp(_) if first == First::Credited && proofs.second.is_none() => {
            Next::Deny(Error::AcrAlreadyReached)
        }
        Due::Nothing if device_due => Next::Device,
        Due::Nothing => Next::Grant,
        Due::One(_) | Due::Choice(_) if device_due && !short && facts.pool.device_replaces_mfa() => {
            Next::Device
        }
        Due::One(factor) => Next::Second(factor),
        Due::Choice(factors) => Next::SelectMfaType(factors),
        Due::SetUp(factors) => Next::MfaSetup(factors),
        Due::Impossible => Next::Deny(Error::NoSecondFactor),
        Due::OutOfReach => Next::Deny(Error::AcrOutOfReach),
    }
}

/// What the user's status demands or forbids, before any second factor.
fn by_status(facts: &Facts<'_>, first: First, proofs: Proofs) -> Option<Next> {
    match (facts.user.status, first) {
        (UserStatus::Confirmed, First::Credited) if !facts.goal.credit.contains(Method::Password) => {
            Some(Next::Deny(Error::IncorrectUsernameOrPassword))
        }
        (UserStatus::Confirmed, _) => None,
        // The code proves the address, which is what confirming is about.
        (UserStatus::Unconfirmed, First::Otp(_)) => None,
        (UserStatus::Unconfirmed, _) => Some(Next::Deny(Error::UserNotConfirmed)),
        (UserStatus::ResetRequired, _) => Some(Next::Deny(Error::PasswordResetRequired)),
        (UserStatus::ForceChangePassword, First::Password) if proofs.new_password => None,
        (UserStatus::ForceChangePassword, First::Password) => {
            let expired = facts.temporary_until.is_some_and(|until| facts.now >= until);
            Some(if expired { Next::Deny(Error::TemporaryPasswordExpired) } else { Next::NewPassword })
        }
        // Such a user has nothing of its own to prove.
        (UserStatus::ForceChangePassword | UserStatus::ExternalProvider, _) => {
            Some(Next::Deny(Error::IncorrectUsernameOrPassword))
        }
    }
}

/// The second factor still due.
fn second_due(facts: &Facts<'_>, first: First, proofs: Proofs) -> Due {
    let methods = proofs.methods(facts.goal.credit);
    let due = due(facts, methods);
    if due == Due::Nothing {
        return due;
    }
    if facts.is_short(methods) {
        // Only a factor that follows a password leads higher, and there is but one.
        let follows = matches!(first, First::Password | First::Credited) && proofs.second.is_none();
        return if follows { due } else { Due::OutOfReach };
    }
    match first {
        _ if proofs.second.is_some() => Due::Nothing,
        First::Password if proofs.device && facts.pool.device_replaces_mfa() && due_is_there(&due) => {
            Due::Nothing
        }
        First::Password | First::Credited => due,
        First::Passkey { verified: true, .. } if second::passkey_counts_twice(facts) => Due::Nothing,
        First::Passkey { .. } | First::Otp(_) => Due::Impossible,
    }
}

/// A remembered device stands for a factor that the user has, not for one it must set up.
fn due_is_there(due: &Due) -> bool {
    matches!(due, Due::One(_) | Due::Choice(_))
}
