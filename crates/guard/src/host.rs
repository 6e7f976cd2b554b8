//! Who may talk to a development server: programs on this machine, and no web page of another origin that
//! had its name point here (DNS rebinding).

use std::net::{IpAddr, Ipv6Addr};

/// The request is for another server: HTTP status 421 (RFC 9110, section 15.5.20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This server answers only by its own name.")]
pub struct Misdirected;

impl Misdirected {
    pub const STATUS: u16 = 421;
}

/// Judges all `Host` headers of a request: there must be one, and it must be [local](is_local). Returns it.
pub fn check<'a>(
    hosts: impl IntoIterator<Item = &'a [u8]>,
    allowed: &[String],
) -> Result<&'a str, Misdirected> {
    let mut hosts = hosts.into_iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Misdirected) };
    std::str::from_utf8(host).ok().filter(|host| is_local(host, allowed)).ok_or(Misdirected)
}

/// Whether a `Host` (or the authority of an `Origin`) is this machine, or a name allowed in addition:
/// `localhost`, `*.localhost`, 127.0.0.0/8 in four parts, `[::1]`, with or without a port.
pub fn is_local(authority: &str, allowed: &[String]) -> bool {
    name_of(authority).is_some_and(|name| {
        if let Ok(address) = name.parse::<IpAddr>() {
            return address.is_loopback();
        }
        name.split('.').all(|label| !label.is_empty())
            && (name == "localhost"
                || name.ends_with(".localhost")
                || allowed.iter().any(|a| a.eq_ignore_ascii_case(&name)))
    })
}

/// Whether a request for the test controls may come from this `Origin`; programs send none.
pub fn is_own_origin(origin: Option<&str>, allowed: &[String]) -> bool {
    origin.is_none_or(|origin| authority_of(origin).is_some_and(|authority| is_local(authority, allowed)))
}

/// Judges all `Origin` headers of a request for the test controls, sent to `host`, which [`check`] returned:
/// there is none, or one that names the same host. Ports may differ: a browser adds none that is the default.
pub fn is_same_origin<'a>(origins: impl IntoIterator<Item = &'a [u8]>, host: &str) -> bool {
    let mut origins = origins.into_iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => {
            let name = std::str::from_utf8(origin).ok().and_then(authority_of).and_then(name_of);
            name.is_some() && name == name_of(host)
        }
        _ => false,
    }
}

fn authority_of(origin: &str) -> Option<&str> {
    ["http://", "https://"].iter().find_map(|scheme| origin.strip_prefix(scheme))
}

/// The name without its port and closing dot, in lower case; `None` when it is no plain authority.
fn name_of(authority: &str) -> Option<String> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        let address: Ipv6Addr = inside.parse().ok()?;
        return is_port(port).then(|| address.to_string());
    }
    let end = authority.find(':').unwrap_or(authority.len());
    let (name, port) = authority.split_at(end);
    let plain = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    (plain && is_port(port)).then(|| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
}

/// Nothing, or a colon and a port that may be empty (RFC 3986, section 3.2.3).
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return text.is_empty() };
    port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: [&str; 14] = [
        "localhost",
        "LOCALHOST:9229",
        "localhost.",
        "localhost.:9229",
        "localhost:",
        "a.localhost:1",
        "auth.eu-west-1.LocalHost",
        "127.0.0.1",
        "127.1.2.3:9229",
        "127.255.255.255",
        "[::1]:9229",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "poolhouse.test:80",
    ];
    const FOREIGN: [&str; 46] = [
        "",
        " ",
        ".",
        ":9229",
        "localhost.evil.com",
        "127.0.0.1.evil.com",
        "127.0.0.1.nip.io",
        "evil.com",
        "evil.com:9229",
        "evil.com.",
        "evillocalhost",
        "localhost-evil.com",
        ".localhost",
        "a..localhost",
        "localhost..",
        "user@localhost",
        "user:password@localhost",
        "localhost@evil.com",
        "localhost:80@evil.com",
        "localhost#evil.com",
        "localhost, evil.com",
        "localhost evil.com",
        "localhost\0",
        "localhost:80:80",
        "localhost:65536",
        "localhost:+80",
        "localhost:x",
        "localhost/x",
        "http://localhost",
        "l\u{f6}calhost",
        "%6cocalhost",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "128.0.0.1",
        "192.168.0.1",
        "[::]",
        "[::2]",
        "[::ffff:127.0.0.1]",
        "[::1",
        "[::1%lo]",
        "[::1]x",
        "::1",
    ];

    fn allowed() -> [String; 1] {
        ["Poolhouse.test".to_owned()]
    }

    #[test]
    fn only_this_machine_passes() {
        for good in LOCAL {
            assert_eq!(check([good.as_bytes()], &allowed()), Ok(good));
        }
        for bad in FOREIGN.into_iter().chain(["[localhost]", "[127.0.0.1]", "sub.poolhouse.test"]) {
            assert_eq!(check([bad.as_bytes()], &allowed()), Err(Misdirected), "{bad}");
        }
        assert_eq!(check(["poolhouse.test".as_bytes()], &[]), Err(Misdirected));
    }

    #[test]
    fn one_host_and_no_more() {
        let local: &[u8] = b"localhost";
        assert_eq!(check([], &[]), Err(Misdirected));
        assert_eq!(check([local, local], &[]), Err(Misdirected));
        assert_eq!(check([local, b"evil.com"], &[]), Err(Misdirected));
        assert_eq!(check([&b"localhost\xff"[..]], &[]), Err(Misdirected));
    }

    #[test]
    fn origins() {
        assert!(is_own_origin(None, &[]));
        assert!(is_own_origin(Some("http://localhost:9229"), &[]));
        let foreign = FOREIGN.map(|name| format!("http://{name}"));
        let odd = ["null", "", "file://localhost", "localhost", "http:localhost", "http://localhost/"];
        for bad in foreign.iter().map(String::as_str).chain(odd) {
            assert!(!is_own_origin(Some(bad), &allowed()), "{bad}");
            for host in ["localhost", "127.0.0.1", "[::1]"] {
                assert!(!is_same_origin([bad.as_bytes()], host), "{bad}");
            }
        }
    }

    #[test]
    fn an_origin_names_the_same_host() {
        let same = |origin: &str, host: &str| is_same_origin([origin.as_bytes()], host);
        assert!(is_same_origin([], "localhost:9229"));
        assert!(same("http://localhost:9229", "localhost:9229"));
        assert!(same("https://LOCALHOST", "localhost.:9229"));
        assert!(same("http://[::1]:9229", "[0:0:0:0:0:0:0:1]"));
        assert!(same("https://poolhouse.test", "poolhouse.test"));
        assert!(!same("http://127.0.0.1:9229", "localhost:9229"));
        assert!(!same("http://app.localhost:9229", "localhost:9229"));
        assert!(!same("http://localhost:9229", "app.localhost:9229"));
        assert!(!same("null", "null"));
        assert!(!same("http://user@localhost", "user@localhost"));
        let origin: &[u8] = b"http://localhost";
        assert!(!is_same_origin([origin, origin], "localhost"));
    }
}
