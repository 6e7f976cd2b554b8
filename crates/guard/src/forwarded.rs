//! Whose request a reverse proxy passes on.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// Whether this address is a proxy's whose word counts.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

/// The client's address: `peer`, unless that is a trusted proxy. Then the right-most of the X-Forwarded-For
/// addresses that is no trusted proxy; what stands left of it, that client may have made up. An entry that is
/// no address ends the search at the proxy that passed it on.
///
/// `forwarded_for` are the values of the headers of that name, in their order.
pub fn client<'a>(
    peer: IpAddr,
    forwarded_for: impl DoubleEndedIterator<Item = &'a [u8]>,
    trusted: &[IpNet],
) -> IpAddr {
    let mut hop = peer.to_canonical();
    for entry in forwarded_for.rev().flat_map(|value| value.rsplit(|byte| *byte == b',')) {
        if !is_trusted(hop, trusted) {
            break;
        }
        match address(entry) {
            Some(address) => hop = address,
            None => break,
        }
    }
    hop
}

/// What a client is counted by: its IPv4 address, or the IPv6 network of 64 bits that one site has.
pub fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) >> 64 << 64).into(),
    }
}

/// An address, which some proxies write with a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, headers: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|network| network.parse().unwrap());
        client(peer.parse().unwrap(), headers.iter().map(|value| value.as_bytes()), &trusted).to_string()
    }

    #[test]
    fn a_site_is_one_source() {
        let source = |text: &str| source(text.parse().unwrap()).to_string();
        assert_eq!(source("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(source("2001:db8:2:3:4::5"), "2001:db8:2:3::");
    }

    #[test]
    fn strangers_are_not_believed() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(seen("::ffff:192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(seen("2001:db8:2::1", &["198.51.100.1"]), "2001:db8:2::1");
    }

    #[test]
    fn the_right_most_hop_that_is_not_trusted_is_the_client() {
        for (headers, client) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            // Written by the client.
            (&["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            (&["10.0.0.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (&["203.0.113.9", "198.51.100.1 ,10.0.0.2"], "198.51.100.1"),
            (&["198.51.100.1:4711"], "198.51.100.1"),
            (&["[2001:db8:2::7]:4711"], "2001:db8:2::7"),
            (&["[2001:db8:2::7]"], "2001:db8:2::7"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
            (&["198.51.100.1, 2001:db8:1::5"], "198.51.100.1"),
            // All of them trusted: the one furthest away.
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // No addresses.
            (&[], "10.0.0.1"),
            (&[""], "10.0.0.1"),
            (&["unknown"], "10.0.0.1"),
            (&["198.51.100.1,"], "10.0.0.1"),
            (&["198.51.100.1, _hidden, 10.0.0.2"], "10.0.0.2"),
            (&["198.51.100.1\u{0}"], "10.0.0.1"),
        ] {
            assert_eq!(seen("10.0.0.1", headers), client, "{headers:?}");
            assert_eq!(seen("::ffff:10.0.0.1", headers), client, "{headers:?}");
        }
    }
}
