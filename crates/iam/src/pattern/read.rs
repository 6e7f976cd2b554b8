//! Reads a pattern: wildcards, variables and what they leave.

use super::{Pattern, Piece, Variable};

/// Which characters of a text mean more than themselves.
#[derive(Clone, Copy)]
pub(crate) struct Syntax {
    /// `*` and `?`.
    pub wildcards: bool,
    /// `${…}`: in documents of version 2012-10-17.
    pub variables: bool,
}

impl Pattern {
    /// The error says what is wrong with a variable.
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
            self.pieces.push(Piece::literal(&std::mem::take(&mut self.literal)));
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
