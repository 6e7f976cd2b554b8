//! Text with wildcards and policy variables, compiled once.

use std::borrow::Cow;

use crate::context::Context;

/// A compiled text: what must be there, runs and single characters of anything, variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pieces: Box<[Piece]>,
    variables: Box<[Variable]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Box<str>),
    /// `*`
    AnyRun,
    /// `?`
    AnyOne,
    /// The variable of this number.
    Variable(usize),
}

/// `${key}` or `${key, 'default'}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    /// In lower case.
    key: Box<str>,
    default: Option<Box<str>>,
}

/// Which characters of a text mean more than themselves.
#[derive(Clone, Copy)]
pub(crate) struct Syntax {
    /// `*` and `?`.
    pub wildcards: bool,
    /// `${…}`: in documents of version 2012-10-17.
    pub variables: bool,
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
    pub(crate) fn compile(text: &str, syntax: Syntax) -> Result<Self, String> {
        let mut pattern = Builder::default();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if syntax.variables
                && let Some(inner) = rest.strip_prefix("${")
            {
                rest = pattern.variable(inner)?;
                continue;
            }
            match next {
                '*' if syntax.wildcards => pattern.push(Piece::AnyRun),
                '?' if syntax.wildcards => pattern.push(Piece::AnyOne),
                literal => pattern.literal.push(literal),
            }
            rest = &rest[next.len_utf8()..];
        }
        Ok(pattern.finish())
    }

    /// This text and nothing else.
    pub(crate) fn literal(text: &str) -> Self {
        Self { pieces: Box::new([Piece::Literal(text.into())]), variables: Box::default() }
    }

    /// Makes up what is left out at the end of an ARN: `arn:aws:s3` is `arn:aws:s3:*:*:*`.
    pub(crate) fn complete_arn(self) -> Self {
        let missing = ARN_COLONS.saturating_sub(self.colons());
        let mut pieces = self.pieces.into_vec();
        for _ in 0..missing {
            pieces.extend([Piece::Literal(":".into()), Piece::AnyRun]);
        }
        Self { pieces: pieces.into(), variables: self.variables }
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
            [Piece::Literal(text)] => Some(text),
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
            Piece::Literal(text) => text.chars(),
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

    /// Where a piece fails, the last run of anything takes one character more. That run alone suffices: what
    /// comes before it has been matched as early as can be, and the borders of ARN parts are fixed.
    fn walk(&self, text: &str, reach: Reach, values: &[Cow<'_, str>]) -> bool {
        let mut piece = 0;
        let mut at = Cursor { text, reach, offset: 0, colons: 0 };
        let mut last_run: Option<(usize, Cursor<'_>)> = None;
        loop {
            let next = match self.pieces.get(piece) {
                None if at.is_end() => return true,
                None => None,
                Some(Piece::AnyRun) => {
                    last_run = Some((piece, at));
                    Some(at)
                }
                Some(Piece::AnyOne) => at.after_any(),
                Some(Piece::Literal(literal)) => at.after(literal),
                Some(Piece::Variable(number)) => at.after(&values[*number]),
            };
            match next {
                Some(next) => {
                    piece += 1;
                    at = next;
                }
                None => {
                    let Some((run, from)) = last_run else { return false };
                    let Some(longer) = from.after_any() else { return false };
                    last_run = Some((run, longer));
                    piece = run + 1;
                    at = longer;
                }
            }
        }
    }
}

impl Piece {
    fn colons(&self) -> usize {
        match self {
            Piece::Literal(text) => count_colons(text),
            _ => 0,
        }
    }
}

impl Variable {
    /// A key of several values stands for none of them.
    fn value<'a>(&'a self, context: &'a dyn Context) -> Option<Cow<'a, str>> {
        context.get(&self.key).into_single().or(self.default.as_deref().map(Cow::Borrowed))
    }
}

/// How far a text has been matched.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
    reach: Reach,
    offset: usize,
    colons: usize,
}

impl Cursor<'_> {
    fn is_end(self) -> bool {
        self.offset == self.text.len()
    }

    /// After this very text.
    fn after(mut self, literal: &str) -> Option<Self> {
        let rest = &self.text[self.offset..];
        if !rest.starts_with(literal) {
            return None;
        }
        self.offset += literal.len();
        if self.reach == Reach::ArnParts {
            self.colons += count_colons(literal);
        }
        Some(self)
    }

    /// After one character, whichever a wildcard may stand for.
    fn after_any(mut self) -> Option<Self> {
        let next = self.text[self.offset..].chars().next()?;
        if self.reach == Reach::ArnParts && next == ':' && self.colons < ARN_COLONS {
            return None;
        }
        self.offset += next.len_utf8();
        Some(self)
    }
}

fn count_colons(text: &str) -> usize {
    text.bytes().filter(|b| *b == b':').count()
}

/// A pattern in the making.
#[derive(Default)]
struct Builder {
    pieces: Vec<Piece>,
    variables: Vec<Variable>,
    literal: String,
}

impl Builder {
    fn push(&mut self, piece: Piece) {
        self.end_literal();
        // Two runs are one.
        if !(piece == Piece::AnyRun && self.pieces.last() == Some(&Piece::AnyRun)) {
            self.pieces.push(piece);
        }
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    /// Reads a variable after its `${`, and says what follows its `}`.
    fn variable<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        const UNCLOSED: &str = "a policy variable is not closed";
        let end = text.find(['}', ',']).ok_or(UNCLOSED)?;
        let (key, mut rest) = (&text[..end], &text[end..]);
        let mut default = None;
        if let Some(after_comma) = rest.strip_prefix(',') {
            let quoted =
                after_comma.trim_start().strip_prefix('\'').ok_or("a default is not in single quotes")?;
            let (text, after) = quoted.split_once("'}").ok_or(UNCLOSED)?;
            default = Some(text.into());
            rest = after;
        } else {
            rest = &rest[1..];
        }
        match key {
            "*" | "?" | "$" if default.is_none() => self.literal.push_str(key),
            key if !key.contains(':') || key.contains(['$', '{', '*', '?']) => {
                return Err(format!("{key:?} is no policy variable"));
            }
            key => {
                let variable = Variable { key: key.trim_end().to_lowercase().into(), default };
                let number = self.variables.len();
                self.variables.push(variable);
                self.push(Piece::Variable(number));
            }
        }
        Ok(rest)
    }

    fn finish(mut self) -> Pattern {
        self.end_literal();
        Pattern { pieces: self.pieces.into(), variables: self.variables.into() }
    }
}
