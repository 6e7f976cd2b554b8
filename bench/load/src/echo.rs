//! The least that any request costs: the server's HTTP stack, with its limits, and nothing behind it.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::Result;
use crate::client::Client;
use crate::measure::Operation;

const PATIENCE: Duration = Duration::from_secs(30);

/// Serves on a free port until it is killed.
pub async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("echo listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_headers(100)
            .serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(connection);
    }
}

async fn answer(request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    let body = pin!(Limited::new(request.into_body(), 1024 * 1024).collect());
    let body = match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        _ => Bytes::new(),
    };
    Ok(Response::new(Full::new(body)))
}

/// A request with the headers and the size of one that carries an access token.
pub struct Echo;

impl Operation for Echo {
    async fn run(&self, client: &mut Client, _: usize) -> Result<()> {
        const BODY: &[u8] = &[b'x'; 1200];
        let request = http::Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");
        let (_, body) = client.send(request, BODY).await?;
        if body == BODY { Ok(()) } else { Err("the echo is wrong".into()) }
    }
}
