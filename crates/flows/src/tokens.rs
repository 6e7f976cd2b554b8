//! Making id, access and refresh tokens for a session.

use crypto::secret_box::Context;
use domain::attributes::may_read;
use domain::group::{Group, preferred_role, sort_by_precedence};
use domain::ids::SessionId;
use domain::session::Session;
use domain::time::Time;
use domain::{Error, Result, User};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use wire::cognito_idp::shapes::AuthenticationResultType;

use crate::access_token::USER_ADMIN_SCOPE;
use crate::cx::{ClientCx, PoolCx};

/// What a refresh token says, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshToken {
    pub session: SessionId,
    pub client: String,
    pub generation: i64,
}

impl RefreshToken {
    fn seal(&self, cx: &PoolCx) -> Result<String> {
        let text = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(cx.services.keys.seal_text(&context(cx), &text, cx.random()))
    }

    /// Reads a refresh token that this pool issued.
    pub fn open(cx: &PoolCx, token: &str) -> Option<Self> {
        let opened = cx.services.keys.open_text(&context(cx), token).ok()?;
        serde_json::from_slice(&opened).ok()
    }
}

fn context(cx: &PoolCx) -> Context<'_> {
    Context {
        purpose: "refresh-token",
        table: "sessions",
        column: "",
        account: cx.pool().account.as_str(),
        pool: cx.pool().id.as_str(),
        row: "",
    }
}

/// Id and access tokens for a session, with a refresh token of `generation` where one is due.
pub fn issue(
    cx: &ClientCx,
    user: &User,
    mut groups: Vec<Group>,
    session: &Session,
    generation: Option<i64>,
) -> Result<AuthenticationResultType> {
    sort_by_precedence(&mut groups);
    let now = cx.now();
    let common = Common::new(cx, session, now);
    let access_validity = cx.client.access_token_validity();
    let id_token =
        sign(&cx.live.id_key, id_claims(cx, user, &groups, &common, now + cx.client.id_token_validity()))?;
    let access_token =
        sign(&cx.live.access_key, access_claims(cx, user, &groups, session, &common, now + access_validity))?;
    let refresh_token = generation
        .map(|generation| {
            let token =
                RefreshToken { session: session.id.clone(), client: cx.client.id.to_string(), generation };
            token.seal(cx)
        })
        .transpose()?;
    Ok(AuthenticationResultType {
        access_token: Some(access_token),
        id_token: Some(id_token),
        refresh_token,
        expires_in: Some(i32::try_from(access_validity.as_secs()).unwrap_or(i32::MAX)),
        token_type: Some("Bearer".into()),
        new_device_metadata: None,
    })
}

/// Claims that both tokens carry alike.
struct Common<'a> {
    origin_jti: Option<String>,
    event_id: String,
    auth_time: i64,
    iat: i64,
    revocable: bool,
    acr: Option<&'a str>,
    amr: Vec<&'static str>,
}

impl<'a> Common<'a> {
    fn new(cx: &'a ClientCx, session: &'a Session, now: Time) -> Self {
        let revocable = cx.client.revocation_enabled() || cx.client.rotation_grace().is_some();
        Self {
            origin_jti: revocable.then(|| session.id.to_string()),
            // Without origin_jti the session is found by event_id.
            event_id: if revocable { crypto::random::uuid(cx.random()) } else { session.id.to_string() },
            auth_time: session.auth_time.secs(),
            iat: now.secs(),
            revocable,
            acr: session.authentication.as_ref().map(|proved| cx.pool().acr_of(proved)),
            amr: session.authentication.as_ref().map(|proved| proved.methods.amr()).unwrap_or_default(),
        }
    }

    fn put(&self, claims: &mut Map<String, Value>, cx: &ClientCx, exp: Time) {
        if let Some(origin) = &self.origin_jti {
            claims.insert("origin_jti".into(), origin.as_str().into());
        }
        claims.insert("event_id".into(), self.event_id.as_str().into());
        claims.insert("auth_time".into(), self.auth_time.into());
        if let Some(acr) = self.acr {
            claims.insert("acr".into(), acr.into());
            claims.insert("amr".into(), json!(self.amr));
        }
        claims.insert("exp".into(), exp.secs().into());
        claims.insert("iat".into(), self.iat.into());
        if self.revocable {
            claims.insert("jti".into(), crypto::random::uuid(cx.random()).into());
        }
    }
}

fn id_claims(
    cx: &ClientCx,
    user: &User,
    groups: &[Group],
    common: &Common<'_>,
    exp: Time,
) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), user.id.as_str().into());
    put_groups(&mut claims, groups);
    let mut roles: Vec<&str> = groups.iter().filter_map(|g| g.role_arn.as_deref()).collect();
    roles.dedup();
    if !roles.is_empty() {
        claims.insert("cognito:roles".into(), json!(roles));
    }
    if let Some(role) = preferred_role(groups) {
        claims.insert("cognito:preferred_role".into(), role.into());
    }
    claims.insert("iss".into(), cx.pool().issuer.as_str().into());
    claims.insert("cognito:username".into(), user.username.as_str().into());
    claims.insert("aud".into(), cx.client.id.as_str().into());
    claims.insert("token_use".into(), "id".into());
    common.put(&mut claims, cx, exp);
    for (name, value) in user.attributes.iter().filter(|(name, _)| may_read(&cx.client, name)) {
        claims.insert(name.clone(), claim(name, value));
    }
    claims
}

/// An attribute as the id token shows it: text, but for the few that OpenID Connect types otherwise.
fn claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => Value::Bool(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<i64>().map_or_else(|_| value.into(), Value::from),
        _ => value.into(),
    }
}

fn access_claims(
    cx: &ClientCx,
    user: &User,
    groups: &[Group],
    session: &Session,
    common: &Common<'_>,
    exp: Time,
) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), user.id.as_str().into());
    put_groups(&mut claims, groups);
    if let Some(device) = &session.device_key {
        claims.insert("device_key".into(), device.as_str().into());
    }
    claims.insert("iss".into(), cx.pool().issuer.as_str().into());
    claims.insert("client_id".into(), cx.client.id.as_str().into());
    claims.insert("token_use".into(), "access".into());
    claims.insert("scope".into(), USER_ADMIN_SCOPE.into());
    common.put(&mut claims, cx, exp);
    claims.insert("username".into(), user.username.as_str().into());
    claims
}

fn put_groups(claims: &mut Map<String, Value>, groups: &[Group]) {
    if !groups.is_empty() {
        let names: Vec<&str> = groups.iter().map(|g| g.name.as_str()).collect();
        claims.insert("cognito:groups".into(), json!(names));
    }
}

fn sign(key: &crypto::jose::SigningKey, claims: Map<String, Value>) -> Result<String> {
    let text = serde_json::to_vec(&claims).map_err(Error::internal)?;
    key.sign(&text).map_err(Error::internal)
}
