//! The configuration as it is used: judged as a whole, every fault named.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use flows::quotas;
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::Options;
use super::quotas::Quota;
use super::store_url::{StoreUrl, WrittenUrl};
use crate::listen::Limits;

/// What `poolhouse serve` runs by.
#[derive(Debug)]
pub struct Settings {
    pub listen: Vec<SocketAddr>,
    /// Without a trailing slash.
    pub base_url: String,
    pub store: StorePlace,
    pub root_key: PathBuf,
    pub old_root_keys: Vec<PathBuf>,
    pub tls: Option<TlsFiles>,
    pub trusted_proxies: Vec<IpNet>,
    pub operations_listen: Vec<SocketAddr>,
    pub limits: Limits,
    pub quotas: quotas::Settings,
    pub log: String,
}

#[derive(Debug)]
pub enum StorePlace {
    Embedded { folder: PathBuf },
    Postgres { url: StoreUrl, connections: usize },
}

#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What is wrong, one line each, beginning with the option's name.
pub type Faults = Vec<String>;

impl TryFrom<Options> for Settings {
    type Error = Faults;

    fn try_from(options: Options) -> Result<Self, Faults> {
        let mut judge = Judge::default();
        let settings = judge.settings(options);
        settings.filter(|_| judge.0.is_empty()).ok_or(judge.0)
    }
}

/// Collects faults; what has one is `None`.
#[derive(Default)]
struct Judge(Faults);

impl Judge {
    fn settings(&mut self, options: Options) -> Option<Settings> {
        let trusted_proxies = self.trusted_proxies(options.trusted_proxies);
        let tls = self.tls(options.tls_certificate, options.tls_key);
        let listen = self.addresses("listen", options.listen);
        if tls.is_none() && trusted_proxies.is_empty() {
            self.loopback_only(listen.as_deref().unwrap_or_default());
        }
        let root_key = match (options.root_key, &options.data, &options.store) {
            (Some(file), _, _) => Some(file),
            (None, Some(folder), None) => Some(folder.join("root.key")),
            (None, None, None) => None,
            (None, _, Some(_)) => self.fault("root_key", "is required with PostgreSQL"),
        };
        let store = match (options.store, options.data) {
            (Some(url), _) => self.postgres(url, options.store_connections),
            (None, Some(folder)) => Some(StorePlace::Embedded { folder }),
            (None, None) => self.fault("data", "is required, unless store is given"),
        };
        let base_url = self.base_url(options.base_url);
        let operations_listen = self.addresses("operations_listen", options.operations_listen);
        let limits = Some(Limits {
            connections: self.number("max_connections", options.max_connections, 1..=100_000)?,
            connections_per_address: self.number(
                "max_connections_per_address",
                options.max_connections_per_address,
                1..=100_000,
            )?,
            header_bytes: self.number("max_header_bytes", options.max_header_bytes, 8192..=65_536)?,
            bodies: self.number(
                "max_body_bytes_under_way",
                options.max_body_bytes_under_way,
                2 * api::MAX_BODY..=1 << 31,
            )?,
            header_patience: self.seconds("header_seconds", options.header_seconds, 1..=300)?,
            body_patience: self.seconds("body_seconds", options.body_seconds, 1..=300)?,
            drain: self.seconds("drain_seconds", options.drain_seconds, 0..=3600)?,
        });
        let per_second = 0..=1_000_000;
        let mut quotas = quotas::Settings {
            per_pool: self.number("requests_per_pool", options.requests_per_pool, per_second.clone())?,
            per_user: self.number("requests_per_user", options.requests_per_user, per_second.clone())?,
            per_address: self.number("requests_per_address", options.requests_per_address, per_second)?,
            ..quotas::Settings::default()
        };
        self.categories(&mut quotas, options.quotas.unwrap_or_default());
        let log = self.log(options.log);
        Some(Settings {
            listen: listen?,
            base_url: base_url?,
            store: store?,
            root_key: root_key?,
            old_root_keys: options.old_root_keys.unwrap_or_default(),
            tls,
            trusted_proxies,
            operations_listen: operations_listen?,
            limits: limits?,
            quotas,
            log: log?,
        })
    }

