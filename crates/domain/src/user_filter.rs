//! The filter of ListUsers: one clause, `attribute = "value"` or `attribute ^= "beginning"`, in which `\"` and
//! `\\` stand for a quotation mark and a backslash.

use crate::{Error, Result, User};

/// Attributes whose values are found by index.
pub const SEARCHABLE: [&str; 6] =
    ["email", "phone_number", "name", "given_name", "family_name", "preferred_username"];

/// More characters than any stored value has.
const BEYOND_ANY_VALUE: usize = 2049;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFilter {
    pub attribute: SearchAttribute,
    /// Which values match.
    pub range: TextRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchAttribute {
    /// `username` or one of [`SEARCHABLE`], by name.
    Indexed(&'static str),
    Sub,
    /// `cognito:user_status`, in whatever case it is written.
    UserStatus,
    /// `status`: `Enabled` or `Disabled`.
    Enabled,
}

impl UserFilter {
    /// Reads a filter; `None` is the empty one, which everyone passes.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let end = text.find(|c: char| c.is_whitespace() || "=^\"".contains(c)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let rest = rest.trim_start();
        let (beginning, rest) = match (rest.strip_prefix("^="), rest.strip_prefix('=')) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(malformed()),
        };
        let mut value = unquote(rest.trim_start())?;
        let attribute = SearchAttribute::parse(name)?;
        if attribute == SearchAttribute::UserStatus {
            value.make_ascii_uppercase();
        }
        let range = if beginning { TextRange::beginning_with(&value) } else { TextRange::exactly(&value) };
        Ok(Some(Self { attribute, range }))
    }
}

impl SearchAttribute {
    fn parse(name: &str) -> Result<Self> {
        match name {
            "" => Err(malformed()),
            "username" => Ok(Self::Indexed("username")),
            "sub" => Ok(Self::Sub),
            "cognito:user_status" => Ok(Self::UserStatus),
            "status" => Ok(Self::Enabled),
            _ if name.starts_with("custom:") || name.starts_with("dev:") => {
                Err(Error::invalid("Input fails to satisfy the constraints."))
            }
            _ => SEARCHABLE
                .into_iter()
                .find(|known| *known == name)
                .map(Self::Indexed)
                .ok_or_else(|| Error::invalid(format!("Invalid search attribute: {name}"))),
        }
    }

    /// The value that is compared, and by which results are sorted.
    pub fn value_of(self, user: &User) -> Option<&str> {
        match self {
            Self::Indexed("username") => Some(&user.username),
            Self::Indexed(name) => user.attribute(name),
            Self::Sub => Some(user.id.as_str()),
            Self::UserStatus => Some(user.status.as_str()),
            Self::Enabled => Some(enabled_text(user.enabled)),
        }
    }
}

/// How a filter spells whether a user is enabled.
pub const fn enabled_text(enabled: bool) -> &'static str {
    if enabled { "Enabled" } else { "Disabled" }
}

/// The texts from `from` up to but not including `below`, compared as bytes. Stored texts have no U+0000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRange {
    pub from: String,
    pub below: String,
}

impl TextRange {
    /// One text alone: the next that can be stored is the same with U+0001 after it.
    pub fn exactly(text: &str) -> Self {
        Self { from: text.to_owned(), below: format!("{text}\u{1}") }
    }

    /// Every text that begins with this one. It ends where the last character is the next one; UTF-8 sorts
    /// as code points do.
    pub fn beginning_with(text: &str) -> Self {
        let mut below = text.to_owned();
        while let Some(last) = below.pop() {
            if let Some(next) = (last..=char::MAX).nth(1) {
                below.push(next);
                return Self { from: text.to_owned(), below };
            }
        }
        Self { from: text.to_owned(), below: char::MAX.to_string().repeat(BEYOND_ANY_VALUE) }
    }

    pub fn contains(&self, text: &str) -> bool {
        (self.from.as_str()..self.below.as_str()).contains(&text)
    }
}

/// The value between quotation marks, after which nothing may follow.
fn unquote(text: &str) -> Result<String> {
    let mut chars = text.strip_prefix('"').ok_or_else(malformed)?.chars();
    let mut value = String::new();
    loop {
        match chars.next() {
            Some('"') if chars.as_str().is_empty() => return Ok(value),
            Some('\\') => match chars.next() {
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                _ => return Err(malformed()),
            },
            Some('"') | None => return Err(malformed()),
            Some(other) => value.push(other),
        }
    }
}

