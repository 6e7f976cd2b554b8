//! The options of `poolhouse serve` as they are written. This is the one list of them: flags, environment,
//! file and docs/configuration.md are made from it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::quotas::Quota;
use super::store_url::WrittenUrl;

/// What one source says: the command line with the environment, the file, or the defaults.
#[derive(Clone, Debug, Default, Args, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Addresses and ports that serve the API. Without a certificate they must be loopback addresses, or
    /// answer only the trusted proxies.
    #[arg(long, env = "POOLHOUSE_LISTEN", value_name = "ADDR:PORT", value_delimiter = ',')]
    pub listen: Option<Vec<SocketAddr>>,

    /// The https address by which clients reach this installation, such as https://id.example.com. Issuers of
    /// new pools are made from it. Required.
    #[arg(long, env = "POOLHOUSE_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,

    /// The folder of the embedded store and of a root key made for it. Required unless `store` is given.
    #[arg(long, env = "POOLHOUSE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// A PostgreSQL database in place of the embedded store, as postgres://user:password@host/database. A
    /// password belongs in the environment or in a configuration file for its owner alone: the arguments of a
    /// process are there for everyone on the machine to read. The connection is not encrypted: a host that is
    /// neither this machine nor a Unix socket is refused unless the URL says sslmode=disable.
    #[arg(long, env = "POOLHOUSE_STORE", value_name = "URL", hide_env_values = true)]
    pub store: Option<WrittenUrl>,

    /// Connections to PostgreSQL, at most.
    #[arg(long, env = "POOLHOUSE_STORE_CONNECTIONS", value_name = "N")]
    pub store_connections: Option<usize>,

    /// The file of the root key, for its owner alone; `poolhouse key create` makes one. Without it:
    /// `root.key` in the data folder, made at the first start. Required with PostgreSQL.
    #[arg(long, env = "POOLHOUSE_ROOT_KEY", value_name = "FILE")]
    pub root_key: Option<PathBuf>,

    /// Files of further root keys, which open what they sealed: former ones, and the next one on the nodes
    /// that do not seal under it yet.
    #[arg(long, env = "POOLHOUSE_OLD_ROOT_KEYS", value_name = "FILE", value_delimiter = ',')]
    pub old_root_keys: Option<Vec<PathBuf>>,

    /// PEM file of the certificate and its chain. Read again when it changes and on SIGHUP.
    #[arg(long, env = "POOLHOUSE_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,

    /// PEM file of the certificate's private key.
    #[arg(long, env = "POOLHOUSE_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-For is believed.
    #[arg(long, env = "POOLHOUSE_TRUSTED_PROXIES", value_name = "NET", value_delimiter = ',',
          value_parser = network)]
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Option<Vec<IpNet>>,

    /// Addresses and ports of the operations listener: /healthz, /readyz, /metrics, in plain HTTP. Not for
    /// strangers.
    #[arg(long, env = "POOLHOUSE_OPERATIONS_LISTEN", value_name = "ADDR:PORT", value_delimiter = ',')]
    pub operations_listen: Option<Vec<SocketAddr>>,

    /// Connections at a time; further ones wait in the kernel's queue.
    #[arg(long, env = "POOLHOUSE_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,

    /// Connections at a time from one address that is no trusted proxy; further ones are closed.
    #[arg(long, env = "POOLHOUSE_MAX_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    pub max_connections_per_address: Option<usize>,

    /// Bytes of a request's first line and headers, at most.
    #[arg(long, env = "POOLHOUSE_MAX_HEADER_BYTES", value_name = "N")]
    pub max_header_bytes: Option<usize>,

    /// Bytes of the bodies of all requests under way together; what would go beyond is answered 503.
    #[arg(long, env = "POOLHOUSE_MAX_BODY_BYTES_UNDER_WAY", value_name = "N")]
    pub max_body_bytes_under_way: Option<usize>,

    /// Seconds that a client has to send the headers of a request, also after the request before.
    #[arg(long, env = "POOLHOUSE_HEADER_SECONDS", value_name = "N")]
    pub header_seconds: Option<u64>,

    /// Seconds that a client has to send the body of a request.
    #[arg(long, env = "POOLHOUSE_BODY_SECONDS", value_name = "N")]
    pub body_seconds: Option<u64>,

    /// Seconds that requests under way have to end after SIGTERM.
    #[arg(long, env = "POOLHOUSE_DRAIN_SECONDS", value_name = "N")]
    pub drain_seconds: Option<u64>,

    /// Requests per second of an account and region, by category of operations, where they shall be other than
    /// Cognito's defaults: CATEGORY=RATE, or CATEGORY=RATE:MAXIMUM to let accounts raise them to that much by
    /// UpdateProvisionedLimit. 0 is no limit. See <https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html>.
    #[arg(long, env = "POOLHOUSE_QUOTAS", value_name = "LIMIT", value_delimiter = ',')]
    pub quotas: Option<Vec<Quota>>,

    /// Requests per second for each operation on one user pool, of the categories UserPoolResourceRead,
    /// UserPoolResourceUpdate, UserPoolClientRead and UserPoolClientUpdate. 0 is no limit.
    #[arg(long, env = "POOLHOUSE_REQUESTS_PER_POOL", value_name = "N")]
    pub requests_per_pool: Option<u32>,

    /// Requests per second that read one user, and as many that write, on each server. 0 is no limit.
    #[arg(long, env = "POOLHOUSE_REQUESTS_PER_USER", value_name = "N")]
    pub requests_per_user: Option<u32>,

    /// Requests per second of one client address (of IPv6: of 64 bits), on each server. 0 is no limit.
    #[arg(long, env = "POOLHOUSE_REQUESTS_PER_ADDRESS", value_name = "N")]
    pub requests_per_address: Option<u32>,

    /// What is logged, as directives of tracing: `info`, `warn,api=debug`.
    #[arg(long, env = "POOLHOUSE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

