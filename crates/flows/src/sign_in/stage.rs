//! Where a sign-in stands while one request is answered, and carrying out what the machine decides.

use crypto::srp::PublicA;
use domain::auth::{self, Attempt, Facts, First, Next, Proofs, Step};
use domain::time::Time;
use domain::user::{Password, UserStatus};
use domain::{Error, Result, User};
use storage::engine::Statement;
use storage::{spent, users};
use wire::cognito_idp::shapes::ChallengeNameType;

use super::course::Course;
use super::session_token::SessionToken;
use super::{Asked, Outcome, Parameters, device, grant, new_password, second, set_up};
use crate::cx::ClientCx;
use crate::names::{self, Claim};
use crate::{codes, passkeys, subject};

/// A user in the middle of a sign-in.
pub(super) struct Stage {
    pub(super) user: User,
    pub(super) password: Option<Password>,
    pub(super) has_passkey: bool,
    pub(super) proofs: Proofs,
    pub(super) course: Course,
    /// The `SRP_A` that this request proved the password by.
    pub(super) srp_a: Option<PublicA>,
    /// When the step is judged.
    pub(super) now: Time,
}

/// What a step changes, in the same batch that takes the next.
#[derive(Default)]
pub(super) struct Also {
    /// Statements that already hold the user's row by its version; the credential guard is then theirs.
    pub(super) user_change: Option<Vec<Statement>>,
    pub(super) more: Vec<Statement>,
}

impl Also {
    pub(super) fn these(more: Vec<Statement>) -> Self {
        Self { user_change: None, more }
    }
}

impl Stage {
    /// A user at the first step, with whatever the machine asks about it.
    pub(super) fn first(cx: &ClientCx, user: User, password: Option<Password>, course: Course) -> Self {
        let (proofs, now) = (Proofs::default(), cx.now());
        Self { user, password, has_passkey: false, proofs, course, srp_a: None, now }
    }

    /// The user of a Session, as its attempt goes on.
    pub(super) async fn of(cx: &ClientCx, token: &SessionToken, user: User) -> Result<Self> {
        // Only a temporary password says anything once the first factor is proved.
        let password = match user.status {
            UserStatus::ForceChangePassword => {
                storage::passwords::find(cx.db(), cx.pool_ref(), &user).await?
            }
            _ => None,
        };
        let first = Self::first(cx, user, password, token.course.clone());
        Ok(Self { proofs: token.attempt.proofs, ..first })
    }

    pub(super) fn facts<'a>(&'a self, cx: &'a ClientCx) -> Facts<'a> {
        Facts {
            pool: cx.pool(),
            user: &self.user,
            has_password: self.password.is_some(),
            temporary_until: self.password.as_ref().and_then(|p| p.expires_at),
            has_passkey: self.has_passkey,
            device: self.course.device_key.is_some(),
            goal: self.course.goal(&self.user),
            now: self.now,
        }
    }

    /// Whether the password of the access token and one more factor are enough: then that factor is asked for.
    pub(super) fn goes_on_from_its_password(&self, cx: &ClientCx) -> bool {
        let next = auth::next(&self.facts(cx), Proofs::credited());
        self.course.credit(&self.user).is_some() && matches!(next, Next::Second(_) | Next::SelectMfaType(_))
    }

    /// Whether the first factor was proved in this attempt. An access token wipes no failures of its user's.
    pub(super) fn proved_it_now(&self) -> bool {
        self.proofs.first != Some(First::Credited)
    }

    /// Forgets the failures of a user who proved a first factor.
    pub(super) fn forgiven(&self, cx: &ClientCx) -> Option<Statement> {
        self.proved_it_now().then(|| subject::forget(cx, &self.user))
    }

    /// A Session for the next step.
    pub(super) fn token(&self, cx: &ClientCx, step: Step) -> SessionToken {
        let attempt = Attempt { step, proofs: self.proofs };
        let mut token = SessionToken::of_user(cx, attempt, &self.user);
        token.course.clone_from(&self.course);
        token
    }
}

/// Carries out what the machine decides after a proof.
pub(super) async fn advance(cx: &ClientCx, stage: Stage, also: Also) -> Result<Outcome> {
    match auth::next(&stage.facts(cx), stage.proofs) {
        Next::Grant => grant::grant(cx, &stage, also).await,
        Next::NewPassword => new_password::challenge(cx, stage, also).await,
        Next::Second(factor) => second::challenge(cx, stage, factor, also).await,
        Next::SelectMfaType(factors) => second::select(cx, stage, &factors, also).await,
        Next::MfaSetup(factors) => set_up::challenge(cx, stage, &factors, also).await,
        Next::Device => device::challenge(cx, stage, also).await,
        Next::Deny(error) => {
            // The proof was right: it does not count as a failure. Nothing else happens.
            if stage.proved_it_now() {
                subject::give_back(cx, &stage.user).await?;
            }
            Err(error)
        }
    }
}

/// Asks for the next step, after what the present one changes.
pub(super) async fn ask(
    cx: &ClientCx,
    stage: &Stage,
    token: SessionToken,
    parameters: impl IntoIterator<Item = (&'static str, String)>,
    also: Also,
) -> Result<Outcome> {
    let step = token.attempt.step;
    let mut batch = Vec::new();
    match also.user_change {
        Some(change) => batch.extend(change),
        None => batch.push(users::credentials_unchanged(cx.pool_ref(), &stage.user)),
    }
    batch.extend(also.more);
    cx.apply(batch, |guard| refusal(cx, guard)).await?;
    asked(cx, step, &token, parameters, None)
}

/// The challenge as it is shown.
pub(super) fn asked(
    cx: &ClientCx,
    step: Step,
    token: &SessionToken,
    parameters: impl IntoIterator<Item = (&'static str, String)>,
    available: Option<Vec<ChallengeNameType>>,
) -> Result<Outcome> {
    let parameters: Parameters =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Outcome::Challenge(Asked { step, session: token.seal(cx)?, parameters, available }))
}

/// What a failed condition of a step's batch means.
pub(super) fn refusal(cx: &ClientCx, guard: &'static str) -> Option<Error> {
    match guard {
        storage::clients::UNCHANGED => Some(Error::ClientNotFound(cx.client.id.clone())),
        spent::UNSPENT => Some(Error::SessionAlreadyUsed),
        spent::SPENT => Some(Error::InvalidSession),
        storage::sessions::CREDITS => Some(Error::AccessTokenRevoked),
        storage::devices::UNCHANGED => Some(Error::DeviceNotFound),
        storage::software_tokens::UNUSED => Some(Error::SoftwareTokenUsed),
        guard => passkeys::refusal(guard)
            .or_else(|| codes::refusal(guard))
            .or_else(|| names::refusal(cx.pool(), Claim::Update, guard)),
    }
}
