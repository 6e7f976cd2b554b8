//! The socket by which commands ask the running server: `admin.sock` in the data folder, for its owner
//! alone. A connection carries one request and one answer, in JSON; the client's half ends after the request.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flows::Services;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use super::{Outcome, Request, perform};

const NAME: &str = "admin.sock";
/// A request, with the longest policy.
const MAX_REQUEST: u64 = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// A socket that answers; dropping it takes it away.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Answers in this folder, whose store this process holds: what lies there of that name is left from one that
/// was killed.
pub fn serve(folder: &Path, services: Arc<Services>) -> std::io::Result<Socket> {
    let path = folder.join(NAME);
    // Made where nobody else can come, so that it is never there with wider permissions.
    let private = tempfile::tempdir_in(folder)?;
    let made = private.path().join("s");
    let listener = UnixListener::bind(&made)?;
    std::fs::set_permissions(&made, Permissions::from_mode(0o600))?;
    std::fs::rename(&made, &path)?;
    let task = tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(answer(stream, services.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "administration socket");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    });
    Ok(Socket { path, task })
}

async fn answer(mut stream: UnixStream, services: Arc<Services>) {
    let mut text = Vec::new();
    let read = timeout(PATIENCE, (&mut stream).take(MAX_REQUEST).read_to_end(&mut text)).await;
    if !matches!(read, Ok(Ok(_))) {
        return;
    }
    let outcome = match serde_json::from_slice::<Request>(&text) {
        Ok(request) => perform::perform(&services, request).await,
        Err(_) => Err("the running server does not know what is asked; is it of another version?".into()),
    };
    if let Ok(reply) = serde_json::to_vec(&outcome) {
        let _ = timeout(PATIENCE, stream.write_all(&reply)).await;
    }
}

/// What the server running in this folder answers; `None` when none runs.
pub(super) async fn ask(folder: &Path, request: &Request) -> Result<Option<Outcome>, String> {
    let failed = |e: std::io::Error| format!("asking the running server: {e}");
    let mut stream = match UnixStream::connect(folder.join(NAME)).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
    };
    let request = serde_json::to_vec(request).map_err(|e| e.to_string())?;
    stream.write_all(&request).await.map_err(failed)?;
    stream.shutdown().await.map_err(failed)?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.map_err(failed)?;
    serde_json::from_slice(&reply).map(Some).map_err(|_| "the running server gave no answer".into())
}
