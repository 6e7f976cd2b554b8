//! A session: one sign-in, whose tokens are good while its row lives.

use std::time::Duration;

use crate::acr::Authentication;
use crate::ids::{ClientId, SessionId, UserId};
use crate::time::Time;

#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// `origin_jti` of its tokens.
    pub id: SessionId,
    pub user_id: UserId,
    pub client_id: ClientId,
    /// The original sign-in; constant across refreshes.
    pub auth_time: Time,
    /// End of the refresh token's life; rotation does not extend it.
    pub expires_at: Time,
    pub device_key: Option<String>,
    pub rotation: Rotation,
    /// `None` in sessions of a time that did not keep it: their tokens have no `acr` and earn no credit.
    pub authentication: Option<Authentication>,
}

/// Where the refresh token's rotation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Counts rotations; a refresh token names the generation it is of.
    pub generation: i64,
    /// When the present generation was first issued.
    pub rotated_at: Time,
}

/// What a refresh token of some generation may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// The present generation: move on to the next one.
    Advance,
    /// The generation before, within its grace: another token of the present generation.
    Repeat,
    /// Used up.
    Reused,
}

impl Rotation {
    /// Judges a token of `generation` presented at `now`. The first use of the present generation moves on to
    /// the next, which ends the grace of the one before.
    pub fn judge(&self, generation: i64, grace: Duration, now: Time) -> RotationStep {
        if generation == self.generation {
            RotationStep::Advance
        } else if generation + 1 == self.generation && now < self.rotated_at + grace {
            RotationStep::Repeat
        } else {
            RotationStep::Reused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_present_generation_and_its_predecessor_within_grace_pass() {
        let now = Time::from_secs(100);
        let grace = Duration::from_secs(10);
        let rotation = Rotation { generation: 3, rotated_at: now };
        assert_eq!(rotation.judge(3, grace, now), RotationStep::Advance);
        assert_eq!(rotation.judge(2, grace, now), RotationStep::Repeat);
        assert_eq!(rotation.judge(2, grace, now + grace), RotationStep::Reused);
        assert_eq!(rotation.judge(2, Duration::ZERO, now), RotationStep::Reused);
        assert_eq!(rotation.judge(1, grace, now), RotationStep::Reused);
        assert_eq!(rotation.judge(4, grace, now), RotationStep::Reused);
    }
}
