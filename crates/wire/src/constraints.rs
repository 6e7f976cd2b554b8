//! The form in which the generated constraints describe what an input must look like.

use std::sync::OnceLock;

use regex::Regex;

use crate::repeated_class::RepeatedClass;

/// What a value must look like. Bounds are lengths for text (UTF-16 code units, as Java counts), lists, maps
/// and blobs (bytes), and values for numbers.
#[derive(Debug)]
pub enum Shape {
    Structure(&'static [Member]),
    List {
        element: &'static Shape,
        min: Option<i64>,
        max: Option<i64>,
    },
    Map {
        key: &'static Shape,
        value: &'static Shape,
        min: Option<i64>,
        max: Option<i64>,
    },
    String(StringShape),
    Integer {
        min: Option<i64>,
        max: Option<i64>,
    },
    Long {
        min: Option<i64>,
        max: Option<i64>,
    },
    Double {
        min: Option<i64>,
        max: Option<i64>,
    },
    Boolean,
    Timestamp,
    Blob {
        min: Option<i64>,
        max: Option<i64>,
    },
    /// Any JSON.
    Document,
}

#[derive(Debug)]
pub struct Member {
    pub name: &'static str,
    pub required: bool,
    /// The value, or an element of it, is marked sensitive: error texts leave it out.
    pub sensitive: bool,
    pub shape: &'static Shape,
}

#[derive(Debug)]
pub struct StringShape {
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<&'static Pattern>,
    /// The values of an enumeration; empty for free text.
    pub values: &'static [&'static str],
}

/// A pattern: AWS's text for the error, and the same as the `regex` crate spells it. Compiled on first use.
#[derive(Debug)]
pub struct Pattern {
    pub text: &'static str,
    anchored: &'static str,
    compiled: OnceLock<Option<Compiled>>,
}

#[derive(Debug)]
enum Compiled {
    RepeatedClass(RepeatedClass),
    Regex(Regex),
}

impl Pattern {
    pub const fn new(text: &'static str, anchored: &'static str) -> Self {
        Self { text, anchored, compiled: OnceLock::new() }
    }

    /// Whether the whole text matches. A pattern that does not compile matches nothing (a test compiles all).
    pub fn matches(&self, text: &str) -> bool {
        match self.compiled() {
            Some(Compiled::RepeatedClass(class)) => class.matches(text),
            Some(Compiled::Regex(regex)) => regex.is_match(text),
            None => false,
        }
    }

    pub fn compiles(&self) -> bool {
        self.compiled().is_some()
    }

    fn compiled(&self) -> Option<&Compiled> {
        let compile = || match RepeatedClass::parse(self.anchored) {
            Some(class) => Some(Compiled::RepeatedClass(class)),
            None => Regex::new(self.anchored).ok().map(Compiled::Regex),
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}
