//! The address of the database, which holds a password.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::Url;

/// Passwords that a database has because nobody chose one.
const DEFAULT_PASSWORDS: [&str; 8] =
    ["admin", "changeme", "example", "password", "poolhouse", "postgres", "root", "secret"];

/// What was written where an address belongs, not judged yet. Shown, and written into files, without its
/// password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct WrittenUrl(String);

impl WrittenUrl {
    /// Whether there is something in it that nobody else should read.
    pub fn holds_password(&self) -> bool {
        redacted(&self.0) != self.0
    }
}

impl FromStr for WrittenUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for WrittenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.0))
    }
}

impl Serialize for WrittenUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&redacted(&self.0))
    }
}

/// A PostgreSQL address. Shown without its password.
#[derive(Clone)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// An address that can be read, with a password that somebody chose. Besides a URL, libpq's `name=value`
    /// form is understood.
    pub fn parse(WrittenUrl(text): WrittenUrl) -> Result<Self, String> {
        let config: Config =
            text.parse().map_err(|_| "postgres://user:password@host/database is expected".to_owned())?;
        if let Some(password) = config.get_password() {
            let user = config.get_user().unwrap_or_default();
            let is_default = DEFAULT_PASSWORDS.iter().any(|default| password == default.as_bytes());
            if is_default || password.is_empty() || password == user.as_bytes() {
                return Err("the password is one that databases are shipped with; choose another".into());
            }
        }
        // Where it says nothing, what is read is `prefer`: only the word itself is `disable`.
        if config.get_ssl_mode() != SslMode::Disable && leaves_this_machine(&config) {
            return Err(
                "the connection is not encrypted and the host is another machine: where the network between \
                        them is one that nobody else reaches, say so by sslmode=disable"
                    .into(),
            );
        }
        Ok(Self(text))
    }

    /// With the password, for the connection.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Whether what is sent may be read on a network. An address counts over the name that stands for it.
fn leaves_this_machine(config: &Config) -> bool {
    if !config.get_hostaddrs().is_empty() {
        return !config.get_hostaddrs().iter().all(|address| address.to_canonical().is_loopback());
    }
    !config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name.eq_ignore_ascii_case("localhost")
                || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
        }
    })
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.0))
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address without what must not be shown; of one that cannot be taken apart, nothing.
fn redacted(text: &str) -> String {
    if text.parse::<Config>().is_ok_and(|config| config.get_password().is_none()) {
        return text.to_owned();
    }
    let Ok(mut url) = Url::parse(text) else { return "<redacted>".into() };
    if url.password().is_some() && url.set_password(Some("redacted")).is_err() {
        return "<redacted>".into();
    }
    if url.query().is_some() {
        let shown: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if name == "password" { "redacted".into() } else { value.into_owned() };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for url in [
            "postgres://me:hunter2@db.example/p?sslmode=disable",
            "postgresql://me:hunter2@db.example/p?password=hunter2&sslmode=disable",
            "postgres:///p?host=%2Frun%2Fpg&user=me&password=hunter2",
            "postgres://me:hunter2@[::1",
            "host=h user=me password=hunter2 sslmode=disable",
            "host=h user=me password='hunter2",
        ] {
            let shown = redacted(url);
            assert!(!shown.contains("hunter2"), "{shown}");
            let written = WrittenUrl(url.to_owned());
            assert!(!format!("{written:?}").contains("hunter2"));
            assert!(!serde_json::to_string(&written).unwrap().contains("hunter2"));
            assert!(written.holds_password());
            if let Ok(url) = StoreUrl::parse(WrittenUrl(url.to_owned())) {
                assert!(!format!("{url} {url:?}").contains("hunter2"));
                assert!(url.reveal().contains("hunter2"));
            }
        }
    }

    #[test]
    fn passwords_nobody_chose_are_refused() {
        for url in [
            "postgres://postgres:postgres@localhost/d",
            "postgres://me:me@localhost/d",
            "postgres://me:p%61ssword@localhost/d",
            "postgres://me@localhost/d?password=secret",
            "host=localhost user=me password=postgres",
            "mysql://me:hunter2@localhost/d",
            "db.example",
        ] {
            StoreUrl::parse(WrittenUrl(url.to_owned())).unwrap_err();
        }
        for url in
            ["postgres://me@localhost/d", "postgres:///d?host=/run/postgresql", "host=/run user=me dbname=d"]
        {
            assert_eq!(StoreUrl::parse(WrittenUrl(url.to_owned())).unwrap().to_string(), url);
        }
    }

    #[test]
    fn what_crosses_a_network_in_plain_is_asked_for_in_words() {
        for (url, is_taken) in [
            ("postgres://me@db.example/d", false),
            ("postgres://me@192.0.2.1/d", false),
            ("postgres://me@localhost,db.example/d", false),
            ("postgres://me@localhost.example/d", false),
            ("postgres://me@db.example/d?sslmode=prefer", false),
            ("postgres://me@db.example/d?sslmode=require", false),
            ("postgres://me@localhost/d?hostaddr=192.0.2.1", false),
            ("host=db.example user=me", false),
            ("postgres://me@db.example/d?sslmode=disable", true),
            ("host=db.example user=me sslmode=disable", true),
            ("postgres://me@127.0.0.1/d", true),
            ("postgres://me@[::1]/d", true),
            ("postgres://me@LOCALHOST:5433/d", true),
            ("postgres://me@localhost,[::ffff:127.0.0.1]/d", true),
            ("postgres:///d?host=/run/postgresql", true),
        ] {
            assert_eq!(StoreUrl::parse(WrittenUrl(url.to_owned())).is_ok(), is_taken, "{url}");
        }
    }
}
