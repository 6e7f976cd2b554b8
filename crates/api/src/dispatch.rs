//! The path of a request: source address, operation, signature, body, pool, policies or token, constraints, quota, handler -
//! in that order, and nowhere else.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use domain::Error;
use domain::ids::{AccountId, ClientId, PoolId, Region};
use flows::Services;
use flows::cx::{AccountCx, Caller, ClientCx, HolderCx, PoolCx};
use flows::directory::LivePool;
use flows::quotas;
use flows::software_token::Holder;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};
use wire::authorization::{Authorization, Resource};
use wire::cognito_idp::{ErrorKind, Operation};
use wire::constraints::Shape;

use crate::authenticate::{Administrator, Authenticator};
use crate::authorize::{self, Target as About};
use crate::errors::ApiError;
use crate::operations::{self, Handler};
use crate::protocol::target::Target;
use crate::protocol::{cors, respond};
use crate::sts;

/// Largest request body, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// The AWS JSON services behind one address.
#[derive(Clone, Debug)]
pub struct Api {
    services: Arc<Services>,
    authenticator: Authenticator,
}

impl Api {
    /// For development: any credentials make an administrator.
    pub fn new(services: Arc<Services>) -> Self {
        Self { services, authenticator: Authenticator::AnyCredentials }
    }

    /// For production: administrators sign with keys that were given to them, and do what their policies allow.
    pub fn serve(services: Arc<Services>) -> Self {
        Self { services, authenticator: Authenticator::StoredKeys }
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Answers one request whose body has been read, from a peer at `ip`.
    pub async fn handle(&self, request: &Parts, body: Bytes, ip: IpAddr) -> Response<Bytes> {
        if request.method == Method::OPTIONS {
            return cors::preflight(&request.headers);
        }
        let request_id = crypto::random::uuid(self.services.random.as_ref());
        let caller = Caller {
            ip,
            user_agent: request.headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).map(str::to_owned),
            request_id: request_id.clone(),
        };
        if let Err(refusal) = self.services.quotas.admit(ip, self.services.clock.real()) {
            return match sts::is_query(request) {
                true => sts::throttled(&request_id),
                false => respond::respond(&request_id, Err(refusal.into())),
            };
        }
        if sts::is_query(request) {
            return sts::handle(&self.services, self.authenticator, request, &body, caller).await;
        }
        respond::respond(&request_id, self.answer(request, &body, caller).await)
    }

    async fn answer(&self, request: &Parts, body: &[u8], caller: Caller) -> Result<Bytes, ApiError> {
        if request.method != Method::POST || request.uri.path() != "/" {
            return Err(ApiError::unknown_operation());
        }
        match Target::from_headers(&request.headers)? {
            Target::CognitoIdp(operation) => self.cognito_idp(operation, request, body, caller).await,
            Target::CognitoIdentity(operation) => Err(not_built(operation.name())),
            Target::Wafv2(operation) => Err(not_built(operation.name())),
        }
    }

    async fn cognito_idp(
        &self,
        operation: Operation,
        request: &Parts,
        body: &[u8],
        caller: Caller,
    ) -> Result<Bytes, ApiError> {
        if body.len() > MAX_BODY {
            return Err(ApiError::named(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                "The request body is too large.",
            ));
        }
        let administrator = match operation.authorization() {
            Authorization::Iam => {
                let (services, service) = (&self.services, "cognito-idp");
                Some(self.authenticator.administrator(services, request, body, service).await?)
            }
            _ => None,
        };
        let input = wire::parse(body).map_err(|fault| ApiError::serialization(fault.0))?;
        let ready = self.prepare(operation, administrator, input, caller).await?;
        ready.charged(&self.services).await?.run().await
    }

    /// Everything between the reading of the body and the quota. Seeds begin here.
    pub(crate) async fn prepare(
        &self,
        operation: Operation,
        administrator: Option<Administrator>,
        input: Map<String, Value>,
        caller: Caller,
    ) -> Result<Ready, ApiError> {
        let shape = operation.input();
        wire::check_types(shape, &input).map_err(|fault| ApiError::serialization(fault.0))?;
        let resolved = self.resolve(operation, administrator, &input, caller).await?;
        wire::check_constraints(shape, &input)
            .map_err(|text| ApiError::new(ErrorKind::InvalidParameterException, text))?;
        match resolved {
            Some(Resolved { subject, call }) => Ok(Ready { operation, input, subject, call }),
            // What names the pool, the client or the user is missing or malformed, which the constraints say.
            None => Err(ApiError::new(ErrorKind::InvalidParameterException, "Invalid input")),
        }
    }

