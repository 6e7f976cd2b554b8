//! AWS STS: who signs, and temporary credentials for roles. The query protocol: forms in, XML out.

mod answer;
mod assume_role;
mod assume_role_with_web_identity;
mod error;
mod form;
mod get_caller_identity;
mod role_session;

use bytes::Bytes;
use flows::Services;
use flows::cx::Caller;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Response};

use crate::authenticate::{Administrator, Authenticator};
use crate::dispatch::MAX_BODY;
use answer::Element;
use error::StsError;
use form::Form;

const VERSION: &str = "2011-06-15";

/// Whether a request is one of the query protocol: a form, or a GET with an `Action`.
pub fn is_query(request: &Parts) -> bool {
    if request.uri.path() != "/" || request.headers.contains_key("x-amz-target") {
        return false;
    }
    let essence = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    match request.method {
        Method::POST => essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"),
        Method::GET => request.uri.query().is_some_and(form::has_action),
        _ => false,
    }
}

/// A request on its way to its action.
struct Cx<'a> {
    services: &'a Services,
    authenticator: Authenticator,
    request: &'a Parts,
    body: &'a [u8],
    caller: &'a Caller,
}

pub(crate) async fn handle(
    services: &Services,
    authenticator: Authenticator,
    request: &Parts,
    body: &[u8],
    caller: Caller,
) -> Response<Bytes> {
    let cx = Cx { services, authenticator, request, body, caller: &caller };
    let outcome = cx.answer().await;
    answer::respond(&caller.request_id, outcome)
}

/// The answer to a source that asks too often.
pub(crate) fn throttled(request_id: &str) -> Response<Bytes> {
    answer::respond(request_id, Err(StsError::new(400, "Throttling", "Rate exceeded")))
}

/// The name of the action, and its result.
type Answer = (&'static str, Vec<Element>);

impl Cx<'_> {
    async fn answer(&self) -> Result<Answer, StsError> {
        if self.body.len() > MAX_BODY {
            return Err(StsError::too_large());
        }
        let form = match self.request.method {
            Method::GET => Form::parse(self.request.uri.query().unwrap_or_default().as_bytes())?,
            _ => Form::parse(self.body)?,
        };
        let action = form.get("Action").ok_or_else(StsError::missing_action)?;
        if form.get("Version") != Some(VERSION) {
            return Err(StsError::unknown_action(action, form.get("Version").unwrap_or_default()));
        }
        match action {
            "GetCallerIdentity" => {
                let administrator = self.administrator().await?;
                Ok(("GetCallerIdentity", get_caller_identity::handle(&administrator, &form)?))
            }
            "AssumeRole" => {
                let administrator = self.administrator().await?;
                Ok(("AssumeRole", assume_role::handle(self, &administrator, &form).await?))
            }
            // Nobody signs this one: the token says who asks.
            "AssumeRoleWithWebIdentity" => {
                Ok(("AssumeRoleWithWebIdentity", assume_role_with_web_identity::handle(self, &form).await?))
            }
            other => Err(StsError::unknown_action(other, VERSION)),
        }
    }

    async fn administrator(&self) -> Result<Administrator, StsError> {
        Ok(self.authenticator.administrator(self.services, self.request, self.body, "sts").await?)
    }
}
