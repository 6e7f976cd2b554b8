//! The level that a USER_AUTH asks for: `TARGET_ACR_VALUES`, `ACCESS_TOKEN` and `MAX_AGE`.
//!
//! An access token shows what its session proved, so that it need not be proved again toward a higher level. A
//! session that is another user's or client's, revoked or expired is refused; one of credentials that have changed
//! since, or with a proof older than `MAX_AGE`, is worth nothing and refuses nothing.

use domain::acr::Level;
use domain::{Error, Result, User};

use super::Parameters;
use super::course::{Course, Credited};
use crate::access_token;
use crate::cx::{ClientCx, UserCx};

/// What was asked for.
#[derive(Default)]
pub(super) struct StepUp {
    /// The levels of `TARGET_ACR_VALUES` that the pool knows, each once and the most wanted first; empty where none is
    /// asked for.
    levels: Vec<Level>,
    credited: Option<Credited>,
    /// An access token says who is asking.
    pub(super) by_its_user: bool,
}

impl StepUp {
    /// Reads the three parameters of a USER_AUTH for the user that signs in.
    pub(super) async fn read(cx: &ClientCx, user: Option<&User>, parameters: &Parameters) -> Result<Self> {
        // An empty value is a wrong one here: taken for absent, it would ask for less.
        let given = |name: &str| parameters.get(name).map(String::as_str);
        let max_age = given("MAX_AGE").map(seconds).transpose()?;
        let token = given("ACCESS_TOKEN");
        let Some(values) = given("TARGET_ACR_VALUES") else {
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
        let mut levels: Vec<Level> = Vec::new();
        for level in values.split(' ').filter_map(|value| cx.pool().acr_level(value)) {
            if !levels.contains(&level) {
                levels.push(level);
            }
        }
        if levels.is_empty() {
            return Err(Error::invalid("TARGET_ACR_VALUES contains no ACR value of this user pool."));
        }
        let asked = Self { levels, ..Self::default() };
        let Some(token) = token else { return Ok(asked) };
        let bearer = bearer(cx, user, token).await?;
        Ok(Self { credited: credit(&bearer, max_age), by_its_user: true, ..asked })
    }

    /// Sets the course for the first level asked for that `judge` does not find out of reach.
    pub(super) fn aim(&self, course: &Course, judge: impl Fn(&Course) -> Result<()>) -> Result<Course> {
        if self.levels.is_empty() {
            return Ok(course.clone());
        }
        for level in &self.levels {
            let aimed = Course { target: Some(*level), credited: self.credited.clone(), ..course.clone() };
            match judge(&aimed) {
                Err(Error::AcrOutOfReach) => {}
                judged => return judged.map(|()| aimed),
            }
        }
        Err(Error::AcrOutOfReach)
    }
}

/// `MAX_AGE`: digits, within what a second count can be.
fn seconds(text: &str) -> Result<i64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let parsed = text.parse().ok().filter(|_| digits);
    parsed.ok_or_else(|| Error::invalid("MAX_AGE must be a non-negative number of seconds."))
}

/// The signed-in user of the access token, who must be the one that signs in, by the same client.
async fn bearer(cx: &ClientCx, user: Option<&User>, token: &str) -> Result<UserCx> {
    let bearer = access_token::authenticate(&cx.services, cx.caller.clone(), token).await?;
    let same = user.is_some_and(|user| user.id == bearer.user.id);
    if same && bearer.client.id == cx.client.id { Ok(bearer) } else { Err(Error::AccessTokenInvalid) }
}

/// What the session proved, if it lives and none of it is older than `max_age` seconds. For which credentials it
/// counts, [`Course::credit`] judges.
fn credit(bearer: &UserCx, max_age: Option<i64>) -> Option<Credited> {
    let (now, session) = (bearer.now(), &bearer.session);
    let proved = session.authentication.as_ref()?;
    let age = now.secs().saturating_sub(proved.proved_at.secs());
    let fresh = max_age.is_none_or(|max_age| age <= max_age);
    (fresh && now < session.expires_at).then(|| Credited {
        session: session.id.clone(),
        user: session.user_id.clone(),
        credential_version: proved.credential_version,
        methods: proved.methods,
        proved_at: proved.proved_at,
        device_key: session.device_key.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_of_seconds() {
        assert_eq!((seconds("0"), seconds("86400")), (Ok(0), Ok(86400)));
        assert_eq!(seconds(&i64::MAX.to_string()), Ok(i64::MAX));
        for bad in ["-1", "+1", "1.5", "1e3", "ten", " 1", "1 ", "0x10", "9223372036854775808", "٣", ""] {
            assert!(matches!(seconds(bad), Err(Error::InvalidParameter(_))), "{bad}");
        }
    }
}
