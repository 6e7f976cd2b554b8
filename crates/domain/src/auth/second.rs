//! Which second factor is due after the first: one that pool or user demand, or one that the level to reach needs.

use wire::cognito_idp::shapes::UserPoolMfaType;

use super::{Facts, Proofs};
use crate::acr::Methods;
use crate::factors::Factor;

/// What stands between a proved first factor and tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    One(Factor),
    /// `SELECT_MFA_TYPE` among these.
    Choice(Vec<Factor>),
    /// `MFA_SETUP` with one of these.
    SetUp(Vec<Factor>),
    /// A second factor is due and the user can have none.
    Impossible,
    /// No second factor that the user has leads to the level to reach.
    OutOfReach,
}

/// Whether the pool or the user asks for a second factor.
pub fn demanded(facts: &Facts<'_>) -> bool {
    match facts.pool.mfa_configuration() {
        UserPoolMfaType::Off => false,
        UserPoolMfaType::On => true,
        UserPoolMfaType::Optional => {
            facts.pool.second_factors().any(|factor| facts.user.factors.chose(factor))
        }
    }
}

/// The second factor that is due beside these methods. Of several that are demanded, those count that lead to the
/// level to reach; where none is demanded, any that is set up and does.
pub fn due(facts: &Facts<'_>, methods: Methods) -> Due {
    let (demanded, short) = (demanded(facts), facts.is_short(methods));
    if !demanded && !short {
        return Due::Nothing;
    }
    let asked = |factor: &Factor| {
        (if demanded { is_eligible(facts, *factor) } else { is_set_up(facts, *factor) })
            && !(short && facts.is_short(methods.with((*factor).into())))
    };
    let askable: Vec<Factor> = facts.pool.second_factors().filter(asked).collect();
    let preferred = facts.user.factors.preferred.filter(|factor| askable.contains(factor));
    match (preferred, askable.as_slice()) {
        (Some(preferred), _) => Due::One(preferred),
        (None, [only]) => Due::One(*only),
        // Setting a factor up leads to no level.
        (None, []) if short => Due::OutOfReach,
        (None, []) => set_up(facts),
        (None, _) => Due::Choice(askable),
    }
}

/// Whether this factor may be set up within the sign-in: the user has none, and needs one.
pub fn can_set_up(facts: &Facts<'_>, proofs: Proofs, factor: Factor) -> bool {
    let due = due(facts, proofs.methods(facts.goal.credit));
    matches!(due, Due::SetUp(factors) if factors.contains(&factor))
}

/// A passkey whose authenticator verified the user stands for both factors, where pool and user have it so.
pub fn passkey_counts_twice(facts: &Facts<'_>) -> bool {
    facts.pool.passkey_is_multi_factor() && facts.user.factors.passkey
}

/// Whether the user can be asked for the factor now. Where the pool demands a second factor, one that is
/// there counts without being chosen, unless the password can be reset by the same channel.
fn is_eligible(facts: &Facts<'_>, factor: Factor) -> bool {
    let (pool, user) = (facts.pool, facts.user);
    let on = pool.mfa_configuration() == UserPoolMfaType::On;
    user.has_factor(factor) && (user.factors.chose(factor) || on && !pool.is_primary_recovery(factor))
}

/// Whether the user has the factor ready, so that a level to reach can ask for it although nothing else does: the pool
/// has MFA, and the user chose the factor, or proved it once and cannot reset the password by it.
fn is_set_up(facts: &Facts<'_>, factor: Factor) -> bool {
    let (pool, user) = (facts.pool, facts.user);
    let proved = factor.medium().is_none_or(|medium| user.is_verified(medium.attribute()));
    pool.mfa_configuration() != UserPoolMfaType::Off
        && user.has_factor(factor)
        && (user.factors.chose(factor) || proved && !pool.is_primary_recovery(factor))
}

fn set_up(facts: &Facts<'_>) -> Due {
    if facts.pool.mfa_configuration() != UserPoolMfaType::On {
        return Due::Impossible;
    }
    let factors: Vec<Factor> =
        facts.pool.second_factors().filter(|factor| !facts.pool.is_primary_recovery(*factor)).collect();
    if factors.is_empty() { Due::Impossible } else { Due::SetUp(factors) }
}
