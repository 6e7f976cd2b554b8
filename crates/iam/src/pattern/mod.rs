//! Text with wildcards and policy variables, compiled once.

mod read;
mod walk;

use std::borrow::Cow;

use crate::context::Context;
pub(crate) use read::Syntax;

/// A compiled text: what must be there, runs and single characters of anything, variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pieces: Box<[Piece]>,
    variables: Box<[Variable]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Literal),
    /// `*`
    AnyRun,
    /// `?`
    AnyOne,
    /// The variable of this number.
    Variable(usize),
}

/// A text that must be there, and its colons.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    text: Box<str>,
    colons: usize,
}

/// `${key}` or `${key, 'default'}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    /// In lower case.
    key: Box<str>,
    default: Option<Box<str>>,
}

/// What a wildcard may stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anything.
    Text,
    /// Nothing beyond the part of an ARN it is in. The last of the six parts may hold colons.
    ArnParts,
}

/// How often a colon divides an ARN.
const ARN_COLONS: usize = 5;

/// Whether a text is what a policy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Yes,
    No,
    /// A variable has no value in this request, so nothing is known.
    Unresolved,
}

impl From<bool> for Match {
    fn from(yes: bool) -> Self {
        if yes { Match::Yes } else { Match::No }
    }
}

impl Pattern {
    /// This text and nothing else.
    pub(crate) fn literal(text: &str) -> Self {
        Self { pieces: Box::new([Piece::literal(text)]), variables: Box::default() }
    }

    /// Whether it has the six parts of an ARN.
    pub(crate) fn is_whole_arn(&self) -> bool {
        self.colons() >= ARN_COLONS
    }

    /// How many colons it asks for itself.
    fn colons(&self) -> usize {
        self.pieces.iter().map(Piece::colons).sum()
    }

    pub(crate) fn has_variables(&self) -> bool {
        !self.variables.is_empty()
    }

    /// Whether a variable comes before the sixth part of an ARN.
    pub(crate) fn has_variable_before_resource(&self) -> bool {
        let mut colons = 0;
        self.pieces.iter().any(|piece| {
            colons += piece.colons();
            matches!(piece, Piece::Variable(_)) && colons < ARN_COLONS
        })
    }

    /// The text itself, if nothing in it stands for anything else.
    pub(crate) fn as_literal(&self) -> Option<&str> {
        match &*self.pieces {
            [] => Some(""),
            [Piece::Literal(literal)] => Some(&literal.text),
            _ => None,
        }
    }

    /// Whether the whole text is of this pattern.
    pub(crate) fn matches(&self, text: &str, reach: Reach, context: &dyn Context) -> Match {
        if let Some(literal) = self.as_literal() {
            return (literal == text).into();
        }
        match self.resolve(context) {
            Some(values) => self.walk(text, reach, &values).into(),
            None => Match::Unresolved,
        }
    }

    /// Whether the text is the pattern's, letters in any case. For patterns without wildcards.
    pub(crate) fn equals_ignoring_case(&self, text: &str, context: &dyn Context) -> Match {
        let Some(values) = self.resolve(context) else { return Match::Unresolved };
        let own = self.pieces.iter().flat_map(|piece| match piece {
            Piece::Literal(literal) => literal.text.chars(),
            Piece::Variable(number) => values[*number].chars(),
            Piece::AnyRun => "*".chars(),
            Piece::AnyOne => "?".chars(),
        });
        own.flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase)).into()
    }

    /// The values of the variables, unless one has none.
    fn resolve<'a>(&'a self, context: &'a dyn Context) -> Option<Vec<Cow<'a, str>>> {
        self.variables.iter().map(|variable| variable.value(context)).collect()
    }
}

impl Piece {
    fn literal(text: &str) -> Self {
        Piece::Literal(Literal { text: text.into(), colons: count_colons(text) })
    }

    fn colons(&self) -> usize {
        match self {
            Piece::Literal(literal) => literal.colons,
            _ => 0,
        }
    }
}

impl Variable {
    /// The value of its key, or the default where the request lacks the key. A key of several values has none.
    fn value<'a>(&'a self, context: &'a dyn Context) -> Option<Cow<'a, str>> {
        let values = context.get(&self.key);
        if values.given().is_empty() {
            return self.default.as_deref().map(Cow::Borrowed);
        }
        values.into_single()
    }
}

fn count_colons(text: &str) -> usize {
    text.bytes().filter(|b| *b == b':').count()
}
