//! Java's patterns in the spelling of the `regex` crate: anchored, with ASCII Perl classes.

use super::overrides::EQUIVALENTS;

/// The pattern as `\A(?:…)\z`.
pub fn translate(pattern: &str) -> String {
    let pattern = EQUIVALENTS.iter().find(|(text, _)| *text == pattern).map_or(pattern, |(_, same)| same);
    let mut out = String::from(r"\A(?:");
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let Some(next) = chars.next() else { break };
                let ascii = match next {
                    'w' => Some("0-9A-Za-z_"),
                    'd' => Some("0-9"),
                    's' => Some(r"\t\n\x0B\f\r "),
                    _ => None,
                };
                match (ascii, next) {
                    (Some(set), _) if in_class => out.push_str(set),
                    (Some(set), _) => out.push_str(&format!("[{set}]")),
                    (None, 'S') => out.push_str(r"[^\t\n\x0B\f\r ]"),
                    (None, other) => {
                        out.push('\\');
                        out.push(other);
                    }
                }
            }
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
            }
            // A literal bracket inside a class; the regex crate would open a nested one.
            '[' => out.push_str(r"\["),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out.push_str(r")\z");
    out
}
