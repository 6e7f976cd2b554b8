//! Who may connect, how often at a time, and whose word counts on the client's address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use guard::forwarded;
use http::HeaderMap;
use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;

#[derive(Debug)]
pub struct Gate {
    places: Arc<Semaphore>,
    /// Bytes of bodies.
    room: Arc<Semaphore>,
    size: usize,
    per_address: usize,
    trusted: Vec<IpNet>,
    /// Whether strangers may speak plain HTTP to an address that other machines reach.
    plain_for_all: bool,
    open: Mutex<HashMap<IpAddr, usize>>,
    refused: AtomicU64,
}

/// A connection that counts as long as this lives.
#[derive(Debug)]
pub(super) struct Admitted {
    gate: Arc<Gate>,
    /// What it counts for; a trusted proxy's counts for nobody.
    source: Option<IpAddr>,
}

impl Gate {
    /// Lets everyone in, up to the limits. For development.
    pub fn open(limits: &Limits) -> Arc<Self> {
        Arc::new(Self { plain_for_all: true, ..Self::new(limits, Vec::new()) })
    }

    /// Plain HTTP is for this machine and the trusted proxies.
    pub fn guarded(limits: &Limits, trusted: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self::new(limits, trusted))
    }

    fn new(limits: &Limits, trusted: Vec<IpNet>) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits.connections)),
            room: Arc::new(Semaphore::new(limits.bodies)),
            size: limits.connections,
            per_address: limits.connections_per_address,
            trusted,
            plain_for_all: false,
            open: Mutex::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// Waits for a place.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        self.places.clone().acquire_owned().await.ok()
    }

    /// Room for a body of so many bytes at most, as long as the answer lives; `None` when bodies under way have
    /// taken it. Whoever waited for it would hold a connection instead.
    pub(super) fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes).ok()?;
        self.room.clone().try_acquire_many_owned(bytes).ok()
    }

    /// Whether a connection of this peer may stay; `in_plain` when it is not encrypted and came to an address
    /// that other machines reach.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr, in_plain: bool) -> Option<Admitted> {
        let peer = peer.to_canonical();
        let is_proxy = forwarded::is_trusted(peer, &self.trusted);
        let is_in_clear = in_plain && !self.plain_for_all && !is_proxy && !peer.is_loopback();
        let source = (!is_proxy).then(|| forwarded::source(peer));
        if is_in_clear || !source.is_none_or(|source| self.count(source)) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(Admitted { gate: self.clone(), source })
    }

    /// Whom a request is from.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values: Vec<&[u8]> = headers.get_all("x-forwarded-for").iter().map(|v| v.as_bytes()).collect();
        forwarded::client(peer, values.into_iter(), &self.trusted)
    }

    /// Whether a request that came in plain was encrypted on its way to a trusted proxy, which says so.
    pub(super) fn is_encrypted(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let said = headers.get_all("x-forwarded-proto").iter().next_back();
        forwarded::is_trusted(peer, &self.trusted)
            && said.is_some_and(|said| said.as_bytes().rsplit(|b| *b == b',').next().is_some_and(is_https))
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.size - self.places.available_permits().min(self.size)
    }

    /// Connections that were closed unserved.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn count(&self, source: IpAddr) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(source).or_default();
        if *count >= self.per_address {
            return false;
        }
        *count += 1;
        true
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some(source) = self.source else { return };
        let mut open = self.gate.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                open.remove(&source);
            }
        }
    }
}

fn is_https(word: &[u8]) -> bool {
    word.trim_ascii().eq_ignore_ascii_case(b"https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Arc<Gate> {
        let limits = Limits { connections_per_address: 2, ..Limits::default() };
        Gate::guarded(&limits, vec!["10.0.0.0/8".parse().unwrap()])
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_source_has_its_share() {
        let gate = gate();
        let first = gate.admit(ip("192.0.2.1"), false).unwrap();
        let _second = gate.admit(ip("::ffff:192.0.2.1"), false).unwrap();
        assert!(gate.admit(ip("192.0.2.1"), false).is_none());
        let _other = gate.admit(ip("192.0.2.2"), false).unwrap();
        drop(first);
        let _third = gate.admit(ip("192.0.2.1"), false).unwrap();
        assert!(gate.admit(ip("192.0.2.1"), false).is_none());
        assert_eq!(gate.refused(), 2);
    }

    #[test]
    fn a_site_of_ipv6_is_one_source() {
        let gate = gate();
        let _held = ["2001:db8::1", "2001:db8::2"].map(|site| gate.admit(ip(site), false).unwrap());
        assert!(gate.admit(ip("2001:db8::3"), false).is_none());
        assert!(gate.admit(ip("2001:db8:0:1::1"), false).is_some());
    }

    #[test]
    fn trusted_proxies_have_no_share() {
        let gate = gate();
        let held: Vec<_> = (0..5).map(|_| gate.admit(ip("10.1.2.3"), false)).collect();
        assert!(held.iter().all(Option::is_some));
    }

    #[test]
    fn proxies_say_whether_it_was_encrypted() {
        let said = |peer: &str, values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-proto", http::HeaderValue::from_static(value));
            }
            gate().is_encrypted(ip(peer), &headers)
        };
        assert!(said("10.0.0.1", &["https"]));
        assert!(said("10.0.0.1", &["http", "http, HTTPS"]));
        for values in [&[][..], &["http"], &["https, http"], &["https", "http"], &["https://"]] {
            assert!(!said("10.0.0.1", values), "{values:?}");
        }
        assert!(!said("192.0.2.1", &["https"]));
    }

    #[test]
    fn plain_http_is_for_proxies_and_this_machine() {
        let gate = gate();
        assert!(gate.admit(ip("192.0.2.1"), true).is_none());
        assert!(gate.admit(ip("10.0.0.1"), true).is_some());
        assert!(gate.admit(ip("127.0.0.1"), true).is_some());
        assert!(Gate::open(&Limits::default()).admit(ip("192.0.2.1"), true).is_some());
    }
}
