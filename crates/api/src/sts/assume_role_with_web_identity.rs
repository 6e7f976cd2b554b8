//! AssumeRoleWithWebIdentity: temporary keys for a role that trusts the id tokens of a user pool.

use flows::web_identity::{self, Refusal, WebIdentity};
use iam::{Facts, Policies, Principal, Request, TrustPolicy};

use super::Cx;
use super::answer::Element;
use super::error::StsError;
use super::form::Form;
use super::role_session::{PARAMETERS, Wanted};
use crate::authorize::iso;

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

pub(super) async fn handle(cx: &Cx<'_>, form: &Form<'_>) -> Result<Vec<Element>, StsError> {
    form.only(&[&PARAMETERS[..], &["WebIdentityToken"]].concat())?;
    let wanted = Wanted::read(form)?;
    let token = form.text("WebIdentityToken", (4, 20_000), "", |_| true)?;
    let token = Form::required("WebIdentityToken", token)?;
    let identity = web_identity::verify(cx.services, token).await.map_err(refused)?;
    let (role, settings) = wanted.role(cx.services).await?.ok_or_else(StsError::web_identity_denied)?;
    let trust = TrustPolicy::parse(&settings.trust_policy)
        .map_err(|_| domain::Error::internal("inconsistent data in principals.trust_policy"))?;
    let provider = format!("arn:aws:iam::{}:oidc-provider/{}", role.account, identity.provider());
    let facts = facts(cx, &identity, &wanted);
    let trusts = |facts: &Facts| {
        let request = Request {
            principal: Principal::Federated(&provider),
            action: ACTION,
            resource: wanted.role_arn,
            context: facts,
        };
        iam::assume_role(&trust, &Policies::default(), &request).is_allowed()
    };
    // The role must say which app clients it trusts: a policy that would take a token for nobody in particular
    // takes every app's.
    let audience = format!("{}:aud", identity.provider());
    if !trusts(&facts.clone().with(&audience, &*identity.audience)) || trusts(&facts) {
        return Err(StsError::web_identity_denied());
    }
    let mut result = wanted.begin(cx.services, &role, &settings, Some(provider.clone()))?;
    result.push(Element::text("SubjectFromWebIdentityToken", identity.subject));
    result.push(Element::text("Audience", identity.audience));
    result.push(Element::text("Provider", identity.issuer));
    Ok(result)
}

/// What the trust policy may ask about, but for the audience.
fn facts(cx: &Cx<'_>, identity: &WebIdentity, wanted: &Wanted<'_>) -> Facts {
    let now = cx.services.clock.real();
    let secure = cx.request.extensions.get::<crate::authenticate::SecureTransport>().is_some();
    let facts = Facts::new()
        .with(&format!("{}:sub", identity.provider()), &*identity.subject)
        .with("sts:RoleSessionName", wanted.session_name)
        .with("aws:SourceIp", cx.caller.ip.to_canonical().to_string())
        .with("aws:SecureTransport", secure.to_string())
        .with("aws:CurrentTime", iso(now))
        .with("aws:EpochTime", now.secs().to_string());
    match &cx.caller.user_agent {
        Some(agent) => facts.with("aws:UserAgent", agent.as_str()),
        None => facts,
    }
}

fn refused(refusal: Refusal) -> StsError {
    match refusal {
        Refusal::Invalid => {
            StsError::invalid_identity_token("The web identity token that was passed could not be validated.")
        }
        Refusal::Expired { now, end } => StsError::new(
            400,
            "ExpiredTokenException",
            format!("Token expired: current date/time {now} must be before the expiration date/time {end}"),
        ),
        Refusal::Failed(error) => error.into(),
    }
}
