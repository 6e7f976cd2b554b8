//! AssumeRole: temporary keys for a role that trusts whoever signs.

use std::borrow::Cow;

use domain::principal::Principal;
use flows::principals::Signer;
use iam::{Request, TrustPolicy};

use super::answer::Element;
use super::error::StsError;
use super::form::Form;
use super::role_session::{PARAMETERS, Wanted};
use super::{Cx, get_caller_identity};
use crate::authenticate::{Administrator, Rights, Signature};
use crate::authorize::{About, RequestContext};

const ACTION: &str = "sts:AssumeRole";
/// Longest session of a role that was assumed by the session of another, in seconds.
const LONGEST_CHAINED: i64 = 3_600;

pub(super) async fn handle(
    cx: &Cx<'_>,
    administrator: &Administrator,
    form: &Form<'_>,
) -> Result<Vec<Element>, StsError> {
    form.only(&[&PARAMETERS[..], &["ExternalId"]].concat())?;
    let wanted = Wanted::read(form)?;
    let external_id = form.text("ExternalId", (2, 1_224), r"[\w+=,.@:\/-]*", |c| {
        c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c)
    })?;
    let Rights::Of(signature) = &administrator.rights else {
        // Any credentials pass, and so there are no roles to take on.
        let root = get_caller_identity::root(administrator);
        return Err(StsError::access_denied(&root, ACTION, wanted.role_arn));
    };
    let signer = &signature.signer;
    if signer.session.is_some() && wanted.duration > LONGEST_CHAINED {
        return Err(StsError::invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    // A role that is not there denies as one that does not trust.
    let denied = || StsError::access_denied(&signer.arn(), ACTION, wanted.role_arn);
    let (role, settings) = wanted.role(cx.services).await?.ok_or_else(denied)?;
    let trust = TrustPolicy::parse(&settings.trust_policy)
        .map_err(|_| domain::Error::internal("inconsistent data in principals.trust_policy"))?;
    if !trusted(cx, signature, administrator, (&role, &trust), &wanted, external_id) {
        return Err(denied());
    }
    wanted.begin(cx.services, &role, &settings, None)
}

fn trusted(
    cx: &Cx<'_>,
    signature: &Signature,
    administrator: &Administrator,
    (role, trust): (&Principal, &TrustPolicy),
    wanted: &Wanted<'_>,
    external_id: Option<&str>,
) -> bool {
    let mut further = vec![("sts:rolesessionname", Cow::Borrowed(wanted.session_name))];
    further.extend(external_id.map(|id| ("sts:externalid", Cow::Borrowed(id))));
    let context = RequestContext {
        signature,
        caller: cx.caller,
        region: &administrator.region,
        now: cx.services.clock.real(),
        resource: Some(About { account: &role.account, tags: Some(&role.tags) }),
        input: None,
        further: &further,
    };
    let signer: &Signer = &signature.signer;
    let arn = signer.arn();
    let request = Request {
        principal: signer.principal(&arn),
        action: ACTION,
        resource: wanted.role_arn,
        context: &context,
    };
    signer.with_policies(|policies| iam::assume_role(trust, policies, &request).is_allowed())
}
