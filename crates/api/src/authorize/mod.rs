//! May the administrator do this? The policies of whoever signed decide, on what the call is about.

mod context;

pub(crate) use context::{About, RequestContext, iso};
use domain::Pool;
use domain::time::Time;
use flows::cx::Caller;
use http::StatusCode;
use iam::{Decision, Denial, Request};
use serde_json::{Map, Value};
use wire::cognito_idp::Operation;

use crate::authenticate::{Administrator, Rights};
use crate::errors::ApiError;

/// What an operation is about: an ARN, or `*`, with the pool if it was found.
pub(crate) struct Target<'a> {
    pub resource: &'a str,
    pub pool: Option<&'a Pool>,
}

impl Target<'_> {
    /// What is about no pool in particular is about the account of whoever asks.
    fn about<'a>(&'a self, administrator: &'a Administrator) -> Option<About<'a>> {
        match self.pool {
            Some(pool) => Some(About { account: &pool.account, tags: pool.settings.user_pool_tags.as_ref() }),
            None if self.resource == "*" => Some(About { account: &administrator.account, tags: None }),
            None => None,
        }
    }
}

/// Refuses what no policy allows or one denies. Whether the pool exists is not said to who may not know.
pub(crate) fn permit(
    administrator: &Administrator,
    operation: Operation,
    target: &Target<'_>,
    input: &Map<String, Value>,
    caller: &Caller,
    now: Time,
) -> Result<(), ApiError> {
    let Rights::Of(signature) = &administrator.rights else { return Ok(()) };
    let context = RequestContext {
        signature,
        caller,
        region: &administrator.region,
        now,
        resource: target.about(administrator),
        input: Some(input),
        further: &[],
    };
    let action = action_of(operation);
    let arn = signature.signer.arn();
    let principal = signature.signer.principal(&arn);
    signature.signer.with_policies(|policies| {
        let ask = |action: &str| {
            let request = Request { principal, action, resource: target.resource, context: &context };
            iam::evaluate(policies, &request)
        };
        if let Decision::Denied(denial) = ask(&action) {
            return Err(denied(&arn, &action, target.resource, &denial));
        }
        // An explicit deny of the one is a deny of the other; not allowing it says nothing.
        if let Some(Decision::Denied(denial @ Denial { statement: Some(_), .. })) =
            operation.denied_with().map(action_of).map(|other| ask(&other))
        {
            return Err(denied(&arn, &action, target.resource, &denial));
        }
        Ok(())
    })
}

fn action_of(operation: Operation) -> String {
    format!("cognito-idp:{}", operation.name())
}

fn denied(arn: &str, action: &str, resource: &str, denial: &Denial<'_>) -> ApiError {
    ApiError::named(
        StatusCode::BAD_REQUEST,
        "AccessDeniedException",
        format!(
            "User: {arn} is not authorized to perform: {action} on resource: {resource} {}",
            denial.reason(action)
        ),
    )
}