fn malformed() -> Error {
    Error::invalid("Error while parsing filter")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> UserFilter {
        UserFilter::parse(text).unwrap().unwrap()
    }

    #[track_caller]
    fn refused(text: &str, message: &str) {
        assert_eq!(UserFilter::parse(text), Err(Error::invalid(message)), "{text}");
    }

    #[test]
    fn a_clause_is_an_attribute_an_operator_and_a_quoted_value() {
        let exact =
            UserFilter { attribute: SearchAttribute::Indexed("email"), range: TextRange::exactly("a@b") };
        for text in ["email=\"a@b\"", "email = \"a@b\"", "  email  =\t\"a@b\"  "] {
            assert_eq!(parsed(text), exact, "{text}");
        }
        for text in ["email^=\"a@b\"", "email ^= \"a@b\""] {
            assert_eq!(parsed(text).range, TextRange::beginning_with("a@b"), "{text}");
        }
        assert_eq!(parsed("username = \"x\"").attribute, SearchAttribute::Indexed("username"));
        assert_eq!(parsed("sub = \"x\"").attribute, SearchAttribute::Sub);
        assert_eq!(parsed("status = \"Enabled\"").attribute, SearchAttribute::Enabled);
    }

    #[test]
    fn an_empty_filter_is_none() {
        for text in ["", "  "] {
            assert_eq!(UserFilter::parse(text), Ok(None));
        }
    }

    #[test]
    fn values_keep_their_spaces_and_lose_their_escapes() {
        for (text, value) in [
            (r#"name = " Jane Doe ""#, " Jane Doe "),
            (r#"name = "\"J\"""#, "\"J\""),
            (r#"name = "a\\""#, "a\\"),
            (r#"name = "a = ^= b""#, "a = ^= b"),
            (r#"name = "it's""#, "it's"),
            (r#"name = """#, ""),
        ] {
            assert_eq!(parsed(text).range, TextRange::exactly(value), "{text}");
        }
    }

    #[test]
    fn only_the_user_status_ignores_case() {
        assert_eq!(parsed("cognito:user_status = \"Confirmed\"").range, TextRange::exactly("CONFIRMED"));
        assert_eq!(parsed("status = \"enabled\"").range, TextRange::exactly("enabled"));
        assert_eq!(parsed("username = \"Bob\"").range, TextRange::exactly("Bob"));
    }

    #[test]
    fn what_is_no_clause_is_refused() {
        for text in [
            "email",
            "email =",
            "= \"x\"",
            "\"x\"",
            "email \"x\"",
            "email == \"x\"",
            "email ^ = \"x\"",
            "email != \"x\"",
            "email = x",
            "email = 'x'",
            "email = \"x",
            "email = x\"",
            "email = \"",
            r#"email = "x\""#,
            r#"email = "x\y""#,
            r#"email = \"x\""#,
            "email = \"x\" y",
            "email = \"x\"\"",
            "email = \"x\" and name = \"y\"",
            "email name = \"x\"",
        ] {
            refused(text, "Error while parsing filter");
        }
    }

    #[test]
    fn other_attributes_are_refused() {
        refused("address = \"x\"", "Invalid search attribute: address");
        refused("Email = \"x\"", "Invalid search attribute: Email");
        refused("enabled = \"true\"", "Invalid search attribute: enabled");
        for text in ["custom:tier = \"x\"", "dev:custom:tier ^= \"x\""] {
            refused(text, "Input fails to satisfy the constraints.");
        }
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let exact = TextRange::exactly("ab");
        assert!(exact.contains("ab"));
        for other in ["", "a", "aa", "abc", "ab\u{1}", "ac"] {
            assert!(!exact.contains(other), "{other:?}");
        }
        for (beginning, inside, outside) in [
            ("ab", ["ab", "ab\u{1}", "ab\u{10FFFF}x"], ["aa", "ac"]),
            ("a%", ["a%", "a%b", "a%%"], ["ab", "a"]),
            // Over the gap of the surrogates, and where the last character has no next.
            ("a\u{D7FF}", ["a\u{D7FF}", "a\u{D7FF}x", "a\u{D7FF}\u{10FFFF}"], ["a\u{E000}", "a"]),
            ("a\u{10FFFF}", ["a\u{10FFFF}", "a\u{10FFFF}x", "a\u{10FFFF}\u{10FFFF}"], ["b", "a"]),
        ] {
            let range = TextRange::beginning_with(beginning);
            assert!(inside.iter().all(|text| range.contains(text)), "{beginning:?}");
            assert!(!outside.iter().any(|text| range.contains(text)), "{beginning:?}");
        }
        let everything = TextRange::beginning_with("");
        assert!(everything.contains("") && everything.contains(&char::MAX.to_string().repeat(2048)));
    }
}