    fn fault<T>(&mut self, option: &str, text: impl std::fmt::Display) -> Option<T> {
        self.0.push(format!("{option}: {text}"));
        None
    }

    fn trusted_proxies(&mut self, networks: Option<Vec<IpNet>>) -> Vec<IpNet> {
        let networks = networks.unwrap_or_default();
        if networks.iter().any(|network| network.prefix_len() == 0) {
            self.fault::<()>("trusted_proxies", "a network of all addresses lets everyone forge theirs");
        }
        networks
    }

    fn tls(&mut self, certificate: Option<PathBuf>, key: Option<PathBuf>) -> Option<TlsFiles> {
        match (certificate, key) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (Some(_), None) => self.fault("tls_key", "is required with tls_certificate"),
            (None, Some(_)) => self.fault("tls_certificate", "is required with tls_key"),
        }
    }

    fn addresses(&mut self, option: &str, given: Option<Vec<SocketAddr>>) -> Option<Vec<SocketAddr>> {
        match given {
            Some(addresses) if !addresses.is_empty() => Some(addresses),
            _ => self.fault(option, "needs an address"),
        }
    }

    fn loopback_only(&mut self, listen: &[SocketAddr]) {
        if let Some(open) = listen.iter().find(|address| !address.ip().to_canonical().is_loopback()) {
            self.fault::<()>(
                "listen",
                format_args!(
                    "{open} can be reached from other machines: give tls_certificate and tls_key, or name the \
                     reverse proxies in trusted_proxies"
                ),
            );
        }
    }

    fn postgres(&mut self, url: WrittenUrl, connections: Option<usize>) -> Option<StorePlace> {
        let connections = self.number("store_connections", connections, 1..=1000);
        match StoreUrl::parse(url) {
            Ok(url) => Some(StorePlace::Postgres { url, connections: connections? }),
            Err(text) => self.fault("store", text),
        }
    }

    /// An origin (RFC 6454) of the scheme https: issuers and URLs of documents are this and a path.
    fn base_url(&mut self, given: Option<String>) -> Option<String> {
        const EXPECTED: &str = "https://HOST or https://HOST:PORT is expected";
        let Some(given) = given else { return self.fault("base_url", "is required") };
        let Ok(url) = Url::parse(&given) else { return self.fault("base_url", EXPECTED) };
        let is_origin = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if is_origin { Some(url.origin().ascii_serialization()) } else { self.fault("base_url", EXPECTED) }
    }

    fn categories(&mut self, settings: &mut quotas::Settings, given: Vec<Quota>) {
        for (position, quota) in given.iter().enumerate() {
            let name = quota.category.name();
            if given[..position].iter().any(|former| former.category == quota.category) {
                self.fault::<()>("quotas", format_args!("{name} is given twice"));
            }
            settings.set_rate(quota.category, quota.rate);
        }
    }

    fn number<T: PartialOrd + std::fmt::Display>(
        &mut self,
        option: &str,
        given: Option<T>,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        match given {
            Some(number) if range.contains(&number) => Some(number),
            _ => self.fault(option, format_args!("{} to {} is expected", range.start(), range.end())),
        }
    }

    fn seconds(&mut self, option: &str, given: Option<u64>, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(option, given, range).map(Duration::from_secs)
    }

    fn log(&mut self, given: Option<String>) -> Option<String> {
        let filter = given.unwrap_or_default();
        match EnvFilter::try_new(&filter) {
            Ok(_) => Some(filter),
            Err(_) => self.fault("log", "directives such as `info` or `warn,api=debug` are expected"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The faults of a configuration file.
    fn faults(file: &str) -> Faults {
        let options: Options = toml::from_str(file).unwrap();
        Settings::try_from(options.over(Options::defaults())).err().unwrap_or_default()
    }

    #[test]
    fn what_would_not_be_safe_is_refused() {
        let sound = "base_url = 'https://id.example.com'\ndata = '/d'\n";
        assert_eq!(faults(sound), Faults::new());
        for (change, option) in [
            ("listen = ['0.0.0.0:80']", "listen"),
            ("listen = ['[::]:80']", "listen"),
            ("listen = []", "listen"),
            ("listen = ['127.0.0.1:1', '192.0.2.1:1']", "listen"),
            ("operations_listen = []", "operations_listen"),
            ("tls_certificate = 'c'", "tls_key"),
            ("tls_key = 'k'", "tls_certificate"),
            ("trusted_proxies = ['0.0.0.0/0']", "trusted_proxies"),
            ("trusted_proxies = ['10.0.0.0/8', '::/0']", "trusted_proxies"),
            ("store = 'postgres://me:hunter2@h/d'", "root_key"),
            ("root_key = 'k'\nstore = 'postgres://me:me@localhost/d'", "store"),
            ("root_key = 'k'\nstore = 'postgres://me:hunter2@h/d'", "store"),
            ("root_key = 'k'\nstore = 'postgres://me:hunter2@h/d?sslmode=require'", "store"),
            ("root_key = 'k'\nstore = 'h/d'", "store"),
            ("max_connections = 0", "max_connections"),
            ("max_connections_per_address = 0", "max_connections_per_address"),
            ("max_header_bytes = 100", "max_header_bytes"),
            ("max_body_bytes_under_way = 1000000", "max_body_bytes_under_way"),
            ("header_seconds = 0", "header_seconds"),
            ("body_seconds = 100000", "body_seconds"),
            ("drain_seconds = 100000", "drain_seconds"),
            ("quotas = ['UserRead=1', 'UserRead=2']", "quotas"),
            ("requests_per_pool = 2000000", "requests_per_pool"),
            ("requests_per_user = 2000000", "requests_per_user"),
            ("requests_per_address = 2000000", "requests_per_address"),
            ("log = 'loud,,=='", "log"),
        ] {
            let faults = faults(&format!("{sound}{change}"));
            assert!(
                faults.first().is_some_and(|f| f.starts_with(&format!("{option}: "))),
                "{change}: {faults:?}"
            );
            assert!(!format!("{faults:?}").contains("hunter2"));
        }
        for change in [
            "listen = ['0.0.0.0:443']\ntls_certificate = 'c'\ntls_key = 'k'",
            "listen = ['0.0.0.0:80']\ntrusted_proxies = ['10.0.0.0/8']",
            "listen = ['[::ffff:127.0.0.1]:80', '[::1]:80']",
            "root_key = 'k'\nstore = 'postgres://me:hunter2@h/d?sslmode=disable'",
            "root_key = 'k'\nstore = 'postgres://me:hunter2@localhost/d'",
        ] {
            assert_eq!(faults(&format!("{sound}{change}")), Faults::new(), "{change}");
        }
    }

    #[test]
    fn the_base_url_is_an_https_origin() {
        for bad in [
            "http://id.example.com",
            "id.example.com",
            "https://",
            "https://id.example.com/path",
            "https://id.example.com?q",
            "https://id.example.com/#f",
            "https://u@id.example.com",
            "",
        ] {
            assert!(faults(&format!("data = 'd'\nbase_url = '{bad}'"))[0].starts_with("base_url: "), "{bad}");
        }
        for (written, used) in [
            ("https://ID.example.com/", "https://id.example.com"),
            ("https://id.example.com:443", "https://id.example.com"),
            ("https://id.example.com:8443", "https://id.example.com:8443"),
        ] {
            assert_eq!(Judge::default().base_url(Some(written.into())).as_deref(), Some(used));
        }
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let all = faults("listen = ['0.0.0.0:80']\nlog = '=='");
        let options: Vec<&str> = all.iter().filter_map(|fault| fault.split(':').next()).collect();
        assert_eq!(options, ["listen", "data", "base_url", "log"]);
    }
}
