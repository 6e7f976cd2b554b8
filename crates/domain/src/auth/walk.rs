//! A breadth-first walk of the machine over every answer and choice: what the tests judge, and what the table in
//! the documentation is made from.

use std::collections::{HashSet, VecDeque};

use super::{Attempt, Choice, Facts, First, FirstFactor, Next, Proof, Proofs, Step, next};
use crate::factors::Factor;
use crate::message::Medium;
use crate::user::{User, UserStatus};
use crate::{Error, Result};

/// What someone can do to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    Prove(Proof),
    Choose(Choice),
}

/// An attempt with the user as its steps left it, and what was really proved on the way.
#[derive(Clone, Debug)]
pub struct State {
    pub attempt: Attempt,
    pub user: User,
    pub made: Vec<Proof>,
}

/// Where a move leads.
#[derive(Clone, Debug)]
pub enum Outcome {
    Waits(Box<State>),
    /// Tokens, after what was `made` and what the machine takes for proved.
    Granted {
        made: Vec<Proof>,
        proofs: Proofs,
    },
    Denied(Error),
    /// The move does not fit the attempt.
    Refused(Error),
}

/// One move of the walk.
#[derive(Clone, Debug)]
pub struct Transition {
    pub from: Attempt,
    pub by: Move,
    pub to: Outcome,
}

/// Every move there is.
pub fn moves() -> Vec<Move> {
    let firsts = [
        First::Password,
        First::Otp(Medium::Email),
        First::Otp(Medium::Sms),
        First::Passkey { verified: false, roaming: false },
        First::Passkey { verified: true, roaming: false },
        First::Passkey { verified: true, roaming: true },
        First::Credited,
    ];
    let mut moves: Vec<Move> = firsts.map(|first| Move::Prove(Proof::First(first))).into();
    moves.extend([
        Move::Prove(Proof::NewPassword),
        Move::Prove(Proof::Device),
        Move::Choose(Choice::SrpHalf),
    ]);
    for factor in Factor::ALL {
        moves.extend([Move::Prove(Proof::Second(factor)), Move::Prove(Proof::SetUp(factor))]);
        moves.extend([Move::Choose(Choice::Second(factor)), Move::Choose(Choice::SetUp(factor))]);
    }
    moves.extend(FirstFactor::ALL.map(|factor| Move::Choose(Choice::First(factor))));
    moves
}

/// Every move from every state that can be reached from `start`, nearest first.
pub fn walk(facts: &Facts<'_>, start: Attempt) -> Vec<Transition> {
    let first = State { attempt: start, user: facts.user.clone(), made: Vec::new() };
    let mut seen = HashSet::from([(first.attempt, first.made.clone())]);
    let mut waiting = VecDeque::from([first]);
    let mut transitions = Vec::new();
    while let Some(state) = waiting.pop_front() {
        for by in moves() {
            let to = apply(facts, &state, by).unwrap_or_else(Outcome::Refused);
            if let Outcome::Waits(state) = &to
                && seen.insert((state.attempt, state.made.clone()))
            {
                waiting.push_back((**state).clone());
            }
            transitions.push(Transition { from: state.attempt, by, to });
        }
    }
    transitions
}

fn apply(facts: &Facts<'_>, state: &State, by: Move) -> Result<Outcome> {
    let mut state = state.clone();
    match by {
        Move::Choose(choice) => {
            let facts = Facts { user: &state.user, ..*facts };
            let step = state.attempt.choose(&facts, choice)?;
            // A software token is verified before MFA_SETUP is answered.
            state.user.factors.has_software_token |= choice == Choice::SetUp(Factor::SoftwareToken);
            state.attempt = state.attempt.waiting_for(step);
            Ok(Outcome::Waits(Box::new(state)))
        }
        Move::Prove(proof) => {
            let proofs = state.attempt.proved(proof)?;
            state.made.push(proof);
            change(&mut state.user, proof);
            let step = match next(&Facts { user: &state.user, ..*facts }, proofs) {
                Next::Grant => return Ok(Outcome::Granted { made: state.made, proofs }),
                Next::Deny(error) => return Ok(Outcome::Denied(error)),
                next => step_of(&next),
            };
            state.attempt = Attempt { step: step.ok_or(Error::InvalidSession)?, proofs };
            Ok(Outcome::Waits(Box::new(state)))
        }
    }
}

/// Where a sign-in waits that goes on from the password of an access token, if it can.
pub fn credited(facts: &Facts<'_>) -> Option<Attempt> {
    let proofs = Proofs::credited();
    Some(Attempt { step: step_of(&next(facts, proofs))?, proofs })
}

/// The step that asks for what follows, unless that is an end.
fn step_of(next: &Next) -> Option<Step> {
    Some(match next {
        Next::Grant | Next::Deny(_) => return None,
        Next::NewPassword => Step::NewPasswordRequired,
        Next::Second(factor) => Step::Second(*factor),
        Next::SelectMfaType(_) => Step::SelectMfaType,
        Next::MfaSetup(_) => Step::MfaSetup,
        Next::Device => Step::DeviceSrpAuth,
    })
}

/// What a proof does to the user.
fn change(user: &mut User, proof: Proof) {
    match proof {
        Proof::NewPassword => user.status = UserStatus::Confirmed,
        Proof::First(First::Otp(_)) if user.status == UserStatus::Unconfirmed => {
            user.status = UserStatus::Confirmed;
        }
        Proof::SetUp(Factor::Email) => {
            user.attributes.insert("email".into(), "set-up@example.com".into());
        }
        _ => {}
    }
}
