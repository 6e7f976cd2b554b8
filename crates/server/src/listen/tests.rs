//! Listeners over real sockets, with a surface that says whom a request is from.

use std::net::Ipv4Addr;

use api::authenticate::SecureTransport;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;

const MOMENT: Duration = Duration::from_millis(300);
/// Far more than any test takes.
const LONG: Duration = Duration::from_secs(20);

/// Answers with the client's address, on `/slow` only when it is let go.
struct Echo {
    let_go: watch::Receiver<bool>,
}

impl Surface for Echo {
    async fn route(&self, request: Parts, body: Bytes, ip: IpAddr) -> Response<Bytes> {
        if request.uri.path() == "/slow" {
            let _ = self.let_go.clone().wait_for(|go| *go).await;
        }
        let secure = if request.extensions.get::<SecureTransport>().is_some() { " secure" } else { "" };
        text(StatusCode::OK, format!("{ip} {}{secure}", body.len()))
    }
}

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    let_go: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

async fn running(limits: Limits, trusted: &[&str]) -> Running {
    let sockets = bind(&[SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]).await.unwrap();
    let address = addresses(&sockets)[0];
    let (stop, stopping) = watch::channel(false);
    let (let_go, going) = watch::channel(false);
    let trusted = trusted.iter().map(|network| network.parse().unwrap()).collect();
    let listener = Listener {
        sockets,
        surface: Arc::new(Echo { let_go: going }),
        tls: None,
        gate: Gate::guarded(&limits, trusted),
        limits,
    };
    Running { address, stop, let_go, serving: tokio::spawn(listener.serve(stopping)) }
}

fn impatient() -> Limits {
    Limits { header_patience: MOMENT, body_patience: MOMENT, ..Limits::default() }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What comes back for these bytes until the server closes.
    async fn exchange(&self, bytes: &str) -> String {
        let mut stream = self.connect().await;
        // The server may have refused and closed before all is sent.
        let _ = stream.write_all(bytes.as_bytes()).await;
        read_to_end(stream).await
    }
}