    /// Finds, once, what the operation is about, and checks what authorizes it. `None` when the naming member
    /// is missing or could not name anything.
    async fn resolve(
        &self,
        operation: Operation,
        administrator: Option<Administrator>,
        input: &Map<String, Value>,
        caller: Caller,
    ) -> Result<Option<Resolved>, ApiError> {
        let services = &self.services;
        let named = |member: &str| well_formed(operation.input(), input, member);
        let pool = match &administrator {
            Some(administrator) => self.permitted(operation, administrator, input, &caller).await?,
            None => None,
        };
        match (operations::handler(operation), administrator) {
            (Handler::Account(run), Some(Administrator { account, region, .. })) => {
                let subject = Subject::Account(account.clone(), region.clone());
                let cx = AccountCx { services: services.clone(), caller, account, region };
                Ok(Some(Resolved { subject, call: Box::new(move |input| run(cx, input)) }))
            }
            (Handler::Pool(run), Some(_)) => {
                let Some(pool) = pool else { return Ok(None) };
                let live = pool?;
                let subject = Subject::Pool(live.clone(), None);
                let cx = PoolCx { services: services.clone(), caller, live };
                Ok(Some(Resolved { subject, call: Box::new(move |input| run(cx, input)) }))
            }
            (Handler::Client(run), None) => {
                let Some(id) = named("ClientId").map(ClientId::new) else { return Ok(None) };
                let (live, client) = services
                    .directory
                    .resolve_client(&services.db, &id)
                    .await?
                    .ok_or(Error::ClientNotFound(id))?;
                let subject = Subject::Pool(live.clone(), None);
                let cx = ClientCx { pool_cx: PoolCx { services: services.clone(), caller, live }, client };
                Ok(Some(Resolved { subject, call: Box::new(move |input| run(cx, input)) }))
            }
            (Handler::User(run), None) => {
                let Some(token) = input.get("AccessToken").and_then(Value::as_str) else { return Ok(None) };
                match flows::access_token::authenticate(services, caller, token).await {
                    Ok(cx) => {
                        let subject = Subject::Pool(cx.live.clone(), Some(cx.user.username.clone()));
                        Ok(Some(Resolved { subject, call: Box::new(move |input| run(cx, input)) }))
                    }
                    // What could not be a token is for the constraints to refuse.
                    Err(_) if named("AccessToken").is_none() => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }
            (Handler::Holder(run), None) => {
                let cx = match (named("AccessToken"), named("Session")) {
                    (Some(token), _) => {
                        let cx = flows::access_token::authenticate(services, caller, token).await?;
                        let holder = Holder::signed_in(cx.user);
                        HolderCx { pool_cx: cx.client_cx.pool_cx, holder }
                    }
                    (None, Some(session)) => self.holder_of_session(session, caller).await?,
                    (None, None) => return Ok(None),
                };
                let username = cx.holder.user.username.clone();
                let subject = Subject::Pool(cx.pool_cx.live.clone(), Some(username));
                Ok(Some(Resolved { subject, call: Box::new(move |input| run(cx, input)) }))
            }
            (Handler::NotBuilt, _) => Err(not_built(operation.name())),
            _ => Err(Error::internal("an operation's handler does not fit its authorization").into()),
        }
    }

    /// Finds the pool an administrative call is about and asks the administrator's policies, in this order: only
    /// who is permitted learns whether there is such a pool. `None` when no pool is named.
    async fn permitted(
        &self,
        operation: Operation,
        administrator: &Administrator,
        input: &Map<String, Value>,
        caller: &Caller,
    ) -> Result<Option<Result<Arc<LivePool>, Error>>, ApiError> {
        let services = &self.services;
        let now = services.clock.real();
        let permit = |about| authorize::permit(administrator, operation, &about, input, caller, now);
        if operation.resource() != Some(Resource::UserPool) {
            permit(About { resource: "*", pool: None })?;
            return Ok(None);
        }
        let named = |member: &str| well_formed(operation.input(), input, member);
        let Some(named) = PoolNamed::of(operation, administrator, &named) else {
            // What names no pool is for the constraints to refuse; that there is none to ask about tells nothing.
            return Ok(None);
        };
        let Administrator { account, region, .. } = administrator;
        let live = match &named.id {
            Some(id) => services.directory.resolve(&services.db, account, region, id).await?,
            None => None,
        };
        permit(About { resource: &named.arn, pool: live.as_deref().map(|live| &live.pool) })?;
        Ok(Some(live.ok_or(named.not_found)))
    }

    async fn holder_of_session(&self, session: &str, caller: Caller) -> Result<HolderCx, ApiError> {
        let services = &self.services;
        let pool_id = flows::software_token::pool_of_session(session).ok_or(Error::InvalidSession)?;
        let live = services.directory.by_id(&services.db, &pool_id).await?.ok_or(Error::InvalidSession)?;
        let pool_cx = PoolCx { services: services.clone(), caller, live };
        let holder = Holder::of_session(&pool_cx, session).await?;
        Ok(HolderCx { pool_cx, holder })
    }
}

type Call = Box<dyn FnOnce(Map<String, Value>) -> operations::Reply + Send>;

/// What an operation is about, and how it is called.
struct Resolved {
    subject: Subject,
    call: Call,
}

/// Whose quotas a call draws on.
enum Subject {
    Account(AccountId, Region),
    /// With the user whose token was presented, if one was.
    Pool(Arc<LivePool>, Option<String>),
}

/// A call that passed every check but the quota.
pub(crate) struct Ready {
    operation: Operation,
    input: Map<String, Value>,
    subject: Subject,
    call: Call,
}

impl Ready {
    /// The call, once it is charged.
    async fn charged(self, services: &Services) -> Result<Self, Error> {
        let text = |member: &str| self.input.get(member).and_then(Value::as_str);
        let (operation, challenge) = (self.operation, text("ChallengeName"));
        let call = match &self.subject {
            Subject::Account(account, region) => {
                quotas::Call { operation, account, region, pool: None, user: None, challenge }
            }
            Subject::Pool(live, user) => quotas::Call {
                operation,
                account: &live.pool.account,
                region: &live.pool.region,
                pool: Some(live),
                user: user.as_deref().or_else(|| text("Username")),
                challenge,
            },
        };
        quotas::charge(services, &call).await?;
        Ok(self)
    }

