//! Patterns that are one class of ASCII characters, repeated: most of AWS's, those of tokens among them. A
//! look into a table for each byte decides them.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

#[derive(Debug)]
pub(crate) struct RepeatedClass {
    members: [bool; 128],
    min: usize,
    max: Option<usize>,
}

impl RepeatedClass {
    /// The pattern as a class, if it is one: `\A(?:[…]+)\z` with any number of repetitions.
    pub(crate) fn parse(anchored: &str) -> Option<Self> {
        let hir = regex_syntax::parse(anchored).ok()?;
        let HirKind::Concat(parts) = hir.kind() else { return None };
        let [start, repeated, end] = parts.as_slice() else { return None };
        if *start != Hir::look(Look::Start) || *end != Hir::look(Look::End) {
            return None;
        }
        let HirKind::Repetition(repetition) = repeated.kind() else { return None };
        let HirKind::Class(Class::Unicode(class)) = repetition.sub.kind() else { return None };
        let mut members = [false; 128];
        for range in class.ranges() {
            let (from, to) = (u32::from(range.start()), u32::from(range.end()));
            members.get_mut(usize::try_from(from).ok()?..=usize::try_from(to).ok()?)?.fill(true);
        }
        let max = repetition.max.map(usize::try_from).transpose().ok()?;
        Some(Self { members, min: usize::try_from(repetition.min).ok()?, max })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let enough = text.len() >= self.min && self.max.is_none_or(|max| text.len() <= max);
        enough && text.bytes().all(|byte| self.members.get(usize::from(byte)).copied().unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    const PATTERNS: [&str; 7] =
        [r"[A-Za-z0-9-_=.]+", r"[\w-]+_[0-9a-zA-Z]+", r"[\s\S]*", r"[0-9]{3,5}", r"[a-c]?", r"[^a]+", r"ab+"];

    /// What becomes a table decides as the pattern itself does.
    #[test]
    fn a_class_decides_as_its_pattern_does() {
        let mut classes = 0;
        for pattern in PATTERNS {
            let anchored = format!(r"\A(?:{})\z", pattern.replace(r"\w", "[0-9A-Za-z_]"));
            let Some(class) = RepeatedClass::parse(&anchored) else { continue };
            classes += 1;
            let regex = Regex::new(&anchored).expect("a test's own pattern");
            let texts = (0..=u8::MAX).map(|b| char::from(b).to_string());
            let more = ["", "ab", "a-b_=.", "12", "123", "12345", "123456", "aé", "a\n", "\u{10ffff}"];
            for text in texts.chain(more.map(str::to_owned)) {
                assert_eq!(class.matches(&text), regex.is_match(&text), "{pattern} {text:?}");
            }
        }
        assert_eq!(classes, 3);
    }
}