async fn read_to_end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(LONG, stream.read_to_end(&mut answer));
    let _ = read.await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(headers: &str) -> String {
    format!("GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn only_trusted_proxies_say_whom_a_request_is_from() {
    let forged = get("x-forwarded-for: 203.0.113.9, 198.51.100.1\r\n");
    let stranger = running(Limits::default(), &["10.0.0.0/8"]).await;
    assert!(stranger.exchange(&forged).await.ends_with("127.0.0.1 0"));
    let proxy = running(Limits::default(), &["127.0.0.1/32"]).await;
    assert!(proxy.exchange(&forged).await.ends_with("198.51.100.1 0"));
    assert!(proxy.exchange(&get("")).await.ends_with("127.0.0.1 0"));
    let encrypted = get("x-forwarded-proto: https\r\n");
    assert!(stranger.exchange(&encrypted).await.ends_with("127.0.0.1 0"));
    assert!(proxy.exchange(&encrypted).await.ends_with("127.0.0.1 0 secure"));
}

#[tokio::test]
async fn headers_are_bounded() {
    let server = running(Limits { header_bytes: 8192, ..Limits::default() }, &[]).await;
    assert!(
        server.exchange(&get(&format!("a: {}\r\n", "x".repeat(7000)))).await.starts_with("HTTP/1.1 200 ")
    );
    for too_much in [
        get(&format!("a: {}\r\n", "x".repeat(9000))),
        get(&"a: b\r\n".repeat(101)),
        format!("GET /{} HTTP/1.1\r\nhost: h\r\n\r\n", "x".repeat(9000)),
    ] {
        let answer = server.exchange(&too_much).await;
        assert!(answer.starts_with("HTTP/1.1 431 ") || answer.starts_with("HTTP/1.1 414 "), "{answer:?}");
    }
}

#[tokio::test]
async fn bodies_are_bounded() {
    let server = running(Limits::default(), &[]).await;
    let post = |length: usize, body: &str| {
        format!("POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    assert!(server.exchange(&post(3, "abc")).await.ends_with("127.0.0.1 3"));
    // Refused by what it announces, before any of it is sent.
    let announced = api::MAX_BODY + 2;
    assert!(server.exchange(&post(announced, &"x".repeat(announced))).await.starts_with("HTTP/1.1 413 "));
    let chunk = format!("{:x}\r\n{}\r\n", 65_536, "x".repeat(65_536));
    let chunked =
        format!("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(17));
    let mut stream = server.connect().await;
    let _ = stream.write_all(chunked.as_bytes()).await;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn bodies_share_a_budget() {
    let server = running(Limits { bodies: 1000, ..Limits::default() }, &[]).await;
    let post = |length: usize, body: &str| {
        format!("POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    let mut held = server.connect().await;
    held.write_all(post(600, "x").as_bytes()).await.unwrap();
    // The one before is taken in once the server has no room left.
    let mut refused = String::new();
    for _ in 0..200 {
        refused = server.exchange(&post(600, &"y".repeat(600))).await;
        if refused.starts_with("HTTP/1.1 503 ") {
            break;
        }
        tokio::time::sleep(MOMENT / 30).await;
    }
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1\r\n"), "{refused}");
    // A body of unknown length counts as the longest.
    let chunked =
        "POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(server.exchange(chunked).await.starts_with("HTTP/1.1 503 "));
    assert!(server.exchange(&post(400, &"z".repeat(400))).await.ends_with("127.0.0.1 400"));
    assert!(server.exchange(&get("")).await.ends_with("127.0.0.1 0"));
    held.write_all("x".repeat(599).as_bytes()).await.unwrap();
    assert!(read_to_end(held).await.ends_with("127.0.0.1 600"));
    assert!(server.exchange(&post(600, &"y".repeat(600))).await.ends_with("127.0.0.1 600"));
}

/// Whoever sends a byte now and then gets no further than whoever sends none.
#[tokio::test]
async fn slow_clients_are_shown_out() {
    let server = running(impatient(), &[]).await;
    for (first, byte) in [
        ("", ""),
        ("GET / HT", ""),
        ("GET / HTTP/1.1\r\nhost: h\r\nx: ", "x"),
        ("POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n", "x"),
        // Idle after a request that was answered.
        ("GET / HTTP/1.1\r\nhost: h\r\n\r\n", ""),
    ] {
        let (read, mut write) = server.connect().await.into_split();
        write.write_all(first.as_bytes()).await.unwrap();
        let dripping = tokio::spawn(async move {
            while write.write_all(byte.as_bytes()).await.is_ok() {
                tokio::time::sleep(MOMENT / 10).await;
            }
        });
        let mut read = read;
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(LONG, read.read_to_end(&mut answer)).await;
        dripping.abort();
        assert!(ended.is_ok(), "{first:?} is still served");
        let answer = String::from_utf8_lossy(&answer);
        if first.starts_with("POST") {
            assert!(answer.starts_with("HTTP/1.1 408 "), "{answer:?}");
        }
    }
    assert!(server.exchange(&get("")).await.ends_with("127.0.0.1 0"));
}

#[tokio::test]
async fn connections_are_bounded() {
    let server = running(Limits { connections_per_address: 2, ..Limits::default() }, &[]).await;
    let mut held = [server.connect().await, server.connect().await];
    // Until both were accepted, a third may take the place of one.
    for stream in &mut held {
        stream.write_all(get("").replace("close", "keep-alive").as_bytes()).await.unwrap();
        let mut status = [0; 15];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200 OK");
    }
    assert_eq!(server.exchange(&get("")).await, "");
}

#[tokio::test]
async fn what_is_under_way_ends_before_the_listener() {
    let server = running(Limits::default(), &[]).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: h\r\n\r\nGET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    let idle = server.connect().await;
    // An answer means that the connections before it were accepted.
    assert!(server.exchange(&get("")).await.ends_with("127.0.0.1 0"));
    server.stop.send(true).unwrap();
    assert_eq!(read_to_end(idle).await, "");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody is let in any more");
    assert!(!server.serving.is_finished());
    server.let_go.send(true).unwrap();
    let answer = read_to_end(slow).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 1, "{answer}");
    tokio::time::timeout(LONG, server.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn draining_has_an_end() {
    let server = running(Limits { drain: MOMENT, ..Limits::default() }, &[]).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    assert!(server.exchange(&get("")).await.ends_with("127.0.0.1 0"));
    server.stop.send(true).unwrap();
    tokio::time::timeout(LONG, server.serving).await.unwrap().unwrap();
}
