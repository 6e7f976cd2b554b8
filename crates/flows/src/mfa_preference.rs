//! SetUserMFAPreference, AdminSetUserMFAPreference and the older SetUserSettings: which second factors a user
//! chose.

use domain::factors::{Factor, Factors};
use domain::{Error, Pool, Result, User};
use storage::users::Credentials;

use crate::cx::PoolCx;
use crate::names::Claim;
use crate::users;

/// What is asked of one factor; what is absent stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    pub enabled: Option<bool>,
    pub preferred: Option<bool>,
}

/// What is asked of all of them.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub factors: Vec<(Factor, Wish)>,
    pub passkey: Option<bool>,
}

/// Stores the user's choice. Sign-ins under way begin anew, since what they were asked for may have changed.
pub async fn set(cx: &PoolCx, user: &User, wishes: &Wishes) -> Result<()> {
    users::retry(cx, user, |user| async move {
        let factors = chosen(cx.pool(), &user, wishes)?;
        let after = User { factors, ..user.clone() };
        users::update(cx, &user, &after, Credentials::Changed, Claim::Update, Vec::new()).await
    })
    .await
}

fn chosen(pool: &Pool, user: &User, wishes: &Wishes) -> Result<Factors> {
    let mut factors = user.factors;
    if wishes.factors.iter().filter(|(_, wish)| wish.preferred == Some(true)).count() > 1 {
        return Err(Error::invalid("Only one factor can be set as preferred."));
    }
    for (factor, wish) in &wishes.factors {
        let preferred = wish.preferred == Some(true);
        let enabled = preferred || wish.enabled.unwrap_or_else(|| factors.chose(*factor));
        if enabled {
            check_possible(pool, user, *factor)?;
        }
        factors.choose(*factor, enabled);
        if preferred {
            factors.preferred = Some(*factor);
        } else if factors.preferred == Some(*factor) && (!enabled || wish.preferred == Some(false)) {
            factors.preferred = None;
        }
    }
    factors.passkey = wishes.passkey.unwrap_or(factors.passkey);
    if wishes.passkey == Some(true) && !pool.passkey_is_multi_factor() {
        return Err(Error::invalid("Passkeys are not a multi-factor method of this user pool."));
    }
    if factors.passkey && factors.chosen().next().is_none() {
        return Err(Error::invalid("Passkey MFA requires another MFA method to be active."));
    }
    Ok(factors)
}

fn check_possible(pool: &Pool, user: &User, factor: Factor) -> Result<()> {
    if user.has_factor(factor) && pool.offers(factor) {
        Ok(())
    } else {
        Err(Error::FactorNotSetUp(factor.as_str()))
    }
}
