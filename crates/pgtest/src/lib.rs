//! A throw-away PostgreSQL server for tests: its own data folder, reached through a Unix socket in it, with
//! every safety of a real one on. It ends with the process that started it, however that ends.

use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

/// Runs the server as long as standard input is open, then removes its folder.
const KEEPER: &str = r#"trap '' INT TERM
folder=$1; shift
"$@" & server=$!
read -r _
kill -INT $server
wait $server
rm -rf "$folder""#;

const USER: &str = "poolhouse";

/// A running server. Dropping it stops it and removes its data.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    keeper: Child,
    databases: AtomicU32,
}

impl Server {
    /// Starts a server. `settings` are configuration parameters, such as `("fsync", "off")`.
    ///
    /// The programs are looked for in PATH, then where Debian puts them. PostgreSQL refuses to run as root:
    /// root runs it as `nobody`.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not come up; the message holds what it wrote.
    pub fn start(settings: &[(&str, &str)]) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("pgtest-").tempdir()?.keep();
        let owner = unprivileged(&folder)?;
        let data = folder.join("data");
        initialise(&owner, &data)?;

        let mut server = owner.command("postgres")?;
        server.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-c", "listen_addresses="]);
        // Readiness is read from the log, in a language we know.
        server.args(["-c", "lc_messages=C", "-c", "logging_collector=off", "-c", "log_destination=stderr"]);
        for (name, value) in settings {
            server.arg("-c").arg(format!("{name}={value}"));
        }
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(&folder)
            .arg(server.get_program())
            .args(server.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = keeper.stderr.take();
        let server = Self { folder, keeper, databases: AtomicU32::new(0) };
        wait_until_ready(BufReader::new(log.ok_or_else(|| failure("no log of the server"))?))?;
        Ok(server)
    }

    /// The server that all tests of this process share, with default settings.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
        SHARED.get_or_init(|| Self::start(&[]).expect("PostgreSQL starts"))
    }

    /// The server's Unix socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("host={} user={USER} dbname={database}", self.folder.display())
    }

    /// Makes an empty database and returns its name.
    ///
    /// # Errors
    /// When the server does not.
    pub async fn create_database(&self) -> Result<String, tokio_postgres::Error> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        drop(client);
        let _ = connection.await;
        Ok(name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Who runs the server: us, or another user when we are root.
struct Owner {
    other: Option<(u32, u32)>,
}

impl Owner {
    fn command(&self, program: &str) -> io::Result<Command> {
        let program = find(program)?;
        let Some((user, group)) = self.other else { return Ok(Command::new(program)) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
        command.args(["--clear-groups", "--"]).arg(program);
        Ok(command)
    }
}

/// Hands the folder to a user that PostgreSQL accepts.
fn unprivileged(folder: &Path) -> io::Result<Owner> {
    if std::fs::metadata(folder)?.uid() != 0 {
        return Ok(Owner { other: None });
    }
    let (user, group) = (id_of_nobody("-u")?, id_of_nobody("-g")?);
    chown(folder, Some(user), Some(group))?;
    Ok(Owner { other: Some((user, group)) })
}

fn id_of_nobody(which: &str) -> io::Result<u32> {
    let output = Command::new("id").args([which, "nobody"]).output()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| failure("no user nobody"))
}

/// The default order of text is a language's, where the version can: what must compare as bytes has to say so.
fn initialise(owner: &Owner, data: &Path) -> io::Result<()> {
    let run = |more: &[&str]| {
        let mut command = owner.command("initdb")?;
        command.arg("-D").arg(data).args([
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C",
        ]);
        command.args(more).output()
    };
    if run(&["--locale-provider=icu", "--icu-locale=en-US"])?.status.success() {
        return Ok(());
    }
    let output = run(&[])?;
    if output.status.success() {
        return Ok(());
    }
    Err(failure(String::from_utf8_lossy(&output.stderr)))
}

/// Reads the log up to the line that says so, and goes on reading it so that the server never blocks.
fn wait_until_ready(mut log: impl BufRead + Send + 'static) -> io::Result<()> {
    let mut so_far = String::new();
    loop {
        let start = so_far.len();
        if log.read_line(&mut so_far)? == 0 {
            return Err(failure(so_far));
        }
        if so_far
            .get(start..)
            .is_some_and(|line| line.contains("database system is ready to accept connections"))
        {
            break;
        }
    }
    std::thread::spawn(move || {
        let mut rest = [0; 4096];
        while log.read(&mut rest).is_ok_and(|n| n > 0) {}
    });
    Ok(())
}

fn find(program: &str) -> io::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    if let Some(file) = in_path {
        return Ok(file);
    }
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let file = entry.path().join("bin").join(program);
        if let (Some(Ok(version)), true) = (entry.file_name().to_str().map(str::parse), file.is_file()) {
            versions.push((version, file));
        }
    }
    let newest = versions.into_iter().max().map(|(_, file)| file);
    newest.ok_or_else(|| failure(format!("{program} not found: install PostgreSQL")))
}

fn failure(message: impl Into<String>) -> io::Error {
    io::Error::other(message.into())
}
