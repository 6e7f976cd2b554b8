//! The least that a request costs: a server on the HTTP stack of Poolhouse, with its limits, that does behind it only
//! what an operation cannot do without.
//!
//! The parts of a floor are measured together because they are not independent: beside a server that only echoes, the
//! client is what is slow, and the server never waits; one that signs waits for each request, and each answer wakes the
//! client up.

use std::convert::Infallible;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use crypto::jose::{self, SigningKey, VerifyingKey};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::Result;
use crate::client::Client;
use crate::measure::{self, Operation};
use crate::process::Process;
use crate::srp_example::SrpExample;
use crate::things::Things;

const PATIENCE: Duration = Duration::from_secs(30);

/// What is done for a request, chosen by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing.
    Echo,
    /// One RSA verification and two point reads.
    GetUser,
    /// Two signatures and two point reads.
    Refresh,
    /// The same and one durable batch.
    Rotate,
    /// The server's public value: one exponentiation.
    SrpChallenge,
    /// The proof, two exponentiations, and two signatures.
    SrpProof,
}

impl Work {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Echo, "/echo"),
        (Self::GetUser, "/get-user"),
        (Self::Refresh, "/refresh"),
        (Self::Rotate, "/rotate"),
        (Self::SrpChallenge, "/srp-challenge"),
        (Self::SrpProof, "/srp-proof"),
    ];

    fn path(self) -> &'static str {
        Self::ALL.iter().find(|(work, _)| *work == self).map_or("/", |(_, path)| path)
    }
}

/// CPU microseconds of one request with this work.
pub async fn measure(server: &Process, connections: usize, requests: usize, work: Work) -> Result<f64> {
    Ok(measure::measure(server, connections, requests, &Arc::new(work)).await?.cpu_us)
}

/// A request with the headers and the size of one that carries an access token.
impl Operation for Work {
    async fn run(&self, client: &mut Client, _: usize) -> Result<()> {
        const BODY: &[u8] = &[b'x'; 1200];
        let request = http::Request::post(self.path())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");
        let (status, body) = client.send(request, BODY).await?;
        if status.is_success() && body == BODY { Ok(()) } else { Err("the echo is wrong".into()) }
    }
}

/// Starts this program as such a server, its store in a folder of `folder`.
pub async fn start(folder: &Path) -> Result<Process> {
    let folder = folder.to_str().ok_or("the folder's name is not text")?;
    Process::start(&std::env::current_exe()?, &["least", folder]).await
}

/// Serves on a free port until it is killed.
pub async fn serve(folder: &Path) -> Result<()> {
    let floor = Arc::new(Floor::new(folder).await?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let floor = floor.clone();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_headers(100)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| {
                    let floor = floor.clone();
                    async move { Ok::<_, Infallible>(floor.answer(request).await) }
                }),
            );
        tokio::spawn(connection);
    }
}

struct Floor {
    things: Things,
    key: SigningKey,
    public: VerifyingKey,
    token: String,
    srp: SrpExample,
    next: AtomicUsize,
}

/// As long as the claims of a token.
const CLAIMS: [u8; 600] = [b'c'; 600];

impl Floor {
    async fn new(folder: &Path) -> Result<Self> {
        let key = SigningKey::generate()?;
        let (public, token) = (key.verifying_key()?, key.sign(&CLAIMS)?);
        let (things, srp) = (Things::open(folder).await?, SrpExample::new()?);
        Ok(Self { things, key, public, token, srp, next: AtomicUsize::new(0) })
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let work = Work::ALL.iter().find(|(_, path)| *path == request.uri().path()).map(|(work, _)| *work);
        let body = pin!(Limited::new(request.into_body(), 1024 * 1024).collect());
        let body = match tokio::time::timeout(PATIENCE, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            _ => Bytes::new(),
        };
        let done = match work {
            Some(work) => self.work(work).await,
            None => Err("no such work".into()),
        };
        let mut response = Response::new(Full::new(body));
        if let Err(error) = done {
            eprintln!("the floor: {error}");
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        response
    }

    async fn work(&self, work: Work) -> Result<()> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        match work {
            Work::Echo => return Ok(()),
            Work::SrpChallenge => return self.srp.challenge(),
            Work::SrpProof => {
                self.srp.prove()?;
                return self.tokens();
            }
            Work::GetUser => drop(jose::verify(&self.token, [&self.public])?),
            Work::Refresh | Work::Rotate => self.tokens()?,
        }
        self.things.read(n).await?;
        self.things.read(n + 1).await?;
        if work == Work::Rotate {
            self.things.change(n).await?;
        }
        Ok(())
    }

    /// An ID token and an access token.
    fn tokens(&self) -> Result<()> {
        self.key.sign(&CLAIMS)?;
        self.key.sign(&CLAIMS)?;
        Ok(())
    }
}
