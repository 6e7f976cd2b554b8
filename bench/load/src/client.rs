//! A client on one keep-alive connection that speaks as an AWS SDK does.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::Result;

const ACCOUNT: &str = "000000000000";
const REGION: &str = "eu-west-1";

pub struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_string() })
    }

    /// An operation that its own contents authorize.
    pub async fn call(&mut self, operation: &str, input: &Value) -> Result<Value> {
        self.operation(operation, input, Request::post("/")).await
    }

    /// As [`Client::call`], a refusal being an answer too.
    pub async fn answer(&mut self, operation: &str, input: &Value) -> Result<(StatusCode, Value)> {
        self.exchange(operation, input, Request::post("/")).await
    }

    /// An administrative operation. `poolhouse dev` accepts any signature that has the right form.
    pub async fn call_signed(&mut self, operation: &str, input: &Value) -> Result<Value> {
        let date = utc("%Y%m%dT%H%M%SZ")?;
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={ACCOUNT}/{}/{REGION}/cognito-idp/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={}",
            &date[..8],
            "0".repeat(64)
        );
        let request = Request::post("/").header("x-amz-date", date).header("authorization", authorization);
        self.operation(operation, input, request).await
    }

    async fn operation(
        &mut self,
        operation: &str,
        input: &Value,
        request: http::request::Builder,
    ) -> Result<Value> {
        match self.exchange(operation, input, request).await? {
            (StatusCode::OK, answer) => Ok(answer),
            (status, answer) => Err(format!("{operation}: {status} {answer}").into()),
        }
    }

    async fn exchange(
        &mut self,
        operation: &str,
        input: &Value,
        request: http::request::Builder,
    ) -> Result<(StatusCode, Value)> {
        let request = request
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"));
        let (status, body) = self.send(request, serde_json::to_vec(input)?).await?;
        Ok((status, serde_json::from_slice(&body)?))
    }

    pub async fn send(
        &mut self,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Result<(StatusCode, Bytes)> {
        let request = request.header("host", &self.host).body(Full::new(body.into()))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}

/// The AuthenticationResult of an answer that must have one.
pub fn result(mut answer: Value) -> Result<Value> {
    match answer["AuthenticationResult"].take() {
        Value::Null => Err(format!("no tokens: {}", answer["ChallengeName"]).into()),
        result => Ok(result),
    }
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place of this program that asks for the time")]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// The time in a form of `strftime`.
pub fn utc(form: &str) -> Result<String> {
    Ok(jiff::Timestamp::from_millisecond(now())?.strftime(form).to_string())
}
