//! A program under measurement: started, asked for its address, its counters read, killed in the end.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

/// Linux counts CPU time for user space in hundredths of a second on every architecture.
const TICKS_PER_SECOND: u64 = 100;
const START: Duration = Duration::from_secs(20);

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    pub started: Instant,
    /// Held, or the program's next line of output would fail.
    _output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a program that prints a line ending in `http://ADDRESS` when it listens.
    pub async fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{}: {e}", program.display()))?;
        let output = child.stdout.take().ok_or("no output")?;
        let line = tokio::task::spawn_blocking(move || {
            let (mut output, mut line) = (BufReader::new(output), String::new());
            output.read_line(&mut line).map(|_| (output, line))
        });
        let read = match tokio::time::timeout(START, line).await {
            Ok(read) => read?,
            Err(late) => {
                let _ = child.kill();
                return Err(late.into());
            }
        };
        let (output, line) = read?;
        let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{} did not say where it listens", program.display()).into());
        };
        Ok(Self { child, address, started, _output: output })
    }

    /// CPU time used so far, of all threads, in user space and in the kernel.
    pub fn cpu(&self) -> Result<Duration> {
        cpu_of(&self.child.id().to_string())
    }

    /// Present and highest resident memory, in KiB.
    pub fn memory(&self) -> Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).ok_or("no memory counters")
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }

    /// Waits until the program rests, for ten seconds at most: keys are made ahead in the background.
    pub async fn settle(&self) -> Result<()> {
        let mut before = self.cpu()?;
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = self.cpu()?;
            if now == before {
                break;
            }
            before = now;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of this process.
pub fn own_cpu() -> Result<Duration> {
    cpu_of("self")
}

/// Fields 14 and 15 of `/proc/PID/stat`; the second, a name in parentheses, may contain anything.
fn cpu_of(pid: &str) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("/proc/PID/stat has no name")?;
    let mut times = fields.split(' ').skip(11).map(str::parse::<u64>);
    let mut next = || times.next().ok_or("/proc/PID/stat is short");
    let ticks = next()?? + next()??;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}
