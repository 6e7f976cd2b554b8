//! The program under test, and the plainest of clients.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

/// Status of a program that must not start like this.
pub const REFUSED: i32 = 78;

/// A command of the program, with an environment of its own.
pub fn poolhouse<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolhouse"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end: its status, what it printed, what it complained of.
#[track_caller]
pub fn run(command: &mut Command) -> (i32, String, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A server that should not have started would go on for ever.
    if !(0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        child.try_wait().unwrap().is_some()
    }) {
        child.kill().unwrap();
        panic!("it runs: {:?}", child.wait_with_output().unwrap());
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A folder of a server, and the flags that let one start in it.
pub struct Place {
    pub folder: Arc<TempDir>,
    pub flags: Vec<String>,
}

impl Place {
    pub fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let data = folder.path().join("data").to_str().unwrap().to_owned();
        let flags = ["--base-url", "https://id.example.com", "--data", &data];
        Self { flags: flags.map(str::to_owned).to_vec(), folder }
    }

    pub fn with(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root_key(&self) -> PathBuf {
        self.path("data/root.key")
    }

    /// `poolhouse serve` on free ports.
    pub fn command(&self) -> Command {
        let mut command = poolhouse(["serve"]);
        command.args(&self.flags);
        if !self.flags.iter().any(|flag| flag == "--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args(["--operations-listen", "127.0.0.1:0"]);
        command
    }

    #[track_caller]
    pub fn start(&self) -> Program {
        Program::start(&mut self.command(), self)
    }

    /// What it complains of when it does not start.
    #[track_caller]
    pub fn refusal(&self) -> String {
        let (status, printed, complaint) = run(&mut self.command());
        assert_eq!((status, printed.as_str()), (REFUSED, ""), "{complaint}");
        complaint
    }

    /// Every file in the data folder with its contents.
    pub fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.path("data")).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

/// A running server; killed when it is dropped.
pub struct Program {
    child: Child,
    pub api: SocketAddr,
    pub operations: SocketAddr,
    log: PathBuf,
    _folder: Arc<TempDir>,
}

impl Program {
    #[track_caller]
    fn start(command: &mut Command, place: &Place) -> Self {
        let log = place.path("log");
        command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |after: &str| {
            let Some(Ok(line)) = lines.next() else {
                panic!("it does not start: {}", std::fs::read_to_string(&log).unwrap())
            };
            let (_, url) = line.split_once(after).unwrap_or_else(|| panic!("{line}"));
            url.split_once("://").unwrap().1.parse().unwrap()
        };
        let api = address("listening on ");
        let operations = address("operations on ");
        Self { child, api, operations, log, _folder: place.folder.clone() }
    }

    pub fn get(&self, path: &str) -> Answer {
        request(
            self.api,
            &format!("GET {path} HTTP/1.1\r\nhost: id.example.com\r\nconnection: close\r\n\r\n"),
        )
    }

    pub fn ask_operations(&self, path: &str) -> Answer {
        request(self.operations, &format!("GET {path} HTTP/1.1\r\nhost: o\r\nconnection: close\r\n\r\n"))
    }

    /// Calls an operation with these further headers.
    pub fn call(&self, operation: &str, headers: &str, body: &str) -> Answer {
        request(self.api, &call(operation, headers, body))
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Its status, once it has ended.
    pub fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    pub fn end(self) -> i32 {
        self.signal("TERM");
        self.wait()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// The request of an operation, on a connection of its own.
pub fn call(operation: &str, headers: &str, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: id.example.com\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.1\r\n\
         x-amz-target: AWSCognitoIdentityProviderService.{operation}\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub fn request(address: SocketAddr, text: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    exchange(&mut stream, text)
}

/// Sends a request on a connection that ends with the answer.
pub fn exchange(stream: &mut (impl Read + Write), text: &str) -> Answer {
    stream.write_all(text.as_bytes()).unwrap();
    answer(stream)
}

pub fn answer(stream: &mut impl Read) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// Asks until it is so.
#[track_caller]
pub fn eventually(mut is_so: impl FnMut() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come about");
}
