//! Who may become a role: its trust policy and the policies of whoever asks, together.

use crate::evaluate::{Asked, Decision, Denial, Policies, Request, Source, weigh};
use crate::principal::{Principal, Trusted, account_of};
use crate::trust::{TrustPolicy, Verdict};

/// Decides a request of STS for a role, whose ARN is the request's resource. The trust policy must allow. For a
/// service or the bearer of a provider's token that suffices. For a principal of AWS its own policies must allow,
/// too, unless the role is of its account and trusts it by name.
pub fn assume_role<'p>(
    trust: &'p TrustPolicy,
    policies: &Policies<'p>,
    request: &Request<'_>,
) -> Decision<'p> {
    let asked = Asked::of(request);
    let (statement, trusted) = match trust.verdict(&asked) {
        Verdict::Denied(statement) => {
            return Decision::Denied(Denial { source: Source::Trust, statement: Some(statement) });
        }
        Verdict::Silent => return Decision::Denied(Denial { source: Source::Trust, statement: None }),
        Verdict::Allowed(statement, trusted) => (statement, trusted),
    };
    match request.principal {
        Principal::Aws { arn, .. } => {
            let by_name = trusted == Trusted::ByName && account_of(arn) == account_of(request.resource);
            weigh(policies, by_name.then_some(statement), &asked)
        }
        Principal::Service(_) | Principal::Federated(_) => Decision::Allowed(statement),
        // Nobody becomes a role without proving who they are.
        Principal::Anonymous => Decision::Denied(Denial { source: Source::Trust, statement: None }),
    }
}