    pub(crate) async fn run(self) -> Result<Bytes, ApiError> {
        Ok((self.call)(self.input).await?)
    }
}

/// The value of a top-level text member, if it satisfies its own constraints.
fn well_formed<'a>(shape: &Shape, input: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    let Shape::Structure(members) = shape else { return None };
    let known = members.iter().find(|m| m.name == member)?;
    let value = input.get(member)?;
    wire::value_fits(known.shape, value).then(|| value.as_str())?
}

/// The pool an administrative call names, by id or by ARN.
struct PoolNamed {
    arn: String,
    /// `None` when the ARN is of another account or region, or not of a pool.
    id: Option<PoolId>,
    not_found: Error,
}

impl PoolNamed {
    fn of<'a>(
        operation: Operation,
        administrator: &Administrator,
        named: &impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Self> {
        let Administrator { account, region, .. } = administrator;
        if let Some(id) = named("UserPoolId").map(PoolId::new) {
            let arn = id.arn(account, region);
            return Some(Self { arn, id: Some(id.clone()), not_found: Error::PoolNotFound(id) });
        }
        let arn = named("ResourceArn")?;
        let id = guard::arn::Arn::parse(arn)
            .and_then(|arn| arn.user_pool(account.as_str(), region.as_str()))
            .map(PoolId::new);
        let not_found = match &id {
            Some(id) => Error::PoolNotFound(id.clone()),
            None => Error::NotFound(format!("{} found no user pool of that ARN.", operation.name())),
        };
        Some(Self { arn: arn.to_owned(), id, not_found })
    }
}

fn not_built(operation: &str) -> ApiError {
    ApiError::new(
        ErrorKind::OperationNotEnabledException,
        format!("{operation} is not available in this version of Poolhouse."),
    )
}
