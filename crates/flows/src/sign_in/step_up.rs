//! The level that a USER_AUTH asks for: `TARGET_ACR_VALUES`, `ACCESS_TOKEN` and `MAX_AGE`.
//!
//! An access token shows what its session proved, so that it need not be proved again toward a higher level. A
//! session that is another user's or client's, revoked or expired is refused; one of credentials that have changed
//! since, or older than `MAX_AGE`, is worth nothing and refuses nothing.

use domain::acr::{Goal, Level, Methods};
use domain::{Error, Result};

use super::course::{Course, Credited};
use super::{Parameters, optional};
use crate::cx::{ClientCx, UserCx};
use crate::{access_token, subject};

/// What was asked for.
#[derive(Default)]
pub(super) struct StepUp {
    /// The levels of `TARGET_ACR_VALUES` that the pool knows, the most wanted first; empty where none is asked for.
    levels: Vec<Level>,
    credit: Methods,
    credited: Option<Credited>,
    /// An access token says who is asking.
    pub(super) by_its_user: bool,
}

impl StepUp {
    /// Reads the three parameters of a USER_AUTH for the user of this name.
    pub(super) async fn read(cx: &ClientCx, name: &str, parameters: &Parameters) -> Result<Self> {
        let max_age = optional(parameters, "MAX_AGE").map(seconds).transpose()?;
        let token = optional(parameters, "ACCESS_TOKEN");
        let Some(values) = optional(parameters, "TARGET_ACR_VALUES") else {
            return match token {
                Some(_) => Err(Error::invalid("ACCESS_TOKEN requires TARGET_ACR_VALUES.")),
                None => Ok(Self::default()),
            };
        };
        if !cx.pool().has_step_up() {
            return Err(Error::FeatureUnavailableInTier(
                "Step-up authentication is not available in the feature plan LITE.".into(),
            ));
        }
        let levels: Vec<Level> = values.split(' ').filter_map(|value| cx.pool().acr_level(value)).collect();
        if levels.is_empty() {
            return Err(Error::invalid("TARGET_ACR_VALUES contains no ACR value of this user pool."));
        }
        let asked = Self { levels, ..Self::default() };
        let Some(token) = token else { return Ok(asked) };
        let bearer = bearer(cx, name, token).await?;
        let asked = Self { by_its_user: true, ..asked };
        let Some(credit) = credit(&bearer, max_age) else { return Ok(asked) };
        let session = bearer.session.id.clone();
        let credited = Credited { session, device_key: bearer.session.device_key.clone() };
        Ok(Self { credit, credited: Some(credited), ..asked })
    }

    /// Sets the course for the first level asked for that `can_reach` finds within reach.
    pub(super) fn aim(&self, course: &Course, can_reach: impl Fn(Goal) -> bool) -> Result<Course> {
        if self.levels.is_empty() {
            return Ok(course.clone());
        }
        let mut goals = self.levels.iter().map(|level| Goal { target: Some(*level), credit: self.credit });
        let goal = goals.find(|goal| can_reach(*goal)).ok_or(Error::AcrOutOfReach)?;
        if !goal.is_beyond(goal.credit) {
            return Err(Error::AcrAlreadyReached);
        }
        Ok(Course { goal, credited: self.credited.clone(), ..course.clone() })
    }
}

/// `MAX_AGE`: digits, within what a second count can be.
fn seconds(text: &str) -> Result<i64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let parsed = text.parse().ok().filter(|_| digits);
    parsed.ok_or_else(|| Error::invalid("MAX_AGE must be a non-negative number of seconds."))
}

/// The signed-in user of the access token, who must be the one that signs in, by the same client.
async fn bearer(cx: &ClientCx, name: &str, token: &str) -> Result<UserCx> {
    let bearer = access_token::authenticate(&cx.services, cx.caller.clone(), token).await?;
    if bearer.client.id == cx.client.id && subject::is_named(cx, &bearer.user, name).await? {
        Ok(bearer)
    } else {
        Err(Error::AccessTokenInvalid)
    }
}

/// What the session proved, while the user's credentials are those that it was proved with.
fn credit(bearer: &UserCx, max_age: Option<i64>) -> Option<Methods> {
    let age = bearer.now().secs().saturating_sub(bearer.session.auth_time.secs());
    let fresh = max_age.is_none_or(|max_age| age <= max_age);
    let proved = bearer.session.authentication.as_ref()?;
    (fresh && proved.credential_version == bearer.user.credential_version).then_some(proved.methods)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_of_seconds() {
        assert_eq!((seconds("0"), seconds("86400")), (Ok(0), Ok(86400)));
        assert_eq!(seconds(&i64::MAX.to_string()), Ok(i64::MAX));
        for bad in ["-1", "+1", "1.5", "1e3", "ten", " 1", "1 ", "0x10", "9223372036854775808", "٣"] {
            assert!(matches!(seconds(bad), Err(Error::InvalidParameter(_))), "{bad}");
        }
    }
}
