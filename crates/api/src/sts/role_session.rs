//! What AssumeRole and AssumeRoleWithWebIdentity have in common: the role, its session and its keys.

use domain::ids::AccountId;
use domain::principal::{KindName, Principal, RoleSettings};
use flows::Services;
use flows::principals::session_token::{self, RoleSession};

use super::answer::Element;
use super::error::StsError;
use super::form::Form;
use crate::authorize::iso;

/// The parameters of both that are used.
pub(super) const PARAMETERS: [&str; 4] = ["RoleArn", "RoleSessionName", "DurationSeconds", "Policy"];

/// How long a session is without `DurationSeconds`, in seconds.
const DEFAULT_DURATION: i64 = 3_600;
/// Longest session policy, in characters.
const LONGEST_POLICY: usize = 2_048;

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub role_arn: &'a str,
    pub session_name: &'a str,
    /// Seconds.
    pub duration: i64,
    pub policy: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    pub(super) fn read(form: &'a Form<'_>) -> Result<Self, StsError> {
        let arn = form.text(
            "RoleArn",
            (20, 2_048),
            r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF]+",
            |c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{85}'),
        )?;
        let of_names = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let name = form.text("RoleSessionName", (2, 64), r"[\w+=,.@-]*", of_names)?;
        let policy =
            form.text("Policy", (1, LONGEST_POLICY), r"[\u0009\u000A\u000D\u0020-\u00FF]+", |c| {
                matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')
            })?;
        let wanted = Self {
            role_arn: Form::required("RoleArn", arn)?,
            session_name: Form::required("RoleSessionName", name)?,
            duration: form.number("DurationSeconds", 900, 43_200)?.unwrap_or(DEFAULT_DURATION),
            policy,
        };
        if let Some(policy) = wanted.policy {
            iam::Policy::parse(policy)
                .map_err(|fault| StsError::new(400, "MalformedPolicyDocument", fault.to_string()))?;
        }
        Ok(wanted)
    }

    /// The role of that ARN, if there is one.
    pub(super) async fn role(
        &self,
        services: &Services,
    ) -> Result<Option<(Principal, RoleSettings)>, StsError> {
        let Some(arn) = guard::arn::Arn::parse(self.role_arn) else { return Ok(None) };
        let name = arn.resource.rsplit('/').next().unwrap_or_default();
        let account = AccountId::new(arn.account);
        let found = storage::principals::find_by_name(&services.db, &account, KindName::Role, name).await?;
        // Its path and the case of its name are part of an ARN.
        let found = found.filter(|role| role.arn() == self.role_arn);
        Ok(found.and_then(|role| role.role().cloned().map(|settings| (role, settings))))
    }

    /// The session's keys, as both actions answer them.
    pub(super) fn begin(
        &self,
        services: &Services,
        role: &Principal,
        settings: &RoleSettings,
        federated_provider: Option<String>,
    ) -> Result<Vec<Element>, StsError> {
        if self.duration > settings.max_session_duration {
            return Err(StsError::invalid(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
        let now = services.clock.real();
        let session = RoleSession {
            role: role.id.clone(),
            name: self.session_name.to_owned(),
            policy: self.policy.map(str::to_owned),
            issued_at: now,
            expires_at: now + std::time::Duration::from_secs(self.duration.unsigned_abs()),
            federated_provider,
        };
        let keys = session_token::issue(services, &session)?;
        let mut result = vec![
            Element::Parent(
                "AssumedRoleUser",
                vec![
                    Element::text("AssumedRoleId", format!("{}:{}", role.id, session.name)),
                    Element::text("Arn", role.session_arn(&session.name)),
                ],
            ),
            Element::Parent(
                "Credentials",
                vec![
                    Element::text("AccessKeyId", keys.access_key_id.as_str()),
                    Element::text("SecretAccessKey", keys.secret_access_key.as_str()),
                    Element::text("SessionToken", keys.session_token),
                    Element::text("Expiration", iso(session.expires_at)),
                ],
            ),
        ];
        if let Some(policy) = self.policy {
            let percent = policy.chars().count() * 100 / LONGEST_POLICY;
            result.push(Element::text("PackedPolicySize", percent.max(1).to_string()));
        }
        Ok(result)
    }
}
