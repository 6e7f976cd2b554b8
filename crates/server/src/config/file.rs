//! Reading the configuration file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Options;
use super::store_url::WrittenUrl;
use crate::private::{self, Readers};

/// What the file says. An error names the place of the fault, but quotes nothing of the file: it may hold the
/// password of the store.
pub fn read(path: &Path) -> Result<Options, String> {
    let failed = |reason: &dyn std::fmt::Display| format!("{}: {reason}", path.display());
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|e| failed(&e))?;
    let options = parse(&text).map_err(|fault| format!("{}:{fault}", path.display()))?;
    if options.store.as_ref().is_some_and(WrittenUrl::holds_password) {
        let judged = private::judge(&file, Readers::OwnerAlone);
        judged.map_err(|fault| failed(&format_args!("it holds the store's password, and {fault}")))?;
    }
    Ok(options)
}

fn parse(text: &str) -> Result<Options, String> {
    toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        format!("{line}:{column}: {}", error.message())
    })
}

/// Line and column of a byte, both from 1; columns count characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_a_place_and_quote_nothing() {
        for (text, expected) in [
            ("data = 'd'\nlisten_on = 'x'\n", "2:1: unknown field `listen_on`"),
            ("\n[tls]\ncertificate = 'c'", "2:2: unknown field `tls`"),
            ("drain_seconds = 'soon'", "1:17: invalid type: string"),
            ("drain_seconds = -1", "1:17: invalid value"),
            ("listen = ['localhost']", "1:11: invalid socket address"),
            ("trusted_proxies = ['10.0.0.0/33']", "1:19: an address or a network"),
            ("data = 'a'\ndata = 'b'", "2:1: duplicate key"),
            ("store = \"postgres://u:hunter2@h/d", "1:"),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(fault.starts_with(expected), "{fault}");
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn every_form_of_value_is_read() {
        let options = parse(
            "listen = ['[::1]:1', '127.0.0.1:2']\ntrusted_proxies = ['10.1.0.0/16', '::1']\nmax_connections = 7",
        )
        .unwrap();
        assert_eq!(options.listen.unwrap().len(), 2);
        let networks: Vec<String> =
            options.trusted_proxies.unwrap().iter().map(|network| network.to_string()).collect();
        assert_eq!(networks, ["10.1.0.0/16", "::1/128"]);
        assert_eq!(options.max_connections, Some(7));
        assert_eq!(options.base_url, None);
    }
}
