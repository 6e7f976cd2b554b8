//! Walks a text along a pattern, in time bounded by the product of their lengths.

use std::borrow::Cow;

use super::{ARN_COLONS, Pattern, Piece, Reach, count_colons};

impl Pattern {
    /// Where a piece fails, the last run of anything takes one character more. That run alone suffices: what
    /// comes before it has been matched as early as can be, and the borders of ARN parts are fixed.
    pub(super) fn walk(&self, text: &str, reach: Reach, values: &[Cow<'_, str>]) -> bool {
        if let Some(Piece::Literal(last)) = self.pieces.last()
            && !text.ends_with(&*last.text)
        {
            return false;
        }
        let text = Text { bytes: text.as_bytes(), reach };
        let (mut piece, mut at) = (0, Cursor::default());
        let mut last_run: Option<(usize, Cursor)> = None;
        loop {
            let next = match self.pieces.get(piece) {
                None if at.offset == text.bytes.len() => return true,
                None => None,
                Some(Piece::AnyRun) => {
                    last_run = Some((piece, at));
                    Some(at)
                }
                Some(Piece::AnyOne) => text.after_any(at),
                Some(Piece::Literal(literal)) => text.after(at, &literal.text, literal.colons),
                Some(Piece::Variable(number)) => {
                    let value = &values[*number];
                    text.after(at, value, count_colons(value))
                }
            };
            match (next, last_run) {
                (Some(next), _) => {
                    piece += 1;
                    at = next;
                }
                (None, None) => return false,
                (None, Some((run, from))) => {
                    let Some(longer) = text.after_run(from, self.pieces.get(run + 1)) else { return false };
                    last_run = Some((run, longer));
                    piece = run + 1;
                    at = longer;
                }
            }
        }
    }
}

/// A text that is being matched.
struct Text<'a> {
    bytes: &'a [u8],
    reach: Reach,
}

/// How far it has been matched, at the border of a character.
#[derive(Clone, Copy, Default)]
struct Cursor {
    offset: usize,
    /// How many colons lie before.
    colons: usize,
}

impl Text<'_> {
    /// After this very text.
    fn after(&self, at: Cursor, literal: &str, colons: usize) -> Option<Cursor> {
        let rest = self.bytes.get(at.offset..)?;
        rest.starts_with(literal.as_bytes())
            .then_some(Cursor { offset: at.offset + literal.len(), colons: at.colons + colons })
    }

    /// After one character, whichever a wildcard may stand for.
    fn after_any(&self, at: Cursor) -> Option<Cursor> {
        let first = *self.bytes.get(at.offset)?;
        if first == b':' && self.reach == Reach::ArnParts && at.colons < ARN_COLONS {
            return None;
        }
        let more = self.bytes[at.offset + 1..].iter().take_while(|b| **b & 0xC0 == 0x80).count();
        Some(Cursor { offset: at.offset + 1 + more, colons: at.colons + usize::from(first == b':') })
    }

    /// After one character, and then as many as it takes to where the next piece could begin.
    fn after_run(&self, at: Cursor, next: Option<&Piece>) -> Option<Cursor> {
        let wanted = match next {
            Some(Piece::Literal(literal)) => literal.text.bytes().next(),
            _ => None,
        };
        let mut at = self.after_any(at)?;
        while wanted.is_some() && self.bytes.get(at.offset).copied() != wanted {
            at = self.after_any(at)?;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::context::Facts;
    use crate::pattern::{Match, Syntax};

    const WILD: Syntax = Syntax { wildcards: true, variables: false };

    fn walk(pattern: &str, text: &str, reach: Reach) -> bool {
        Pattern::compile(pattern, WILD).unwrap().matches(text, reach, &Facts::NONE) == Match::Yes
    }

    /// What wildcards mean, without a thought for time.
    fn plain(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                plain(rest, text) || text.split_first().is_some_and(|(_, text)| plain(pattern, text))
            }
            (['?', pattern @ ..], [_, text @ ..]) => plain(pattern, text),
            ([own, pattern @ ..], [other, text @ ..]) if own == other => plain(pattern, text),
            _ => false,
        }
    }

    fn plain_text(pattern: &str, text: &str) -> bool {
        plain(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
    }

    /// The six parts of an ARN, each by itself.
    fn plain_arn(pattern: &str, text: &str) -> bool {
        let parts = |text: &str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
        let (own, other) = (parts(pattern), parts(text));
        own.len() == other.len() && own.iter().zip(&other).all(|(own, other)| plain_text(own, other))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn the_walk_is_what_wildcards_mean(pattern in "[ab*?é:]{0,9}", text in "[abé:]{0,9}") {
            prop_assert_eq!(walk(&pattern, &text, Reach::Text), plain_text(&pattern, &text));
        }

        #[test]
        fn the_walk_keeps_to_the_parts_of_an_arn(
            pattern in "([a*?]{0,3}:){5}[ab*?:]{0,6}", text in "([ab]{0,3}:){5,6}[ab:]{0,6}",
        ) {
            prop_assert_eq!(walk(&pattern, &text, Reach::ArnParts), plain_arn(&pattern, &text));
        }
    }

    #[test]
    fn a_text_that_almost_fits_takes_no_time() {
        let pattern = "a*".repeat(1_000);
        let text = "a".repeat(999);
        assert!(!walk(&pattern, &text, Reach::Text));
        assert!(!walk(&format!("{pattern}b"), &"a".repeat(20_000), Reach::Text));
    }
}
