//! The address of the database, which holds a password.

use std::fmt;

use url::Url;

/// Passwords that a database has because nobody chose one.
const DEFAULT_PASSWORDS: [&str; 8] =
    ["admin", "changeme", "example", "password", "poolhouse", "postgres", "root", "secret"];

/// A PostgreSQL address. Shown without its password.
#[derive(Clone)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// An address that can be read, with a password that somebody chose.
    pub fn parse(text: String) -> Result<Self, String> {
        let url = Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "postgres" | "postgresql"))
            .ok_or("postgres://user:password@host/database is expected")?;
        let user = decoded(url.username());
        for password in passwords(&url) {
            if password.is_empty() || password == user || DEFAULT_PASSWORDS.contains(&password.as_str()) {
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

/// The address without what must not be shown; of one that cannot be read, nothing.
pub fn redacted(text: &str) -> String {
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

fn passwords(url: &Url) -> Vec<String> {
    let in_query = url.query_pairs().filter(|(name, _)| name == "password").map(|(_, value)| value.into_owned());
    url.password().map(decoded).into_iter().chain(in_query).collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
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
            "mysql://me:hunter2@h/d",
            "db.example",
        ] {
            StoreUrl::parse(url.to_owned()).unwrap_err();
        }
        for url in ["postgres://me@h/d", "postgres:///d?host=/run/postgresql"] {
            StoreUrl::parse(url.to_owned()).unwrap();
        }
    }
}
