//! Who may talk to a development server: programs on this machine, and no web page of another origin that
//! had its name point here (DNS rebinding).

use std::net::{IpAddr, Ipv6Addr};

/// Whether a `Host` (or the authority of an `Origin`) is this machine, or a name allowed in addition.
pub fn is_local(authority: &str, allowed: &[String]) -> bool {
    let Some(name) = name_of(authority) else { return false };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    if let Ok(address) = name.parse::<IpAddr>() {
        return address.is_loopback();
    }
    name == "localhost"
        || name.ends_with(".localhost")
        || allowed.iter().any(|a| a.eq_ignore_ascii_case(&name))
}

/// Whether a request for the test controls may come from this `Origin`; programs send none.
pub fn is_own_origin(origin: Option<&str>, allowed: &[String]) -> bool {
    match origin {
        None => true,
        Some(origin) => ["http://", "https://"]
            .iter()
            .find_map(|scheme| origin.strip_prefix(scheme))
            .is_some_and(|authority| is_local(authority, allowed)),
    }
}

/// The name without its port; `None` when it is no plain authority.
fn name_of(authority: &str) -> Option<&str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        inside.parse::<Ipv6Addr>().ok()?;
        return is_port(port).then_some(inside);
    }
    let end = authority.find(':').unwrap_or(authority.len());
    let (name, port) = authority.split_at(end);
    let plain = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    (plain && is_port(port)).then_some(name)
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|p| p.len() <= 5 && p.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_passes() {
        let allowed = ["poolhouse.test".to_owned()];
        for good in [
            "localhost",
            "LOCALHOST:9229",
            "localhost.",
            "a.localhost:1",
            "127.0.0.1",
            "127.1.2.3:9229",
            "[::1]:9229",
            "[::1]",
            "poolhouse.test:80",
        ] {
            assert!(is_local(good, &allowed), "{good}");
        }
        for bad in [
            "",
            ":9229",
            "localhost.evil.com",
            "127.0.0.1.evil.com",
            "evil.com",
            "evil.com:9229",
            "evillocalhost",
            "user@localhost",
            "localhost:80:80",
            "localhost/x",
            "2130706433",
            "0x7f.0.0.1",
            "0.0.0.0",
            "192.168.0.1",
            "[::2]",
            "[::ffff:127.0.0.1",
            "[localhost]",
            "[::1]x",
            "::1",
        ] {
            assert!(!is_local(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn origins() {
        assert!(is_own_origin(None, &[]));
        assert!(is_own_origin(Some("http://localhost:9229"), &[]));
        for bad in
            ["null", "", "https://evil.com", "http://localhost.evil.com", "file://localhost", "localhost"]
        {
            assert!(!is_own_origin(Some(bad), &[]), "{bad}");
        }
    }
}
