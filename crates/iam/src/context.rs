//! What is known of a request, as condition keys and their values.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The condition keys of a request. Keys are asked for in lower case, as in `aws:sourceip`, for they are alike in
/// any case.
pub trait Context {
    fn get(&self, key: &str) -> Values<'_>;
}

/// The values of a condition key: text, numbers in decimal, dates as ISO 8601 or seconds since 1970, `true` or
/// `false`, addresses and ARNs as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// The request has no such key.
    Absent,
    One(Cow<'a, str>),
    /// A key of several values. Without any it is as good as absent.
    Many(Cow<'a, [String]>),
}

impl<'a> Values<'a> {
    pub fn one(value: impl Into<Cow<'a, str>>) -> Self {
        Values::One(value.into())
    }

    /// The value, if there is exactly one.
    pub(crate) fn into_single(self) -> Option<Cow<'a, str>> {
        match self {
            Values::One(value) => Some(value),
            Values::Many(Cow::Borrowed([value])) => Some(Cow::Borrowed(value)),
            Values::Many(Cow::Owned(mut values)) if values.len() == 1 => values.pop().map(Cow::Owned),
            _ => None,
        }
    }

    pub(crate) fn given(&self) -> Given<'_> {
        match self {
            Values::Absent => Given::Many(&[]),
            Values::One(value) => Given::One(value),
            Values::Many(values) => Given::Many(values),
        }
    }
}

/// [`Values`] to walk over.
#[derive(Clone, Copy)]
pub(crate) enum Given<'a> {
    One(&'a str),
    Many(&'a [String]),
}

impl<'a> Given<'a> {
    pub(crate) fn is_empty(self) -> bool {
        matches!(self, Given::Many([]))
    }

    pub(crate) fn all(self, mut test: impl FnMut(&'a str) -> bool) -> bool {
        match self {
            Given::One(value) => test(value),
            Given::Many(values) => values.iter().all(|value| test(value)),
        }
    }

    pub(crate) fn any(self, mut test: impl FnMut(&'a str) -> bool) -> bool {
        match self {
            Given::One(value) => test(value),
            Given::Many(values) => values.iter().any(|value| test(value)),
        }
    }
}

/// A context of values that are all known beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, Vec<String>>);

impl Facts {
    /// Nothing is known.
    pub(crate) const NONE: Facts = Facts(BTreeMap::new());

    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value to those of a key.
    pub fn add(&mut self, key: &str, value: impl Into<String>) {
        self.0.entry(key.to_lowercase()).or_default().push(value.into());
    }

    /// [`Facts::add`] in a chain.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.add(key, value);
        self
    }
}

impl Context for Facts {
    fn get(&self, key: &str) -> Values<'_> {
        match self.0.get(key) {
            None => Values::Absent,
            Some(values) => Values::Many(Cow::Borrowed(values)),
        }
    }
}
