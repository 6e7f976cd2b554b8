//! Java's patterns in the spelling of the `regex` crate: anchored, with ASCII Perl classes and Java's idea of
//! which characters end a line.

use std::iter::Peekable;
use std::str::Chars;

use super::overrides::EQUIVALENTS;
use crate::Result;

const SPACE: &str = r"\t\n\x0B\f\r ";
const NOT_LINE_END: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";

/// The pattern as `\A(?:…)\z`. One that cannot be expressed is an error: it needs a line in the override table.
pub fn translate(pattern: &str) -> Result<String> {
    let text = EQUIVALENTS.iter().find(|e| e.pattern == pattern).map_or(pattern, |e| e.same);
    let mut out = String::from(r"\A(?:");
    let mut chars = text.chars().peekable();
    let dot_matches_all = text.starts_with("(?s)");
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str(&escape(chars.next(), false).ok_or_else(|| unknown(pattern))?),
            '[' => out.push_str(&class(&mut chars).ok_or_else(|| unknown(pattern))?),
            '.' if !dot_matches_all => out.push_str(NOT_LINE_END),
            other => out.push(other),
        }
    }
    out.push_str(r")\z");
    regex::Regex::new(&out).map_err(|e| format!("pattern {pattern} needs an equivalent: {e}"))?;
    Ok(out)
}

fn unknown(pattern: &str) -> String {
    format!("pattern {pattern} needs an equivalent: it holds syntax that is not translated")
}

/// The rest of a class whose bracket has been read. `None` for operators on classes, which the two engines
/// spell differently.
fn class(chars: &mut Peekable<Chars>) -> Option<String> {
    let mut out = String::from("[");
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    while let Some(c) = chars.next() {
        match c {
            ']' => return Some(out + "]"),
            '\\' => out.push_str(&escape(chars.next(), true)?),
            '[' => return None,
            '&' | '~' | '-' if chars.peek() == Some(&c) => return None,
            other => out.push(other),
        }
    }
    None
}

fn escape(escaped: Option<char>, in_class: bool) -> Option<String> {
    let set = match escaped? {
        'w' => "0-9A-Za-z_",
        'd' => "0-9",
        's' => SPACE,
        'S' => return Some(format!("[^{SPACE}]")),
        same @ ('p' | 'x' | 't' | 'n' | 'r' | 'f') => return Some(format!("\\{same}")),
        letter if letter.is_ascii_alphanumeric() => return None,
        literal => return Some(format!("\\{literal}")),
    };
    Some(if in_class { set.to_owned() } else { format!("[{set}]") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(pattern: &str, text: &str) -> bool {
        regex::Regex::new(&translate(pattern).unwrap()).unwrap().is_match(text)
    }

    #[test]
    fn the_whole_text_must_match() {
        assert!(matches("a|b", "b"));
        assert!(!matches("a|b", "ab"));
        assert!(!matches("^a$", "a\n"));
    }

    #[test]
    fn perl_classes_are_ascii_and_unicode_classes_are_not() {
        assert!(!matches(r"\d", "٣") && !matches(r"[\w]+", "é") && !matches(r"\s", "\u{a0}"));
        assert!(matches(r"\S", "\u{a0}") && matches(r"[\S]+", "é"));
        assert!(matches(r"[\p{L}\p{N}]+", "é٣"));
    }

    #[test]
    fn a_dot_stops_where_a_line_ends_for_java() {
        for end in ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert!(!matches(".*", end), "{end:?}");
            assert!(matches("(?s).*", end), "{end:?}");
        }
        assert!(matches("[.]", ".") && !matches("[.]", "a") && !matches(r"\.", "a"));
    }

    #[test]
    fn what_cannot_be_expressed_is_refused() {
        for pattern in ["(?<!a)b", r"(a)\1", r"\W", "[a&&b]", "[a[b]]", "[a", "[+--a]"] {
            assert!(translate(pattern).is_err(), "{pattern}");
        }
    }
}
