//! A network between a store and its server that breaks at COMMIT.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never gets it.
    BeforeCommit,
    /// The server gets it; the client never learns whether it did.
    AfterSending,
    /// The server has answered; the answer is lost.
    BeforeAnswer,
}

/// A listener on localhost that hands on to the server. Each COMMIT takes the next cut from the
/// plan, if there is one.
pub struct Proxy {
    port: u16,
    plan: Arc<Mutex<VecDeque<Cut>>>,
}

impl Proxy {
    pub async fn start(server: PathBuf) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::new(Mutex::new(VecDeque::new()));
        let proxy = Self { port, plan: Arc::clone(&plan) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, plan) = (server.clone(), Arc::clone(&plan));
                // An error is the end of a connection, ours or theirs.
                tokio::spawn(
                    async move { connection(client, UnixStream::connect(server).await?, plan).await },
                );
            }
        });
        proxy
    }

    pub fn url(&self, database: &str) -> String {
        format!("host=127.0.0.1 port={} user=poolhouse dbname={database}", self.port)
    }

    pub fn plan(&self, cuts: impl IntoIterator<Item = Cut>) {
        self.plan.lock().unwrap().extend(cuts);
    }

    /// Whether every planned cut was made.
    pub fn is_done(&self) -> bool {
        self.plan.lock().unwrap().is_empty()
    }
}

async fn connection(
    mut client: TcpStream,
    mut server: UnixStream,
    plan: Arc<Mutex<VecDeque<Cut>>>,
) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let answer_is_lost = AtomicBool::new(false);
    let up = async {
        to_server.write_all(&message(&mut from_client, false).await?).await?;
        loop {
            let sent = message(&mut from_client, true).await?;
            let commits = sent.starts_with(b"Q") && sent.ends_with(b"COMMIT\0");
            let cut = if commits { plan.lock().unwrap().pop_front() } else { None };
            if cut == Some(Cut::BeforeCommit) {
                return Ok(());
            }
            answer_is_lost.store(cut == Some(Cut::BeforeAnswer), Ordering::SeqCst);
            to_server.write_all(&sent).await?;
            if cut == Some(Cut::AfterSending) {
                return Ok(());
            }
        }
    };
    let down = async {
        let mut bytes = vec![0; 8192];
        loop {
            let n = from_server.read(&mut bytes).await?;
            if n == 0 || answer_is_lost.load(Ordering::SeqCst) {
                return Ok(());
            }
            to_client.write_all(&bytes[..n]).await?;
        }
    };
    tokio::select! { ended = up => ended, ended = down => ended }
}

/// One message of the client; the first has no type byte.
async fn message(from: &mut (impl AsyncRead + Unpin), typed: bool) -> io::Result<Vec<u8>> {
    let header = if typed { 5 } else { 4 };
    let mut bytes = vec![0; header];
    from.read_exact(&mut bytes).await?;
    let length = u32::from_be_bytes(bytes[header - 4..].try_into().unwrap()) as usize;
    bytes.resize(header - 4 + length, 0);
    from.read_exact(&mut bytes[header..]).await?;
    Ok(bytes)
}