impl Options {
    /// What holds where nothing else is said.
    pub fn defaults() -> Self {
        let limits = flows::quotas::Settings::default();
        Self {
            listen: Some(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 9229))]),
            store_connections: Some(8),
            operations_listen: Some(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 9230))]),
            max_connections: Some(4096),
            max_connections_per_address: Some(256),
            max_header_bytes: Some(16_384),
            max_body_bytes_under_way: Some(64 * 1024 * 1024),
            header_seconds: Some(15),
            body_seconds: Some(30),
            drain_seconds: Some(30),
            requests_per_pool: Some(limits.per_pool),
            requests_per_user: Some(limits.per_user),
            requests_per_address: Some(limits.per_address),
            log: Some("info".into()),
            ..Self::default()
        }
    }

    /// These, and where they say nothing, those of `under`.
    pub fn over(self, under: Self) -> Self {
        Self {
            listen: self.listen.or(under.listen),
            base_url: self.base_url.or(under.base_url),
            data: self.data.or(under.data),
            store: self.store.or(under.store),
            store_connections: self.store_connections.or(under.store_connections),
            root_key: self.root_key.or(under.root_key),
            old_root_keys: self.old_root_keys.or(under.old_root_keys),
            tls_certificate: self.tls_certificate.or(under.tls_certificate),
            tls_key: self.tls_key.or(under.tls_key),
            trusted_proxies: self.trusted_proxies.or(under.trusted_proxies),
            operations_listen: self.operations_listen.or(under.operations_listen),
            max_connections: self.max_connections.or(under.max_connections),
            max_connections_per_address: self
                .max_connections_per_address
                .or(under.max_connections_per_address),
            max_header_bytes: self.max_header_bytes.or(under.max_header_bytes),
            max_body_bytes_under_way: self.max_body_bytes_under_way.or(under.max_body_bytes_under_way),
            header_seconds: self.header_seconds.or(under.header_seconds),
            body_seconds: self.body_seconds.or(under.body_seconds),
            drain_seconds: self.drain_seconds.or(under.drain_seconds),
            quotas: self.quotas.or(under.quotas),
            requests_per_pool: self.requests_per_pool.or(under.requests_per_pool),
            requests_per_user: self.requests_per_user.or(under.requests_per_user),
            requests_per_address: self.requests_per_address.or(under.requests_per_address),
            log: self.log.or(under.log),
        }
    }
}

/// A network, or an address as the network of it alone.
fn network(text: &str) -> Result<IpNet, String> {
    let alone = || text.parse().map(|address: std::net::IpAddr| IpNet::from(address));
    text.parse()
        .or_else(|_| alone())
        .map_err(|_| "an address or a network such as 10.0.0.0/8 is expected".into())
}

fn networks<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Vec<IpNet>>, D::Error> {
    let texts = Vec::<String>::deserialize(source)?;
    let networks: Result<_, _> = texts.iter().map(|text| network(text)).collect();
    networks.map(Some).map_err(serde::de::Error::custom)
}
