//! The address of the database, which holds a password.

use std::fmt;

use tokio_postgres::Config;
use url::Url;

/// Passwords that a database has because nobody chose one.
const DEFAULT_PASSWORDS: [&str; 8] =
    ["admin", "changeme", "example", "password", "poolhouse", "postgres", "root", "secret"];

/// A PostgreSQL address. Shown without its password.
#[derive(Clone)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// An address that can be read, with a password that somebody chose. Besides a URL, libpq's `name=value`
    /// form is understood.
    pub fn parse(text: String) -> Result<Self, String> {
        let config: Config =
            text.parse().map_err(|_| "postgres://user:password@host/database is expected".to_owned())?;
        if let Some(password) = config.get_password() {
            let user = config.get_user().unwrap_or_default();
            let is_default = DEFAULT_PASSWORDS.iter().any(|default| password == default.as_bytes());
            if is_default || password.is_empty() || password == user.as_bytes() {
                return Err("the password is one that databases are shipped with; choose another".into());
            }
        }
        Ok(Self(text))
    }

    /// With the password, for the connection.
    pub fn reveal(&self) -> &str {
        &self.0
    }
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
pub fn redacted(text: &str) -> String {
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
            "postgres://me:hunter2@db.example/p",
            "postgresql://me:hunter2@db.example/p?password=hunter2&sslmode=disable",
            "postgres:///p?host=%2Frun%2Fpg&user=me&password=hunter2",
            "postgres://me:hunter2@[::1",
            "host=h user=me password=hunter2",
            "host=h user=me password='hunter2",
        ] {
            let shown = redacted(url);
            assert!(!shown.contains("hunter2"), "{shown}");
            if let Ok(url) = StoreUrl::parse(url.to_owned()) {
                assert!(!format!("{url} {url:?}").contains("hunter2"));
                assert!(url.reveal().contains("hunter2"));
            }
        }
    }

    #[test]
    fn passwords_nobody_chose_are_refused() {
        for url in [
            "postgres://postgres:postgres@h/d",
            "postgres://me:me@h/d",
            "postgres://me:p%61ssword@h/d",
            "postgres://me@h/d?password=secret",
            "host=h user=me password=postgres",
            "mysql://me:hunter2@h/d",
            "db.example",
        ] {
            StoreUrl::parse(url.to_owned()).unwrap_err();
        }
        for url in ["postgres://me@h/d", "postgres:///d?host=/run/postgresql", "host=/run user=me dbname=d"] {
            assert_eq!(StoreUrl::parse(url.to_owned()).unwrap().to_string(), url);
        }
    }
}
