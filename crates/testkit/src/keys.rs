//! Keys of administrators, and requests signed with them by the AWS SDK's signer.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use domain::ids::AccountId;
use domain::principal::{Kind, Policy, Principal, RoleSettings};
use domain::time::Time;
use flows::principals::{access_keys, accounts, entities, policies};
use http::{HeaderName, HeaderValue, Request, Uri};
use serde_json::Value;

use crate::{REGION, Reply, TestServer};

/// What a client of AWS is configured with.
#[derive(Clone, Debug)]
pub struct Keys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    pub region: String,
    /// Sign in the query, to be valid for so many seconds.
    pub presign: Option<u64>,
}

impl Keys {
    /// The temporary keys in an answer of STS.
    pub fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text);
        let element = |name| reply.element(name).unwrap().to_owned();
        Self {
            access_key_id: element("AccessKeyId"),
            secret_access_key: element("SecretAccessKey"),
            session_token: Some(element("SessionToken")),
            region: REGION.into(),
            presign: None,
        }
    }

    pub fn sign(&self, service: &str, at: Time, mut request: Request<Bytes>) -> Request<Bytes> {
        let mut settings = SigningSettings::default();
        if let Some(seconds) = self.presign {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds));
        }
        let token = self.session_token.clone();
        let credentials =
            Credentials::new(&self.access_key_id, &self.secret_access_key, token, None, "test").into();
        let params = SigningParams::builder()
            .identity(&credentials)
            .region(&self.region)
            .name(service)
            .time(UNIX_EPOCH + Duration::from_millis(at.millis().unsigned_abs()))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("http://localhost:9229{}", request.uri());
        let headers = request.headers().iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap()));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), &uri, headers, body).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (headers, params) = instructions.into_parts();
        for header in headers {
            let name = HeaderName::try_from(header.name()).unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(header.value()).unwrap());
        }
        if !params.is_empty() {
            let query = request.uri().query().unwrap_or_default();
            let mut all = url::form_urlencoded::Serializer::new(query.to_owned());
            for (name, value) in &params {
                all.append_pair(name, value);
            }
            let uri = format!("{}?{}", request.uri().path(), all.finish().replace('+', "%20"));
            *request.uri_mut() = uri.parse::<Uri>().unwrap();
        }
        request
    }
}

/// A request of the query protocol, with its version.
pub(crate) fn form_request(parameters: &[(&str, &str)]) -> Request<Bytes> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(parameters).append_pair("Version", "2011-06-15");
    Request::post("/")
        .header("host", "localhost:9229")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(Bytes::from(form.finish()))
        .unwrap()
}

impl TestServer {
    /// A user of an account (made if need be) with this policy, and keys.
    pub async fn administrator(&self, account: &str, name: &str, policy: Value) -> (Principal, Keys) {
        let user = self.principal(account, name, Kind::User, Some(policy)).await;
        let keys = self.keys_of(&user).await;
        (user, keys)
    }

    /// A role of an account (made if need be).
    pub async fn role(&self, account: &str, name: &str, trust: Value, policy: Value) -> Principal {
        let settings = RoleSettings { trust_policy: trust.to_string(), max_session_duration: 7_200 };
        self.principal(account, name, Kind::Role(settings), Some(policy)).await
    }

    async fn principal(&self, account: &str, name: &str, kind: Kind, policy: Option<Value>) -> Principal {
        let _ = accounts::create(&self.services, account, "test").await;
        let new = entities::New {
            account: AccountId::new(account),
            kind,
            name: name.into(),
            path: "/".into(),
            tags: BTreeMap::new(),
        };
        let principal = entities::create(&self.services, new).await.unwrap();
        if let Some(policy) = policy {
            self.put_policy(&principal, "policy", policy).await;
        }
        principal
    }

    pub async fn put_policy(&self, principal: &Principal, name: &str, document: Value) {
        let policy = Policy { name: name.into(), document: document.to_string() };
        policies::put(&self.services, principal, &policy).await.unwrap();
    }

    /// Another pair of keys for a user.
    pub async fn keys_of(&self, user: &Principal) -> Keys {
        let (key, secret) = access_keys::create(&self.services, user).await.unwrap();
        Keys {
            access_key_id: key.id.into_string(),
            secret_access_key: secret.as_str().to_owned(),
            session_token: None,
            region: REGION.into(),
            presign: None,
        }
    }
}
