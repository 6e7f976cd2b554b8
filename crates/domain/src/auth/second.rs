//! Which second factor is due after the first.

use wire::cognito_idp::shapes::UserPoolMfaType;

use super::Facts;
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

/// The second factor that is due, whatever has been proved so far.
pub fn due(facts: &Facts<'_>) -> Due {
    if !demanded(facts) {
        return Due::Nothing;
    }
    let eligible: Vec<Factor> = facts.pool.second_factors().filter(|f| is_eligible(facts, *f)).collect();
    let preferred = facts.user.factors.preferred.filter(|factor| eligible.contains(factor));
    match (preferred, eligible.as_slice()) {
        (Some(preferred), _) => Due::One(preferred),
        (None, [only]) => Due::One(*only),
        (None, []) => set_up(facts),
        (None, _) => Due::Choice(eligible),
    }
}

/// Whether this factor may be set up within the sign-in: the user has none, and needs one.
pub fn can_set_up(facts: &Facts<'_>, factor: Factor) -> bool {
    matches!(due(facts), Due::SetUp(factors) if factors.contains(&factor))
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

fn set_up(facts: &Facts<'_>) -> Due {
    if facts.pool.mfa_configuration() != UserPoolMfaType::On {
        return Due::Impossible;
    }
    let factors: Vec<Factor> =
        facts.pool.second_factors().filter(|factor| !facts.pool.is_primary_recovery(*factor)).collect();
    if factors.is_empty() { Due::Impossible } else { Due::SetUp(factors) }
}
