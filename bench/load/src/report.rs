//! The report: Markdown for people, JSON for comparison, a plot of the bars.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use crate::bars::{self, Bar};
use crate::cold_start::ColdStart;
use crate::floors::Floors;
use crate::measure::Measured;
use crate::memory::Memory;
use crate::operations::Operations;
use crate::scale::Size;
use crate::{Options, Result, plot};

#[derive(Debug, Serialize)]
pub struct Report {
    pub date: String,
    pub cores: usize,
    pub binary_bytes: u64,
    pub cold_start: ColdStart,
    pub memory: Memory,
    pub floors: Floors,
    pub operations: Operations,
    /// The same with PostgreSQL as the store; its own processes are not in the figures.
    pub postgres: Option<Operations>,
    pub scale: Vec<Size>,
}

impl Report {
    /// An operation's CPU microseconds.
    pub fn cpu(&self, name: &str) -> f64 {
        self.operations.iter().find(|(n, _)| *n == name).map_or(f64::NAN, |(_, m)| m.cpu_us)
    }

    pub fn publish(&self, options: &Options) -> Result<()> {
        let bars = bars::of(self);
        let text = self.markdown(&bars)?;
        println!("{text}");
        std::fs::create_dir_all(&options.results)?;
        let kept = serde_json::to_string_pretty(&json!({ "measured": self, "bars": bars }))?;
        std::fs::write(options.results.join("latest.json"), kept + "\n")?;
        std::fs::write(options.results.join("latest.svg"), plot::draw(&bars)?)?;
        match &options.document {
            Some(document) => replace(document, MARKS, &text),
            None => Ok(()),
        }
    }

    fn markdown(&self, bars: &[Bar]) -> Result<String> {
        let mut out = format!("Measured {} on {} cores, embedded engine.\n", self.date, self.cores);
        out += "\n| must hold | measured | floor | ratio | bar | |\n|---|--:|--:|--:|--:|---|\n";
        for b in bars {
            let held = if b.held { "held" } else { "**missed**" };
            if b.unit == "µs" {
                let (measured, floor) = (number(b.measured), number(b.floor));
                let (ratio, bar) = (b.ratio, b.bar);
                writeln!(
                    out,
                    "| {} | {measured} µs | {floor} µs | {ratio:.2} | {bar:.2} | {held} |",
                    b.what
                )?;
            } else {
                let (unit, bar) = (b.unit, b.bar);
                writeln!(out, "| {} | {:.1} {unit} | | | {bar:.0} {unit} | {held} |", b.what, b.measured)?;
            }
        }
        out +=
            "\n| operation | connections | server CPU, µs | p50, ms | p99, ms | per second | cores busy |\n";
        out += "|---|--:|--:|--:|--:|--:|--:|\n";
        for (name, m) in &self.operations {
            line(&mut out, name, m)?;
        }
        for (name, m) in self.postgres.iter().flatten() {
            line(&mut out, &format!("{name}, on PostgreSQL"), m)?;
        }
        for size in &self.scale {
            let users = size.users;
            line(&mut out, &format!("sign-in by SRP, {users} users"), &size.sign_in)?;
            line(&mut out, &format!("GetUser, {users} users"), &size.get_user)?;
            line(&mut out, &format!("AdminGetUser, {users} users"), &size.admin_get_user)?;
            line(&mut out, &format!("ListUsers page of 60, {users} users"), &size.list_users)?;
        }
        let f = &self.floors;
        out += "\n| floor | CPU, µs |\n|---|--:|\n";
        for (name, value) in [
            ("echo on the same HTTP stack, 1,200 bytes", f.echo),
            ("request with one RSA verification and two point reads", f.get_user),
            ("request with two signatures and two point reads", f.refresh),
            ("the same with a durable batch, 64 at a time", f.rotate),
            ("requests with three exponentiations and two signatures, less the echoes", f.srp_sign_in),
            ("RSA-2048 signature", f.rsa_sign),
            ("RSA-2048 verification", f.rsa_verify),
            ("ES256 verification", f.es256_verify),
            ("exponentiation, 256 bits, modulo 3072 bits", f.exponentiation),
            ("all that an SRP sign-in computes on the server", f.srp_server),
            ("argon2id, 19 MiB, two passes", f.argon2id),
            ("TOTP check: three HMACs-SHA-1", f.totp),
            ("HMAC-SHA-256 of a code", f.hmac),
            ("sealing: of 640 bytes, and opening", f.sealing),
            ("point read", f.point_read),
            ("durable batch, 64 at a time", f.durable_batch),
        ] {
            writeln!(out, "| {name} | {} |", number(value))?;
        }
        let (cold, memory) = (&self.cold_start, &self.memory);
        writeln!(
            out,
            "\nCold start: best {:.1} ms, median {:.1} ms, worst {:.1} ms.",
            cold.best_ms, cold.median_ms, cold.worst_ms
        )?;
        writeln!(
            out,
            "Resident memory: {:.1} MiB right after the sign-ins, {:.1} MiB {} s later, {:.1} MiB at most.",
            memory.busy_mib, memory.resting_mib, memory.after_seconds, memory.highest_mib
        )?;
        Ok(out)
    }
}

fn line(out: &mut String, name: &str, m: &Measured) -> Result<()> {
    writeln!(
        out,
        "| {name} | {} | {} | {:.2} | {:.2} | {:.0} | {:.2} |",
        m.connections,
        number(m.cpu_us),
        m.p50_ms,
        m.p99_ms,
        m.per_second,
        m.busy
    )?;
    Ok(())
}

/// Three significant digits or all before the point.
fn number(n: f64) -> String {
    if n < 10.0 {
        format!("{n:.2}")
    } else if n < 100.0 {
        format!("{n:.1}")
    } else {
        format!("{n:.0}")
    }
}

const MARKS: (&str, &str) = ("<!-- measured -->\n", "<!-- /measured -->");

/// Puts a text between two marks of the document.
pub fn replace(document: &Path, (begin, end): (&str, &str), text: &str) -> Result<()> {
    let old = std::fs::read_to_string(document)?;
    let parts = old.split_once(begin).and_then(|(head, rest)| Some((head, rest.split_once(end)?.1)));
    let (head, tail) = parts.ok_or("the document has no place for the report")?;
    std::fs::write(document, format!("{head}{begin}{text}{end}{tail}"))?;
    Ok(())
}
